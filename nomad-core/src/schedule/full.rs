//! The policy `full`: the best of all feasible nodes.

use super::board::{Board, Slot};
use super::field::Field;
use super::round::Round;
use super::tally::Tally;
use crate::model::AllocMetric;
use crate::model::metric::{NodeScore, SCORES_KEPT_MAX};
use crate::rank::Parts;

/// A node that was chosen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    /// Its seat.
    pub(super) at: usize,
    pub(super) parts: Parts,
    pub(super) score: f64,
}

/// What is special about one placement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish<'a> {
    /// Seats where an earlier attempt failed.
    pub(super) penalties: &'a [usize],
    /// Number in the name of the allocation.
    pub(super) index: u64,
}

/// The nodes of the best scores, best first; of equal scores the first seen.
#[derive(Debug, Default)]
pub(super) struct Podium(Vec<Choice>);

impl Podium {
    /// A node of that score would be among the best.
    fn would_take(&self, score: f64) -> bool {
        self.0.len() < SCORES_KEPT_MAX || self.0.last().is_none_or(|worst| score > worst.score)
    }

    pub(super) fn offer(&mut self, choice: Choice) {
        if !self.would_take(choice.score) {
            return;
        }
        let place = self.0.partition_point(|other| other.score >= choice.score);
        self.0.insert(place, choice);
        self.0.truncate(SCORES_KEPT_MAX);
    }

    pub(super) fn best(&self) -> Option<Choice> {
        self.0.first().copied()
    }

    /// The scores as metrics list them.
    pub(super) fn listed(&self, round: &Round<'_>) -> Vec<NodeScore> {
        let scored = self.0.iter().filter_map(|choice| {
            Some(NodeScore {
                node_id: round.seats.0.get(choice.at)?.node.id,
                scores: choice.parts.listed(),
                norm_score: choice.score,
            })
        });
        scored.collect()
    }
}

/// Scores per key of the spreads, each computed when first asked for.
pub(super) struct SpreadScores(Vec<Option<f64>>);

impl SpreadScores {
    pub(super) fn new(board: &Board<'_>) -> Self {
        Self(vec![None; board.key_values.len()])
    }

    fn of(&mut self, board: &mut Board<'_>, key: u32) -> f64 {
        let Board {
            spreads,
            key_values,
            ..
        } = board;
        let (Some(spreads), Some(values)) = (spreads, key_values.get(key as usize)) else {
            return 0.0;
        };
        self.0.resize(key_values.len(), None);
        match self.0.get_mut(key as usize) {
            Some(Some(score)) => *score,
            Some(slot) => *slot.insert(spreads.score(values)),
            None => 0.0,
        }
    }
}

/// Adds what depends on the placement to the parts of a node.
pub(super) fn complete(
    board: &mut Board<'_>,
    spread: &mut SpreadScores,
    (at, mut parts, key): (usize, Parts, u32),
    wish: Wish<'_>,
) -> Choice {
    if wish.penalties.contains(&at) {
        parts.penalty = Some(-1.0);
    }
    if board.spreads.is_some() {
        parts.spread = Some(spread.of(board, key)).filter(|score| *score != 0.0);
    }
    Choice {
        at,
        parts,
        score: parts.mean(),
    }
}

/// A distinct property refuses the node, which is counted.
pub(super) fn refused_by_property(
    board: &Board<'_>,
    round: &Round<'_>,
    at: usize,
    tally: &mut Tally,
) -> bool {
    let Some(node) = round.seats.0.get(at).map(|seat| seat.node) else {
        return true;
    };
    let mut sets = round.properties.iter().chain(&board.properties);
    let Some(refusal) = sets.find_map(|set| set.judge(node).err()) else {
        return false;
    };
    match board.slot(at) {
        Slot::Refused(_) | Slot::Unknown => return true,
        Slot::Exhausted(misfit) => tally.exhaust(node, misfit, false),
        Slot::Scored { .. } => {}
    }
    tally.refuse(node, &refusal, true);
    true
}

/// Chooses the best of all feasible nodes.
pub(super) fn select(
    board: &mut Board<'_>,
    field: &Field,
    round: &mut Round<'_>,
    wish: Wish<'_>,
) -> (Option<Choice>, AllocMetric) {
    board.name_index(wish.index, &field.order);
    board.refresh(round, &field.order);
    let mut tally = board.tally.clone();
    let mut podium = Podium::default();
    let mut spread = SpreadScores::new(board);
    let has_properties = !round.properties.is_empty() || !board.properties.is_empty();
    // Without spread and penalty a node's score is what it was when it was looked at.
    let plain = board.spreads.is_none() && wish.penalties.is_empty();
    for at in field.order.iter().map(|at| *at as usize) {
        if has_properties && refused_by_property(board, round, at, &mut tally) {
            continue;
        }
        if let Slot::Scored { parts, key, base } = *board.slot(at) {
            if plain && !podium.would_take(base) {
                continue;
            }
            podium.offer(complete(board, &mut spread, (at, parts, key), wish));
        }
    }
    let mut metric = tally.metric();
    metric.score_meta_data = podium.listed(round).into();
    board.settle(round);
    (podium.best(), metric)
}

/// Chooses one node if it is feasible.
pub(super) fn select_only(
    board: &mut Board<'_>,
    round: &mut Round<'_>,
    at: usize,
    wish: Wish<'_>,
) -> Option<(Choice, AllocMetric)> {
    let Slot::Scored { parts, key, .. } = board.peek(round, at) else {
        return None;
    };
    let mut tally = Tally::default();
    tally.evaluate(true);
    if refused_by_property(board, round, at, &mut tally) {
        return None;
    }
    let mut podium = Podium::default();
    let choice = complete(board, &mut SpreadScores::new(board), (at, parts, key), wish);
    podium.offer(choice);
    let mut metric = tally.metric();
    metric.score_meta_data = podium.listed(round).into();
    Some((choice, metric))
}
