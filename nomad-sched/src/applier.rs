//! The queue of plans that wait to be judged (spec/scheduler 12.1, 12.2).
//!
//! One entry of plans is on its way at a time; what arrives meanwhile is judged in one go when that
//! entry is committed, and goes into the next. So a plan is judged against the latest state and the
//! plans before it in its own entry, and the log is written once for many plans.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use nomad_core::id::EvalId;
use nomad_core::schedule::Decision;

use crate::server::ProposalId;

/// A decision whose plan waits.
#[derive(Debug, Clone, PartialEq)]
pub struct Submitted {
    /// The evaluation.
    pub eval: EvalId,
    /// Its delivery.
    pub token: crate::broker::Token,
    /// What was decided.
    pub decision: Decision,
}

/// The queue. It holds at most one plan per delivered evaluation.
#[derive(Default)]
pub struct Applier {
    queue: BTreeMap<(Reverse<i64>, u64), Submitted>,
    last: u64,
    in_flight: Option<ProposalId>,
}

impl Applier {
    /// Takes a plan in; higher priority first, then first come first served.
    pub fn submit(&mut self, submitted: Submitted) {
        self.last = self.last.saturating_add(1);
        let key = (Reverse(submitted.decision.plan.priority), self.last);
        self.queue.insert(key, submitted);
    }

    /// The plans to judge now: none while an entry is on its way.
    pub fn take(&mut self, limit: usize) -> Vec<Submitted> {
        if self.in_flight.is_some() {
            return Vec::new();
        }
        let mut taken = Vec::new();
        while taken.len() < limit
            && let Some((_, submitted)) = self.queue.pop_first()
        {
            taken.push(submitted);
        }
        taken
    }

    /// An entry of plans is on its way.
    pub fn sent(&mut self, proposal: ProposalId) {
        self.in_flight = Some(proposal);
    }

    /// That entry is committed, or lost.
    pub fn settled(&mut self, proposal: ProposalId) {
        if self.in_flight == Some(proposal) {
            self.in_flight = None;
        }
    }

    /// How many plans wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// True when no plan waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}
