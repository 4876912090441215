//! Reports of clients about their allocations, batched (spec/scheduler 15.3).
//!
//! The first report is proposed at once; those that arrive while its entry is on its way go
//! together into the next. So a start is visible within one write, and many cost no more.

use std::collections::{BTreeMap, BTreeSet};

use nomad_core::command::{AllocUpdate, Command};
use nomad_core::id::{JobKey, NodeId};
use nomad_core::model::{
    AllocClientStatus, AllocDesiredStatus, Allocation, Evaluation, NodeStatus, Trigger,
};
use nomad_core::wire::node::{ALLOC_UPDATES_MAX, NodeAnswer, Refusal};

use super::config::{UPDATES_PER_ENTRY_MAX, UPDATES_WAITING_MAX};
use super::input::{Effect, ProposalId, Ticket};
use super::machine::Server;
use super::proposals::Waiting;
use crate::reschedule::is_eligible;

/// Reports that wait for the entry on its way.
#[derive(Default)]
pub(super) struct Updates {
    waiting: Vec<(Ticket, Vec<AllocUpdate>)>,
    count: usize,
    in_flight: Option<ProposalId>,
}

impl Updates {
    pub(super) fn take_tickets(&mut self) -> Vec<Ticket> {
        let waiting = std::mem::take(&mut self.waiting);
        waiting.into_iter().map(|(ticket, _)| ticket).collect()
    }

    /// The oldest reports, as many as one entry takes.
    fn take(&mut self) -> (Vec<Ticket>, Vec<AllocUpdate>) {
        let mut len = 0usize;
        let mut fits = |(_, reports): &(Ticket, Vec<AllocUpdate>)| {
            let first = len == 0;
            len = len.saturating_add(reports.len());
            first || len <= UPDATES_PER_ENTRY_MAX
        };
        let taken = self
            .waiting
            .iter()
            .map_while(|it| fits(it).then_some(()))
            .count();
        let (mut tickets, mut updates) = (Vec::new(), Vec::new());
        for (ticket, reports) in self.waiting.drain(..taken) {
            tickets.push(ticket);
            updates.extend(reports);
        }
        self.count = self.count.saturating_sub(updates.len());
        (tickets, updates)
    }
}

impl Server {
    /// A node reports.
    pub(super) fn update_allocs(
        &mut self,
        ticket: Ticket,
        node_id: NodeId,
        mut updates: Vec<AllocUpdate>,
        out: &mut Vec<Effect>,
    ) -> Result<(), Refusal> {
        let status = self.state.node(&node_id).map(|node| node.status);
        if let Some(status @ (NodeStatus::Down | NodeStatus::Disconnected)) = status {
            return Err(Refusal::NotReady { node_id, status });
        }
        if updates.len() > ALLOC_UPDATES_MAX {
            return Err(Refusal::TooMany {
                what: "reports".to_owned(),
                given: updates.len() as u64,
                limit: ALLOC_UPDATES_MAX as u64,
            });
        }
        updates.retain(|update| {
            let alloc = self.state.alloc(&update.id);
            alloc.is_some_and(|alloc| alloc.node_id == node_id)
        });
        if updates.is_empty() {
            let index = self.state.index();
            let answer = Ok(NodeAnswer::Done { index });
            out.push(Effect::AnswerNode { ticket, answer });
            return Ok(());
        }
        let Some(leader) = &mut self.leader else {
            return Err(Refusal::NotLeader { leader: None });
        };
        if leader.updates.count >= UPDATES_WAITING_MAX {
            return Err(Refusal::TooMany {
                what: "waiting reports".to_owned(),
                given: leader.updates.count as u64,
                limit: UPDATES_WAITING_MAX as u64,
            });
        }
        leader.updates.count += updates.len();
        leader.updates.waiting.push((ticket, updates));
        Ok(())
    }

    /// Proposes the reports that wait, unless an entry of reports is on its way.
    pub(super) fn flush_updates(&mut self, out: &mut Vec<Effect>) {
        let Some(leader) = &mut self.leader else {
            return;
        };
        if leader.updates.in_flight.is_some() || leader.updates.waiting.is_empty() {
            return;
        }
        let (tickets, updates) = leader.updates.take();
        let evals = self.evals_of_updates(&updates);
        let command = Command::UpdateAllocsFromClient { updates, evals };
        let proposal = self.propose(Waiting::Updates { tickets }, command, out);
        if let Some(leader) = &mut self.leader {
            leader.updates.in_flight = Some(proposal);
        }
    }

    /// The next entry of reports may go.
    pub(super) fn updates_settled(&mut self, proposal: ProposalId) {
        if let Some(leader) = &mut self.leader
            && leader.updates.in_flight == Some(proposal)
        {
            leader.updates.in_flight = None;
        }
    }

    /// At most one evaluation per job, for the most telling of its reports.
    fn evals_of_updates(&mut self, updates: &[AllocUpdate]) -> Vec<Evaluation> {
        let mut triggers: BTreeMap<JobKey, Trigger> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for update in updates.iter().rev() {
            // Of several reports about one allocation the last counts.
            if !seen.insert(update.id) {
                continue;
            }
            let Some(alloc) = self.state.alloc(&update.id) else {
                continue;
            };
            let Some(trigger) = self.trigger_of(alloc, update) else {
                continue;
            };
            let slot = triggers.entry(alloc.job_key()).or_insert(trigger);
            if trigger == Trigger::Reconnect {
                *slot = trigger;
            }
        }
        triggers
            .iter()
            .map(|(key, trigger)| self.key_eval(key, *trigger))
            .collect()
    }

    fn trigger_of(&self, alloc: &Allocation, update: &AllocUpdate) -> Option<Trigger> {
        let was_unknown = alloc.client_status == AllocClientStatus::Unknown;
        let ends = update.client_status.is_terminal();
        if !(was_unknown || ends) || alloc.is_client_terminal() {
            return None;
        }
        let Some(job) = self.state.job(&alloc.job_key()) else {
            return Some(Trigger::JobDeregister);
        };
        if was_unknown {
            return Some(Trigger::Reconnect);
        }
        let policy = job
            .group(alloc.task_group.as_str())
            .and_then(|group| group.reschedule_policy.as_ref());
        let replaceable = update.client_status == AllocClientStatus::Failed
            && alloc.desired_status == AllocDesiredStatus::Run
            && alloc.followup_eval_id.is_none()
            && policy.is_some_and(|policy| is_eligible(alloc, policy));
        replaceable.then_some(Trigger::RetryFailedAlloc)
    }
}
