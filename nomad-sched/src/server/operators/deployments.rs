//! Deployments: promote, fail, pause, health by hand (spec/scheduler 14.3).

use std::sync::Arc;

use nomad_core::command::Command;
use nomad_core::id::{AllocId, DeploymentId, GroupName};
use nomad_core::model::{Deployment, DeploymentStatus};
use nomad_core::state::ApplyError;
use nomad_core::wire::operator::OperatorRefusal;

use super::super::machine::Server;
use super::super::proposals::About;
use super::super::watch::{Ending, end_command};
use super::request::{Outcome, Write};
use crate::deployments::UNHEALTHY;

impl Server {
    fn active(&self, id: DeploymentId) -> Result<Arc<Deployment>, OperatorRefusal> {
        let Some(deployment) = self.state.deployment(&id) else {
            return Err(ApplyError::UnknownDeployment(id).into());
        };
        let status = deployment.status;
        if !status.is_active() {
            return Err(ApplyError::DeploymentOver { id, status }.into());
        }
        Ok(Arc::clone(deployment))
    }

    pub(super) fn promote_deployment(
        &mut self,
        id: DeploymentId,
        groups: Option<Vec<GroupName>>,
    ) -> Outcome {
        let deployment = self.active(id)?;
        let eval = Some(self.deployment_eval(&deployment));
        Ok(Write {
            record: None,
            about: About::Deployment {
                id,
                eval: eval.as_ref().map(|eval| eval.id),
                reverted: None,
            },
            command: Command::PromoteDeployment {
                deployment_id: id,
                groups,
                eval,
            },
        })
    }

    pub(super) fn fail_deployment(&mut self, id: DeploymentId) -> Outcome {
        let deployment = self.active(id)?;
        let rollback = deployment.task_groups.values().any(|it| it.auto_revert);
        let ending = self.failing(&deployment, "Deployment marked as failed", rollback);
        Ok(self.ending(&deployment, ending, true))
    }

    pub(super) fn pause_deployment(&mut self, id: DeploymentId, pause: bool) -> Outcome {
        let deployment = self.active(id)?;
        let status = deployment.status;
        let (next, description) = if pause {
            (DeploymentStatus::Paused, "Deployment is paused")
        } else {
            (DeploymentStatus::Running, running_text(&deployment))
        };
        if next == status {
            return Err(OperatorRefusal::SameStatus { id, status });
        }
        let ending = Ending {
            status: next,
            description: description.to_owned(),
            revert_to: None,
        };
        Ok(self.ending(&deployment, ending, !pause))
    }

    fn ending(&mut self, deployment: &Deployment, ending: Ending, evaluate: bool) -> Write {
        let eval = evaluate.then(|| self.deployment_eval(deployment));
        Write {
            record: None,
            about: About::Deployment {
                id: deployment.id,
                eval: eval.as_ref().map(|eval| eval.id),
                reverted: ending.reverted(),
            },
            command: end_command(deployment.id, ending, eval),
        }
    }

    pub(super) fn set_alloc_health(
        &mut self,
        id: DeploymentId,
        healthy: Vec<AllocId>,
        unhealthy: Vec<AllocId>,
    ) -> Outcome {
        let deployment = self.active(id)?;
        if healthy.is_empty() && unhealthy.is_empty() {
            return Err(OperatorRefusal::Empty {
                what: "an allocation".to_owned(),
            });
        }
        for alloc in healthy.iter().chain(&unhealthy) {
            let found = self.state.alloc(alloc);
            if found.is_none_or(|found| found.deployment_id != Some(id)) {
                return Err(ApplyError::UnknownAlloc(*alloc).into());
            }
        }
        let ending = (!unhealthy.is_empty()).then(|| {
            let reverts = |alloc: &AllocId| self.group_reverts(&deployment, *alloc);
            let rollback = unhealthy.iter().any(reverts);
            self.failing(&deployment, UNHEALTHY, rollback)
        });
        let eval = Some(self.deployment_eval(&deployment));
        let reverted = ending.as_ref().and_then(Ending::reverted);
        let (status, revert_to) = match ending {
            Some(ending) => (Some((ending.status, ending.description)), ending.revert_to),
            None => (None, None),
        };
        Ok(Write {
            record: None,
            about: About::Deployment {
                id,
                eval: eval.as_ref().map(|eval| eval.id),
                reverted,
            },
            command: Command::SetAllocHealth {
                deployment_id: id,
                healthy,
                unhealthy,
                status,
                revert_to,
                eval,
            },
        })
    }

    fn group_reverts(&self, deployment: &Deployment, alloc: AllocId) -> bool {
        let group = self.state.alloc(&alloc).map(|alloc| &alloc.task_group);
        let state = group.and_then(|group| deployment.task_groups.get(group));
        state.is_some_and(|state| state.auto_revert)
    }
}

/// What a running deployment says of itself (spec/scheduler, Appendix C).
fn running_text(deployment: &Deployment) -> &'static str {
    let waits =
        |group: &nomad_core::model::DeploymentState| group.desired_canaries > 0 && !group.promoted;
    let waiting: Vec<_> = deployment
        .task_groups
        .values()
        .filter(|it| waits(it))
        .collect();
    if waiting.is_empty() {
        "Deployment is running"
    } else if waiting.iter().all(|group| group.auto_promote) {
        "Deployment is running pending automatic promotion"
    } else {
        "Deployment is running but requires manual promotion"
    }
}
