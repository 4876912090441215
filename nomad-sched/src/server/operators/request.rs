//! From a request to the function of its noun.

use nomad_core::command::Command;
use nomad_core::wire::operator::{OperatorRefusal, OperatorRequest};

use super::super::config::PROPOSALS_MAX;
use super::super::input::{Effect, Ticket};
use super::super::machine::Server;
use super::super::proposals::{About, Waiting};

/// A request that was understood: what to write, and what the answer is about.
pub(super) struct Write {
    pub(super) command: Command,
    pub(super) about: About,
    /// A second write that only records something.
    pub(super) record: Option<Command>,
}

impl Write {
    pub(super) fn new(command: Command, about: About) -> Self {
        Self {
            command,
            about,
            record: None,
        }
    }
}

pub(super) type Outcome = Result<Write, OperatorRefusal>;

impl Server {
    /// An operator asks.
    pub(in super::super) fn operator_request(
        &mut self,
        ticket: Ticket,
        request: OperatorRequest,
        out: &mut Vec<Effect>,
    ) {
        let waiting = self.proposals.len();
        let outcome = if self.leader.is_none() {
            Err(OperatorRefusal::NotLeader { leader: None })
        } else if waiting >= PROPOSALS_MAX {
            Err(OperatorRefusal::Busy {
                waiting: waiting as u64,
            })
        } else if let OperatorRequest::CollectGarbage = request {
            return self.collect_all(ticket, out);
        } else {
            self.understand(request)
        };
        match outcome {
            Ok(Write {
                command,
                about,
                record,
            }) => {
                self.propose(Waiting::Operator { ticket, about }, command, out);
                if let Some(command) = record {
                    self.propose(Waiting::Nobody, command, out);
                }
            }
            Err(refusal) => {
                let answer = Err(refusal);
                out.push(Effect::AnswerOperator { ticket, answer });
            }
        }
    }

    fn understand(&mut self, request: OperatorRequest) -> Outcome {
        match request {
            OperatorRequest::SetNodeEligibility {
                node_id,
                eligibility,
            } => self.set_eligibility(node_id, eligibility),
            OperatorRequest::EvaluateNode { node_id } => self.evaluate_node(node_id),
            OperatorRequest::PurgeNode { node_id } => self.purge_node(node_id),
            OperatorRequest::PromoteDeployment {
                deployment_id,
                groups,
            } => self.promote_deployment(deployment_id, groups),
            OperatorRequest::FailDeployment { deployment_id } => {
                self.fail_deployment(deployment_id)
            }
            OperatorRequest::PauseDeployment {
                deployment_id,
                pause,
            } => self.pause_deployment(deployment_id, pause),
            OperatorRequest::SetAllocHealth {
                deployment_id,
                healthy,
                unhealthy,
            } => self.set_alloc_health(deployment_id, healthy, unhealthy),
            OperatorRequest::SetSchedulerConfiguration {
                config,
                check_index,
            } => Ok(Write::new(
                Command::SetSchedulerConfiguration {
                    config,
                    check_index,
                },
                About::Done,
            )),
            other => self.understand_job(other),
        }
    }
}
