//! Telling the servers how allocations are (spec/client 2.7).
//!
//! A change of status goes at once; what follows while that call is under way, and changes that are
//! only details, go together a little later. What was not acknowledged is sent again.

use std::collections::BTreeMap;

use nomad_core::command::AllocUpdate;
use nomad_core::id::AllocId;
use nomad_core::model::Allocation;
use nomad_core::units::{Span, Timestamp};
use nomad_core::wire::node::{ALLOC_UPDATES_MAX, NodeAnswer, NodeCall};

use super::lane::{CallId, Calls, Lane};
use super::{CallFailure, Turn};

/// How long details wait for company.
const DETAILS_WAIT: Span = Span::from_millis(200);

/// What the servers know and what they must be told.
#[derive(Debug)]
pub(super) struct Push {
    calls: Calls,
    acknowledged: BTreeMap<AllocId, AllocUpdate>,
    /// To be sent, and since when.
    waiting: BTreeMap<AllocId, (AllocUpdate, Timestamp)>,
    in_flight: Vec<AllocUpdate>,
}

/// What the server's own copy says about the client's side.
fn known(alloc: &Allocation) -> AllocUpdate {
    AllocUpdate {
        id: alloc.id,
        client_status: alloc.client_status,
        client_description: alloc.client_description.clone(),
        task_states: alloc.task_states.clone(),
        deployment_status: alloc.deployment_status,
        network_status: alloc.network_status.clone(),
    }
}

impl Push {
    pub(super) fn new() -> Self {
        Self {
            calls: Calls::new(Lane::Push),
            acknowledged: BTreeMap::new(),
            waiting: BTreeMap::new(),
            in_flight: Vec::new(),
        }
    }

    /// A server sent its copy. It counts as acknowledged unless something newer was.
    pub(super) fn learn(&mut self, alloc: &Allocation) {
        self.acknowledged
            .entry(alloc.id)
            .or_insert_with(|| known(alloc));
    }

    /// Forgets what is not among `listed` any more: it is gone from here and there.
    pub(super) fn retain(&mut self, listed: impl Fn(AllocId) -> bool) {
        self.acknowledged.retain(|id, _| listed(*id));
        self.waiting.retain(|id, _| listed(*id));
    }

    /// The allocation is like this now.
    pub(super) fn note(&mut self, update: AllocUpdate, now: Timestamp) {
        let id = update.id;
        let sent = self.in_flight.iter().find(|sent| sent.id == id);
        if sent.or_else(|| self.acknowledged.get(&id)) == Some(&update) {
            self.waiting.remove(&id);
            return;
        }
        let slot = self.waiting.entry(id);
        slot.and_modify(|(waiting, _)| waiting.clone_from(&update))
            .or_insert((update, now));
    }

    /// True when nothing is left to be told.
    pub(super) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.in_flight.is_empty()
    }

    fn is_urgent(&self, update: &AllocUpdate) -> bool {
        let before = self.acknowledged.get(&update.id);
        before.is_none_or(|before| before.client_status != update.client_status)
    }

    fn due(&self, now: Timestamp) -> Option<Timestamp> {
        let due = |(update, since): &(AllocUpdate, Timestamp)| {
            if self.is_urgent(update) {
                now
            } else {
                since.plus(DETAILS_WAIT)
            }
        };
        self.waiting.values().map(due).min()
    }

    pub(super) fn pump(&mut self, contacted: bool, turn: &mut Turn<'_>) {
        if self.calls.take_overdue(turn.now) {
            self.failed(turn);
        }
        let due = self.due(turn.now).is_some_and(|due| turn.now >= due);
        if !contacted || !due || !self.calls.is_free(turn.now) {
            return;
        }
        let ids: Vec<AllocId> = self
            .waiting
            .keys()
            .copied()
            .take(ALLOC_UPDATES_MAX)
            .collect();
        let taken = ids.iter().filter_map(|id| self.waiting.remove(id));
        self.in_flight = taken.map(|(update, _)| update).collect();
        let updates = self.in_flight.clone();
        self.calls
            .send(NodeCall::UpdateAllocs { updates }, Span::ZERO, turn);
    }

    pub(super) fn answered(
        &mut self,
        id: CallId,
        result: &Result<NodeAnswer, CallFailure>,
        turn: &mut Turn<'_>,
    ) {
        if !self.calls.take(id) {
            return;
        }
        if !matches!(result, Ok(NodeAnswer::Done { .. })) {
            return self.failed(turn);
        }
        self.calls.succeeded();
        for update in std::mem::take(&mut self.in_flight) {
            self.acknowledged.insert(update.id, update);
        }
    }

    fn failed(&mut self, turn: &mut Turn<'_>) {
        self.calls.failed(turn);
        for update in std::mem::take(&mut self.in_flight) {
            self.waiting.entry(update.id).or_insert((update, turn.now));
        }
    }

    pub(super) fn next_wakeup(&self, contacted: bool) -> Option<Timestamp> {
        if let Some(limit) = self.calls.answer_due() {
            return Some(limit);
        }
        // Any instant in the past means now.
        let due = self.due(Timestamp::ZERO).filter(|_| contacted)?;
        Some(due.max(self.calls.due.unwrap_or(Timestamp::ZERO)))
    }
}
