//! The deployment watcher's needs as commands (spec/scheduler 14.3).

use nomad_core::command::Command;
use nomad_core::id::{AllocId, DeploymentId};
use nomad_core::model::{
    Deployment, DeploymentStatus, DesiredTransition, Evaluation, Job, Trigger,
};
use nomad_core::units::JobVersion;

use super::input::Effect;
use super::machine::Server;
use super::proposals::Waiting;
use crate::deployments::{Need, need, rollback_of};

/// A status that ends or changes a deployment, and the job to go back to.
pub(super) struct Ending {
    pub(super) status: DeploymentStatus,
    pub(super) description: String,
    pub(super) revert_to: Option<Box<Job>>,
}

impl Ending {
    /// The version that the job goes back to, as told to the operator.
    pub(super) fn reverted(&self) -> Option<JobVersion> {
        let text = self.revert_to.as_ref().map(|_| &self.description)?;
        let (_, version) = text.rsplit_once(' ')?;
        version.parse().ok().map(JobVersion)
    }
}

impl Server {
    /// Looks at every deployment that changed or is due.
    pub(super) fn watch_deployments(&mut self, out: &mut Vec<Effect>) {
        let now = self.now;
        loop {
            let Some(leader) = &mut self.leader else {
                return;
            };
            let Some(deployment) = leader.deployments.take_due(&self.state, now) else {
                return;
            };
            self.watch_one(&deployment, out);
        }
    }

    fn watch_one(&mut self, deployment: &Deployment, out: &mut Vec<Effect>) {
        let id = deployment.id;
        match need(&self.state, self.now, deployment) {
            Need::Nothing(None) => {}
            Need::Nothing(Some(at)) => {
                if let Some(leader) = &mut self.leader {
                    leader.deployments.wake_at(id, at);
                }
            }
            Need::Evaluate { replace } => {
                let is_progress = replace.is_empty();
                if self.start_change(id, is_progress) {
                    let command = self.progress(deployment, replace);
                    self.propose(Waiting::Deployment { id }, command, out);
                }
            }
            Need::Fail {
                description,
                rollback,
            } => {
                if self.start_change(id, false) {
                    let ending = self.failing(deployment, description, rollback);
                    let eval = Some(self.deployment_eval(deployment));
                    let command = end_command(id, ending, eval);
                    self.propose(Waiting::Deployment { id }, command, out);
                }
            }
            Need::Promote => {
                if self.start_change(id, false) {
                    let command = Command::PromoteDeployment {
                        deployment_id: id,
                        groups: None,
                        eval: Some(self.deployment_eval(deployment)),
                    };
                    self.propose(Waiting::Deployment { id }, command, out);
                }
            }
        }
    }

    fn start_change(&mut self, id: DeploymentId, is_progress: bool) -> bool {
        let now = self.now;
        let leader = self.leader.as_mut();
        leader.is_some_and(|leader| leader.deployments.start(id, now, is_progress))
    }

    fn progress(&mut self, deployment: &Deployment, replace: Vec<AllocId>) -> Command {
        let evals = vec![self.deployment_eval(deployment)];
        if replace.is_empty() {
            return Command::UpdateEvals { evals };
        }
        let wish = DesiredTransition {
            reschedule: Some(true),
            ..DesiredTransition::default()
        };
        let transitions = replace.into_iter().map(|id| (id, wish)).collect();
        Command::UpdateDesiredTransitions { transitions, evals }
    }

    /// How a deployment fails, with or without going back to a stable version.
    pub(super) fn failing(
        &self,
        deployment: &Deployment,
        description: &str,
        rollback: bool,
    ) -> Ending {
        let (job, suffix) = if rollback {
            rollback_of(&self.state, deployment)
        } else {
            (None, String::new())
        };
        Ending {
            status: DeploymentStatus::Failed,
            description: format!("{description}{suffix}"),
            revert_to: job.map(Box::new),
        }
    }

    /// An evaluation that a deployment makes.
    pub(super) fn deployment_eval(&mut self, deployment: &Deployment) -> Evaluation {
        let mut eval = self.key_eval(&deployment.job_key(), Trigger::DeploymentWatcher);
        eval.deployment_id = Some(deployment.id);
        if deployment.eval_priority > 0 {
            eval.priority = deployment.eval_priority;
        }
        eval
    }
}

/// The write that gives a deployment its new status.
pub(super) fn end_command(
    deployment_id: DeploymentId,
    ending: Ending,
    eval: Option<Evaluation>,
) -> Command {
    Command::UpdateDeploymentStatus {
        deployment_id,
        status: ending.status,
        description: ending.description,
        revert_to: ending.revert_to,
        eval,
    }
}
