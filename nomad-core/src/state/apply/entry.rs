//! From an entry to the function of its noun.

use super::write::Write;
use super::{Applied, ApplyError};
use crate::command::{Command, ENTRY_VERSION, Entry};
use crate::state::State;
use crate::units::Index;

impl State {
    /// Applies the log entry at `index`.
    ///
    /// # Errors
    ///
    /// See [`ApplyError`]. The entry then changed nothing, but counts as applied: every server
    /// refuses it alike.
    pub fn apply(&mut self, index: Index, entry: &Entry) -> Result<Applied, ApplyError> {
        if index <= self.index {
            let last = self.index;
            return Err(ApplyError::OutOfOrder { index, last });
        }
        let version = entry.version;
        if version == 0 || version > ENTRY_VERSION {
            return Err(ApplyError::Version { index, version });
        }
        self.index = index;
        let mut write = Write::new(self, index, entry.now);
        write.command(&entry.command)?;
        Ok(write.finish())
    }
}

impl Write<'_> {
    fn command(&mut self, command: &Command) -> Result<(), ApplyError> {
        match command {
            Command::Noop => {}
            Command::RegisterNode {
                node,
                secret,
                evals,
            } => {
                self.register_node(node, secret);
                self.put_evals(evals);
            }
            Command::UpdateNodeStatus {
                node_id,
                status,
                event,
                evals,
            } => {
                self.update_node_status(*node_id, *status, event.as_ref())?;
                self.put_evals(evals);
            }
            Command::UpdateNodeEligibility {
                node_id,
                eligibility,
                event,
                evals,
            } => {
                self.update_node_eligibility(*node_id, *eligibility, event.as_ref())?;
                self.put_evals(evals);
            }
            Command::DeregisterNodes { node_ids, evals } => {
                node_ids.iter().for_each(|id| self.remove_node(*id));
                self.put_evals(evals);
            }
            Command::ApplyPlans { results, evals } => {
                results.iter().for_each(|result| self.plan(&result.plan));
                self.put_evals(evals);
            }
            Command::UpdateAllocsFromClient { updates, evals } => {
                updates.iter().for_each(|update| self.client_update(update));
                self.put_evals(evals);
            }
            Command::UpdateDesiredTransitions { transitions, evals } => {
                for (id, transition) in transitions {
                    self.wish(*id, *transition);
                }
                self.put_evals(evals);
            }
            Command::UpdateEvals { evals } => self.put_evals(evals),
            Command::Collect {
                evals,
                allocs,
                deployments,
                jobs,
                nodes,
            } => self.collect(evals, allocs, deployments, jobs, nodes),
            other => self.job_command(other)?,
        }
        Ok(())
    }

    fn job_command(&mut self, command: &Command) -> Result<(), ApplyError> {
        match command {
            Command::RegisterJob {
                job,
                submission,
                enforce_index,
                preserve_counts,
                eval,
            } => {
                let job = self.admit(job, *enforce_index, *preserve_counts)?;
                let written = self.register_job(job, submission.as_ref());
                self.put_job_eval(eval.as_ref(), written);
            }
            Command::DeregisterJob {
                job,
                purge,
                no_shutdown_delay,
                eval,
            } => {
                let written = self.deregister_job(job, *purge, *no_shutdown_delay);
                self.put_job_eval(eval.as_ref(), written);
            }
            Command::SetJobStability {
                job,
                version,
                stable,
            } => self.set_stability(job, *version, *stable)?,
            Command::SetSchedulerConfiguration {
                config,
                check_index,
            } => self.set_scheduler_config(config, *check_index)?,
            Command::RecordScaling { job, group, event } => {
                self.record_scaling(job, group, event)?;
            }
            other => self.deployment_command(other)?,
        }
        Ok(())
    }

    fn deployment_command(&mut self, command: &Command) -> Result<(), ApplyError> {
        match command {
            Command::UpdateDeploymentStatus {
                deployment_id,
                status,
                description,
                revert_to,
                eval,
            } => {
                self.active_deployment(deployment_id)?;
                self.set_deployment_status(*deployment_id, *status, description);
                self.revert(revert_to.as_deref());
                self.put_evals(eval.as_slice());
            }
            Command::PromoteDeployment {
                deployment_id,
                groups,
                eval,
            } => {
                self.promote(deployment_id, groups.as_deref())?;
                self.put_evals(eval.as_slice());
            }
            Command::SetAllocHealth {
                deployment_id,
                healthy,
                unhealthy,
                status,
                revert_to,
                eval,
            } => {
                self.active_deployment(deployment_id)?;
                self.set_health(healthy, true);
                self.set_health(unhealthy, false);
                if let Some((status, description)) = status {
                    self.set_deployment_status(*deployment_id, *status, description);
                }
                self.revert(revert_to.as_deref());
                self.put_evals(eval.as_slice());
            }
            _ => {}
        }
        Ok(())
    }
}
