//! The policy `sampled`: the original's limits and skips over a drawn order
//! (spec/scheduler 6.15).

use super::board::{Board, Slot};
use super::field::Field;
use super::full::{Choice, Podium, SpreadScores, Wish, complete, refused_by_property};
use super::round::Round;
use super::tally::Tally;
use crate::model::{AllocMetric, JobType};

/// Fewest nodes that are compared.
const LIMIT_MIN: usize = 2;
/// Nodes compared when there are affinities or spreads, unless the group is larger.
const LIMIT_PREFERENCES: usize = 100;
/// Nodes of no merit that are set aside.
const SKIPS_MAX: usize = 3;

/// How many nodes with room are compared.
fn limit(board: &Board<'_>, candidates: usize) -> usize {
    if board.has_preferences() {
        return usize::try_from(board.group.count)
            .unwrap_or(0)
            .max(LIMIT_PREFERENCES);
    }
    match board.job.kind {
        JobType::Service => {
            let bits = candidates.max(1).next_power_of_two().trailing_zeros() as usize;
            bits.max(LIMIT_MIN)
        }
        _ => LIMIT_MIN,
    }
}

/// Chooses the best of the first few nodes with room.
pub(super) fn select(
    board: &mut Board<'_>,
    field: &mut Field,
    round: &mut Round<'_>,
    wish: Wish<'_>,
) -> (Option<Choice>, AllocMetric) {
    board.name_index(wish.index, &field.order);
    board.refresh_dirty(round);
    let limit = limit(board, field.order.len());
    let mut tally = Tally::default();
    let (mut podium, mut returned) = (Podium::default(), Vec::new());
    let mut skipped: Vec<Choice> = Vec::new();
    let mut spread = SpreadScores::new(board);
    for _ in 0..field.order.len() {
        if returned.len() >= limit {
            break;
        }
        let at = field.order.get(field.cursor).map_or(0, |at| *at as usize);
        field.cursor = (field.cursor + 1) % field.order.len();
        if matches!(board.slot(at), Slot::Unknown) {
            board.look(round, at);
        }
        count(board, round, at, &mut tally);
        if refused_by_property(board, round, at, &mut tally) {
            continue;
        }
        if let Slot::Scored { parts, key, .. } = *board.slot(at) {
            let choice = complete(board, &mut spread, (at, parts, key), wish);
            podium.offer(choice);
            match choice.score <= 0.0 && skipped.len() < SKIPS_MAX {
                true => skipped.push(choice),
                false => returned.push(choice),
            }
        }
    }
    let missing = limit.saturating_sub(returned.len());
    returned.extend(skipped.into_iter().take(missing));
    let best = returned
        .into_iter()
        .reduce(|best, next| if next.score > best.score { next } else { best });
    let mut metric = tally.metric();
    metric.score_meta_data = podium.listed(round).into();
    board.settle(round);
    (best, metric)
}

fn count(board: &Board<'_>, round: &Round<'_>, at: usize, tally: &mut Tally) {
    let Some(node) = round.seats.0.get(at).map(|seat| seat.node) else {
        return;
    };
    tally.evaluate(true);
    match board.slot(at) {
        Slot::Refused(refusal) => tally.refuse(node, refusal, true),
        Slot::Exhausted(misfit) => tally.exhaust(node, misfit, true),
        Slot::Unknown | Slot::Scored { .. } => {}
    }
}
