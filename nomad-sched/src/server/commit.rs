//! A committed entry: applied, shown, followed up, answered.

use std::collections::BTreeSet;
use std::sync::Arc;

use nomad_core::command::Entry;
use nomad_core::state::{Applied, ApplyError, Topic};
use nomad_core::units::Index;
use nomad_core::wire::node::{NodeAnswer, Refusal};
use nomad_core::wire::operator::{OperatorAnswer, OperatorRefusal};

use super::input::{Effect, ProposalId, Ticket};
use super::machine::Server;
use super::proposals::{About, Waiting};

impl Server {
    /// The log agreed on an entry.
    pub(super) fn committed(
        &mut self,
        index: Index,
        entry: &Entry,
        proposal: Option<ProposalId>,
        out: &mut Vec<Effect>,
    ) {
        let result = self.state.apply(index, entry);
        let touched = match &result {
            Ok(applied) => applied.touched.clone(),
            Err(_) => BTreeSet::new(),
        };
        out.push(Effect::Publish {
            snapshot: self.state.snapshot(),
            touched,
        });
        let error = match result {
            Ok(applied) => {
                self.follow(applied, out);
                None
            }
            Err(error) => Some(error),
        };
        if let Some(proposal) = proposal
            && let Some(waiting) = self.proposals.take(proposal)
        {
            self.settle(proposal, waiting, index, error, out);
        }
    }

    /// What changed moves what the leader keeps, and wakes parked polls.
    fn follow(&mut self, applied: Applied, out: &mut Vec<Effect>) {
        for topic in &applied.touched {
            if let Topic::NodeAssignments(node) = topic
                && let Some(ticket) = self.polls.wake(*node)
            {
                let answer = Ok(self.assigned(*node, ticket.1));
                let ticket = ticket.0;
                out.push(Effect::AnswerNode { ticket, answer });
            }
        }
        let now = self.now;
        let Some(leader) = &mut self.leader else {
            return;
        };
        for eval in applied.evals {
            // A later write of the same entry may have changed it again.
            let stored = self.state.eval(&eval.id).map_or(eval, Arc::clone);
            leader.track(now, stored);
        }
        let mut classes = BTreeSet::new();
        for id in &applied.freed {
            let node = self.state.node(id).filter(|node| node.is_ready());
            classes.extend(node.map(|node| node.computed_class.clone()));
        }
        let index = self.state.index();
        if !classes.is_empty() {
            for eval in leader.blocked.unblock(now, index, &classes, &applied.freed) {
                leader.broker.enqueue(now, eval);
            }
        }
        for topic in &applied.touched {
            match topic {
                Topic::Node(id) => self.follow_node(*id),
                Topic::Deployment(id) | Topic::DeploymentAllocs(id) => {
                    if let Some(leader) = &mut self.leader {
                        leader.deployments.look_at(*id);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whoever waited for the entry hears of it.
    fn settle(
        &mut self,
        proposal: ProposalId,
        waiting: Waiting,
        index: Index,
        error: Option<ApplyError>,
        out: &mut Vec<Effect>,
    ) {
        match waiting {
            Waiting::Nobody => {}
            Waiting::Node { node } => self.follow_node(node),
            Waiting::Lease { ticket, node } => {
                let answer = match error {
                    None => Ok(self.lease(node)),
                    Some(error) => Err(Refusal::Stopped {
                        reason: error.to_string(),
                    }),
                };
                out.push(Effect::AnswerNode { ticket, answer });
            }
            Waiting::Updates { tickets } => {
                self.updates_settled(proposal);
                let done = |ticket| Effect::AnswerNode {
                    ticket,
                    answer: Ok(NodeAnswer::Done { index }),
                };
                out.extend(tickets.into_iter().map(done));
            }
            Waiting::Operator { ticket, about } => {
                let answer = self.operator_answer(about, index, error);
                out.push(Effect::AnswerOperator { ticket, answer });
            }
            Waiting::Plans { committed } => self.plans_committed(proposal, committed, out),
            Waiting::Settle { eval, token } => self.finish(eval, token),
            Waiting::Deployment { id } => {
                if let Some(leader) = &mut self.leader {
                    leader.deployments.settled(id);
                }
            }
            Waiting::Collected { ticket, last } => {
                if let Some(ticket) = ticket.filter(|_| last) {
                    out.push(done(ticket, index, true));
                }
            }
        }
    }

    fn operator_answer(
        &self,
        about: About,
        index: Index,
        error: Option<ApplyError>,
    ) -> Result<OperatorAnswer, OperatorRefusal> {
        match error {
            Some(ApplyError::CheckIndex { .. }) => Ok(OperatorAnswer::Done {
                index,
                updated: false,
            }),
            Some(error) => Err(error.into()),
            None => Ok(self.written(about, index)),
        }
    }

    fn written(&self, about: About, index: Index) -> OperatorAnswer {
        let made = |made: bool| if made { index } else { Index(0) };
        match about {
            About::Job { key, eval } => OperatorAnswer::Job {
                index,
                eval_id: eval,
                eval_create_index: made(eval.is_some()),
                job_modify_index: self
                    .state
                    .job(&key)
                    .map_or(index, |job| job.job_modify_index),
                warnings: String::new(),
            },
            About::Node { node, evals } => OperatorAnswer::Node {
                index,
                eval_create_index: made(!evals.is_empty()),
                eval_ids: evals,
                node_modify_index: self
                    .state
                    .node(&node)
                    .map_or(index, |node| node.modify_index),
            },
            About::Deployment { id, eval, reverted } => OperatorAnswer::Deployment {
                index,
                eval_id: eval,
                eval_create_index: made(eval.is_some()),
                deployment_modify_index: self
                    .state
                    .deployment(&id)
                    .map_or(index, |deployment| deployment.modify_index),
                reverted_job_version: reverted,
            },
            About::Done => OperatorAnswer::Done {
                index,
                updated: true,
            },
        }
    }
}

/// The plain answer to a write.
pub(super) fn done(ticket: Ticket, index: Index, updated: bool) -> Effect {
    let answer = Ok(OperatorAnswer::Done { index, updated });
    Effect::AnswerOperator { ticket, answer }
}
