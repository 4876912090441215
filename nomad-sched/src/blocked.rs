//! Evaluations that could not place everything wait here until room may have appeared
//! (spec/scheduler 4.5).
//!
//! In: blocked evaluations, and classes of nodes on which room appeared. Out: evaluations to hand
//! out again. Always true: per job (and node, for system jobs) one evaluation waits (A35); an
//! evaluation that decided on a snapshot older than the room it lacks does not wait (A36).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use nomad_core::id::{EvalId, JobKey, NodeId};
use nomad_core::model::{Evaluation, JobType, Trigger};
use nomad_core::units::{Index, Span, Timestamp};

/// After this long an unblock cannot have been missed any more.
pub const UNBLOCK_AGE_MAX: Span = Span::from_mins(15);
/// How often evaluations that lost against other plans are released.
pub const FAILED_RELEASE_INTERVAL: Span = Span::from_mins(1);

type Slot = (JobKey, Option<NodeId>);

/// What becomes of an evaluation that asks to wait.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It waits.
    Waits,
    /// Room appeared while it was decided: hand it out at once.
    Missed,
}

/// The tracker. See the module's head.
#[derive(Default)]
pub struct Blocked {
    waiting: BTreeMap<EvalId, Arc<Evaluation>>,
    slots: BTreeMap<Slot, EvalId>,
    by_node: BTreeMap<NodeId, BTreeSet<EvalId>>,
    unblocked: BTreeMap<String, (Index, Timestamp)>,
    duplicates: Vec<EvalId>,
    next_release: Option<Timestamp>,
}

impl Blocked {
    /// Lets an evaluation wait, unless room appeared meanwhile.
    pub fn block(&mut self, now: Timestamp, eval: Arc<Evaluation>) -> Verdict {
        let slot = slot(&eval);
        if let Some(other) = self.slots.get(&slot).copied()
            && other != eval.id
        {
            let known = self.waiting.get(&other).map(|it| age(it));
            if known.is_some_and(|known| known > age(&eval)) {
                self.duplicates.push(eval.id);
                return Verdict::Waits;
            }
            self.remove(other);
            self.duplicates.push(other);
        }
        if self.was_missed(&eval) {
            return Verdict::Missed;
        }
        if eval.triggered_by == Trigger::MaxPlans {
            let due = now.plus(FAILED_RELEASE_INTERVAL);
            self.next_release.get_or_insert(due);
        }
        if let (Some(node), true) = (eval.node_id, is_per_node(&eval)) {
            self.by_node.entry(node).or_default().insert(eval.id);
        }
        self.slots.insert(slot, eval.id);
        self.waiting.insert(eval.id, eval);
        Verdict::Waits
    }

    /// Forgets an evaluation.
    pub fn remove(&mut self, id: EvalId) -> Option<Arc<Evaluation>> {
        let eval = self.waiting.remove(&id)?;
        let slot = slot(&eval);
        if self.slots.get(&slot) == Some(&id) {
            self.slots.remove(&slot);
        }
        if let Some(node) = eval.node_id
            && let Some(ids) = self.by_node.get_mut(&node)
        {
            ids.remove(&id);
            if ids.is_empty() {
                self.by_node.remove(&node);
            }
        }
        Some(eval)
    }

    /// Room may have appeared on nodes of these classes: hands out every evaluation that these
    /// classes did not refuse, and the system evaluations of these nodes.
    pub fn unblock(
        &mut self,
        now: Timestamp,
        index: Index,
        classes: &BTreeSet<String>,
        nodes: &BTreeSet<NodeId>,
    ) -> Vec<Arc<Evaluation>> {
        for class in classes {
            self.unblocked.insert(class.clone(), (index, now));
        }
        let oldest = Timestamp(now.0.saturating_sub(UNBLOCK_AGE_MAX.0));
        self.unblocked.retain(|_, (_, at)| *at >= oldest);
        let of_nodes = nodes.iter().filter_map(|node| self.by_node.get(node));
        let mut ids: BTreeSet<EvalId> = of_nodes.flatten().copied().collect();
        let helped = |eval: &Evaluation| {
            !is_per_node(eval) && classes.iter().any(|class| may_run_on(eval, class))
        };
        let captured = self.waiting.iter().filter(|(_, eval)| helped(eval));
        ids.extend(captured.map(|(id, _)| *id));
        ids.into_iter().filter_map(|id| self.remove(id)).collect()
    }

