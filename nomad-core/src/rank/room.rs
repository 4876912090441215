//! Scores by the room that is left: pack tightly, or leave room everywhere.

use crate::fit::Amounts;

/// The best score of the original, which both scores are divided by.
const SCORE_MAX: f64 = 18.0;

/// `10^free cpu + 10^free memory`, with the free shares of what the node has.
fn openness(room: &Amounts, used: &Amounts) -> f64 {
    let free = |room: i64, used: i64| match room {
        ..=0 => 0.0,
        _ => 1.0 - used as f64 / room as f64,
    };
    10f64.powf(free(room.cpu, used.cpu)) + 10f64.powf(free(room.memory, used.memory))
}

/// From 0, an empty node, to 1, a full one. `used` includes the new allocation.
#[must_use]
pub fn binpack_score(room: &Amounts, used: &Amounts) -> f64 {
    (20.0 - openness(room, used)).clamp(0.0, SCORE_MAX) / SCORE_MAX
}

/// From 0, a full node, to 1, an empty one. `used` includes the new allocation.
#[must_use]
pub fn spread_score(room: &Amounts, used: &Amounts) -> f64 {
    (openness(room, used) - 2.0).clamp(0.0, SCORE_MAX) / SCORE_MAX
}
