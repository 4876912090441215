//! Polls of nodes for what should run on them, parked until that changes: a node is woken by its
//! own assignments only.

use std::collections::BTreeMap;

use nomad_core::id::NodeId;
use nomad_core::units::{Index, Span, Timestamp};
use nomad_core::wire::node::{Assignment, NodeAnswer};

use super::config::WAIT_MAX;
use super::input::{Effect, Ticket};
use super::machine::Server;

struct Parked {
    ticket: Ticket,
    seen: Index,
    deadline: Timestamp,
}

/// Parked polls, at most one per node.
#[derive(Default)]
pub(super) struct Polls {
    parked: BTreeMap<NodeId, Parked>,
}

impl Polls {
    /// The poll of a node is to be answered.
    pub(super) fn wake(&mut self, node: NodeId) -> Option<(Ticket, Index)> {
        let parked = self.parked.remove(&node)?;
        Some((parked.ticket, parked.seen))
    }

    pub(super) fn forget(&mut self, ticket: Ticket) {
        self.parked.retain(|_, parked| parked.ticket != ticket);
    }

    pub(super) fn take_all(&mut self) -> Vec<Ticket> {
        let parked = std::mem::take(&mut self.parked);
        parked.into_values().map(|parked| parked.ticket).collect()
    }

    pub(super) fn next_wakeup(&self) -> Option<Timestamp> {
        self.parked.values().map(|parked| parked.deadline).min()
    }

    fn late(&self, now: Timestamp) -> Vec<NodeId> {
        let late = self.parked.iter().filter(|(_, it)| it.deadline <= now);
        late.map(|(node, _)| *node).collect()
    }
}

impl Server {
    /// A node asks what should run on it.
    pub(super) fn pull(
        &mut self,
        ticket: Ticket,
        node: NodeId,
        seen: Index,
        wait: Span,
        out: &mut Vec<Effect>,
    ) {
        if let Some((older, seen)) = self.polls.wake(node) {
            let answer = Ok(self.assigned(node, seen));
            out.push(Effect::AnswerNode {
                ticket: older,
                answer,
            });
        }
        let news = seen == Index(0) || self.state.node_assignment_index(&node) > seen;
        if news || wait.0 <= 0 {
            let answer = Ok(self.assigned(node, seen));
            out.push(Effect::AnswerNode { ticket, answer });
            return;
        }
        let deadline = self.now.plus(wait.min(WAIT_MAX));
        let parked = Parked {
            ticket,
            seen,
            deadline,
        };
        self.polls.parked.insert(node, parked);
    }

    /// Polls that waited long enough are answered.
    pub(super) fn end_polls(&mut self, out: &mut Vec<Effect>) {
        for node in self.polls.late(self.now) {
            if let Some((ticket, seen)) = self.polls.wake(node) {
                let answer = Ok(self.assigned(node, seen));
                out.push(Effect::AnswerNode { ticket, answer });
            }
        }
    }

    /// Everything that the node should know about, and the bodies of what changed after `seen`.
    pub(super) fn assigned(&self, node: NodeId, seen: Index) -> NodeAnswer {
        let mut all = Vec::new();
        let mut changed = Vec::new();
        for alloc in self.state.allocs_of_node(&node) {
            all.push((alloc.id, alloc.alloc_modify_index));
            let is_news = alloc.alloc_modify_index > seen;
            if let Some(job) = self.state.job_of(alloc).filter(|_| is_news) {
                changed.push(Assignment {
                    alloc: alloc.clone(),
                    job: job.clone(),
                });
            }
        }
        NodeAnswer::Assigned {
            index: self.state.index(),
            all,
            changed,
        }
    }
}