    /// Hands out the evaluations that lost against other plans, once a minute.
    pub fn release_failed(&mut self, now: Timestamp) -> Vec<Arc<Evaluation>> {
        if self.next_release.is_none_or(|at| at > now) {
            return Vec::new();
        }
        self.next_release = None;
        let lost = |eval: &&Arc<Evaluation>| eval.triggered_by == Trigger::MaxPlans;
        let ids: Vec<EvalId> = self.waiting.values().filter(lost).map(|it| it.id).collect();
        ids.into_iter().filter_map(|id| self.remove(id)).collect()
    }

    /// When [`Blocked::release_failed`] must be called next.
    #[must_use]
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        self.next_release
    }

    /// Evaluations for whose job another one waits; they are to be canceled.
    pub fn take_duplicates(&mut self) -> Vec<EvalId> {
        std::mem::take(&mut self.duplicates)
    }

    /// True when the evaluation waits here.
    #[must_use]
    pub fn holds(&self, id: EvalId) -> bool {
        self.waiting.contains_key(&id)
    }

    fn was_missed(&self, eval: &Evaluation) -> bool {
        let missed = |(class, (index, _)): (&String, &(Index, Timestamp))| -> bool {
            *index > eval.snapshot_index && may_run_on(eval, class)
        };
        self.unblocked.iter().any(missed)
    }
}

fn is_per_node(eval: &Evaluation) -> bool {
    matches!(eval.kind, JobType::System | JobType::Sysbatch) && eval.node_id.is_some()
}

fn slot(eval: &Evaluation) -> Slot {
    let node = eval.node_id.filter(|_| is_per_node(eval));
    (eval.job_key(), node)
}

fn age(eval: &Evaluation) -> Index {
    eval.create_index.max(eval.snapshot_index)
}

/// An unknown class counts as one that may run it.
fn may_run_on(eval: &Evaluation, class: &str) -> bool {
    eval.escaped_computed_class || eval.class_eligibility.get(class) != Some(&false)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_secs(1000);

    fn blocked(n: u8, job: &str, class: &str, eligible: bool) -> Evaluation {
        Evaluation {
            id: EvalId::from_random([n; 16]),
            job_id: job.parse().unwrap(),
            class_eligibility: [(class.to_owned(), eligible)].into(),
            create_index: Index(u64::from(n)),
            snapshot_index: Index(u64::from(n)),
            ..Evaluation::default()
        }
    }

    fn unblock(blocked: &mut Blocked, index: u64, class: &str) -> usize {
        let classes = [class.to_owned()].into();
        blocked
            .unblock(NOW, Index(index), &classes, &BTreeSet::new())
            .len()
    }

    #[test]
    fn a_class_that_was_refused_releases_nothing() {
        let mut tracker = Blocked::default();
        tracker.block(NOW, Arc::new(blocked(1, "a", "small", false)));
        assert_eq!(unblock(&mut tracker, 9, "small"), 0);
        assert_eq!(unblock(&mut tracker, 9, "unknown"), 1);
    }

    #[test]
    fn room_that_appeared_while_deciding_is_not_missed() {
        let mut tracker = Blocked::default();
        unblock(&mut tracker, 5, "big");
        let stale = Arc::new(blocked(4, "a", "big", true));
        assert_eq!(tracker.block(NOW, stale), Verdict::Missed);
        let fresh = Arc::new(blocked(5, "a", "big", true));
        assert_eq!(tracker.block(NOW, fresh), Verdict::Waits);
    }

    #[test]
    fn one_evaluation_waits_per_job_and_the_older_is_the_duplicate() {
        let mut tracker = Blocked::default();
        tracker.block(NOW, Arc::new(blocked(1, "a", "x", true)));
        tracker.block(NOW, Arc::new(blocked(2, "a", "x", true)));
        assert_eq!(tracker.take_duplicates(), [blocked(1, "a", "x", true).id]);
        assert_eq!(unblock(&mut tracker, 9, "x"), 1);
    }

    #[test]
    fn losers_against_other_plans_are_released_after_a_minute() {
        let mut tracker = Blocked::default();
        let lost = Evaluation {
            triggered_by: Trigger::MaxPlans,
            ..blocked(1, "a", "x", false)
        };
        tracker.block(NOW, Arc::new(lost));
        let due = tracker.next_wakeup().unwrap();
        assert_eq!(due, NOW.plus(Span::from_mins(1)));
        assert_eq!(tracker.release_failed(due).len(), 1);
    }
}
