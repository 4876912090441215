//! What only a leader keeps: built from the replicated state when leadership is gained, dropped
//! when it is lost (spec/scheduler 4.7).

use std::collections::BTreeMap;
use std::sync::Arc;

use nomad_core::id::EvalId;
use nomad_core::model::{EvalStatus, Evaluation, NodeStatus};
use nomad_core::state::State;
use nomad_core::units::Timestamp;
use nomad_core::wire::node::Refusal;
use nomad_core::wire::operator::OperatorRefusal;

use super::decide::Work;
use super::input::Effect;
use super::machine::Server;
use super::proposals::Waiting;
use super::updates::Updates;
use crate::applier::Applier;
use crate::blocked::{Blocked, Verdict};
use crate::broker::Broker;
use crate::collector::Collector;
use crate::deployments::Deployments;
use crate::heartbeat::{FAILOVER_TTL, Heartbeats};

/// What only a leader keeps.
pub(super) struct Leader {
    pub(super) broker: Broker,
    pub(super) blocked: Blocked,
    pub(super) work: BTreeMap<EvalId, Work>,
    pub(super) applier: Applier,
    pub(super) heartbeats: Heartbeats,
    pub(super) deployments: Deployments,
    pub(super) collector: Collector,
    pub(super) updates: Updates,
}

impl Leader {
    /// Derives everything from the state.
    pub(super) fn build(state: &State, now: Timestamp, term: u32) -> Self {
        let mut leader = Self {
            broker: Broker::of_term(term),
            blocked: Blocked::default(),
            work: BTreeMap::new(),
            applier: Applier::default(),
            heartbeats: Heartbeats::default(),
            deployments: Deployments::default(),
            collector: Collector::starting(now),
            updates: Updates::default(),
        };
        for eval in state.evals() {
            leader.track(now, Arc::clone(eval));
        }
        for node in state.nodes().filter(|it| it.status != NodeStatus::Down) {
            leader.heartbeats.arm(node.id, now.plus(FAILOVER_TTL));
        }
        for deployment in state.deployments().filter(|it| it.status.is_active()) {
            leader.deployments.look_at(deployment.id);
        }
        leader
    }

    /// Takes an evaluation where its status belongs.
    pub(super) fn track(&mut self, now: Timestamp, eval: Arc<Evaluation>) {
        match eval.status {
            EvalStatus::Pending => {
                self.blocked.remove(eval.id);
                self.broker.enqueue(now, eval);
            }
            EvalStatus::Blocked => {
                self.broker.remove(eval.id);
                if self.blocked.block(now, Arc::clone(&eval)) == Verdict::Missed {
                    self.broker.enqueue(now, eval);
                }
            }
            EvalStatus::Complete | EvalStatus::Failed | EvalStatus::Canceled => {
                self.blocked.remove(eval.id);
                self.broker.remove(eval.id);
            }
        }
    }

    /// When the leader's machinery must be called next.
    pub(super) fn next_wakeup(&self) -> Option<Timestamp> {
        [
            self.broker.next_wakeup(),
            self.blocked.next_wakeup(),
            self.heartbeats.next_wakeup(),
            self.deployments.next_wakeup(),
            self.collector.next_wakeup(),
        ]
        .into_iter()
        .flatten()
        .min()
    }
}

impl Server {
    /// Leadership was gained or lost.
    pub(super) fn lead(&mut self, leads: bool, out: &mut Vec<Effect>) {
        if leads {
            self.terms_led = self.terms_led.saturating_add(1);
            let leader = Leader::build(&self.state, self.now, self.terms_led);
            self.leader = Some(Box::new(leader));
            return;
        }
        if let Some(mut leader) = self.leader.take() {
            for ticket in leader.updates.take_tickets() {
                out.push(not_leader_node(ticket));
            }
        }
        for ticket in self.polls.take_all() {
            out.push(not_leader_node(ticket));
        }
    }

    /// Everything that waits for a proposal that was lost, or whose fate nobody knows, is refused.
    pub(super) fn lost(&mut self, proposal: super::ProposalId, out: &mut Vec<Effect>) {
        let Some(waiting) = self.proposals.take(proposal) else {
            return;
        };
        match waiting {
            Waiting::Nobody | Waiting::Node { .. } => {}
            Waiting::Lease { ticket, .. } => out.push(not_leader_node(ticket)),
            Waiting::Updates { tickets } => {
                self.updates_settled(proposal);
                out.extend(tickets.into_iter().map(not_leader_node));
            }
            Waiting::Operator { ticket, .. } => out.push(not_leader_operator(ticket)),
            Waiting::Collected { ticket, last } => {
                out.extend(ticket.filter(|_| last).map(not_leader_operator));
            }
            Waiting::Plans { committed } => {
                self.plans_settled(proposal);
                for plan in committed {
                    self.give_back(plan.eval, plan.token);
                }
            }
            Waiting::Settle { eval, token } => self.give_back(eval, token),
            Waiting::Deployment { id } => {
                if let Some(leader) = &mut self.leader {
                    leader.deployments.settled(id);
                }
            }
        }
    }
}

fn not_leader_node(ticket: super::Ticket) -> Effect {
    let answer = Err(Refusal::NotLeader { leader: None });
    Effect::AnswerNode { ticket, answer }
}

fn not_leader_operator(ticket: super::Ticket) -> Effect {
    let answer = Err(OperatorRefusal::NotLeader { leader: None });
    Effect::AnswerOperator { ticket, answer }
}
