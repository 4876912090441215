//! Deployments (spec/scheduler 2.7 and 14).

use std::sync::Arc;

use super::alloc::Side;
use super::applied::Topic;
use super::client::merge_health;
use super::error::ApplyError;
use super::eval::count;
use super::write::Write;
use crate::id::{AllocId, DeploymentId, GroupName};
use crate::model::alloc::AllocDeploymentStatus;
use crate::model::{Deployment, DeploymentStatus, Job};
use crate::state::TableName;
use crate::units::Timestamp;

impl Write<'_> {
    /// The deployment with that id, if it may still change.
    pub(super) fn active_deployment(
        &self,
        id: &DeploymentId,
    ) -> Result<Arc<Deployment>, ApplyError> {
        let found = self.state.deployments.get(id);
        let deployment = found.ok_or(ApplyError::UnknownDeployment(*id))?;
        let (id, status) = (*id, deployment.status);
        if !status.is_active() {
            return Err(ApplyError::DeploymentOver { id, status });
        }
        Ok(Arc::clone(deployment))
    }

    /// Stores a deployment with this entry's index; keeps the index by job and the counts.
    pub(super) fn store_deployment(&mut self, deployment: Arc<Deployment>) {
        let mut deployment = deployment;
        let (id, key) = (deployment.id, deployment.job_key());
        let old = self.state.deployments.get(&id);
        let was = old.is_some_and(|old| old.status.is_active());
        let fresh = old.is_none();
        let changed = Arc::make_mut(&mut deployment);
        changed.modify_index = self.index;
        changed.modify_time = self.now;
        if fresh {
            changed.create_index = self.index;
            changed.create_time = self.now;
        }
        let is = changed.status.is_active();
        self.change_record(&key, |record| {
            if was != is {
                count(&mut record.open.deployments, was, is);
            }
        });
        self.status_is_stale(&key);
        self.state.deployments.insert(id, deployment);
        self.state.deployments_by_job.insert((key.clone(), id));
        self.touch(
            TableName::Deployments,
            [Topic::Deployment(id), Topic::JobDeployments(key)],
        );
    }

    /// Takes over a deployment from a plan; what clients and operators moved meanwhile stays
    /// (spec/scheduler 12.5, edge case E19).
    pub(super) fn upsert_deployment(&mut self, planned: &Deployment) {
        let mut new = planned.clone();
        if let Some(old) = self.state.deployments.get(&planned.id) {
            if !old.status.is_active() {
                return;
            }
            new.create_index = old.create_index;
            new.create_time = old.create_time;
            new.status = old.status;
            new.status_description.clone_from(&old.status_description);
            for (name, known) in &old.task_groups {
                let group = new
                    .task_groups
                    .entry(name.clone())
                    .or_insert_with(|| known.clone());
                group.healthy_allocs = known.healthy_allocs;
                group.unhealthy_allocs = known.unhealthy_allocs;
                group.placed_allocs = known.placed_allocs;
                group.require_progress_by = known.require_progress_by;
                group.promoted |= known.promoted;
                for id in &known.placed_canaries {
                    if !group.placed_canaries.contains(id) {
                        group.placed_canaries.push(*id);
                    }
                }
            }
        }
        self.store_deployment(Arc::new(new));
    }

    /// Changes the status of an active deployment.
    pub(super) fn set_deployment_status(
        &mut self,
        id: DeploymentId,
        status: DeploymentStatus,
        description: &str,
    ) {
        let Some(old) = self.state.deployments.get(&id) else {
            return;
        };
        let mut new = (**old).clone();
        new.status = status;
        description.clone_into(&mut new.status_description);
        if status.is_active() {
            for group in new.task_groups.values_mut() {
                if !group.progress_deadline.is_zero() {
                    group.require_progress_by = self.now.plus(group.progress_deadline);
                }
            }
        }
        let (key, version) = (new.job_key(), new.job_version);
        let incarnation = new.job_create_index;
        self.store_deployment(Arc::new(new));
        let current = self.state.job(&key).map(|job| job.create_index);
        if status == DeploymentStatus::Successful && current == Some(incarnation) {
            // A version that was collected meanwhile has nothing left to mark.
            let _ = self.set_stability(&key, version, true);
        }
    }

    /// Promotes canaries (spec/scheduler 14.3).
    pub(super) fn promote(
        &mut self,
        id: &DeploymentId,
        groups: Option<&[GroupName]>,
    ) -> Result<(), ApplyError> {
        let old = self.active_deployment(id)?;
        let chosen = chosen_groups(&old, groups)?;
        if chosen.iter().all(|name| desired_canaries(&old, name) == 0) {
            return Err(ApplyError::NothingToPromote(*id));
        }
        for name in &chosen {
            self.check_canaries(&old, name)?;
        }
        let mut new = (*old).clone();
        for name in &chosen {
            if let Some(group) = new.task_groups.get_mut(name) {
                group.promoted = true;
                if !group.progress_deadline.is_zero() {
                    group.require_progress_by = self.now.plus(group.progress_deadline);
                }
            }
        }
        if !new.requires_promotion() && new.status == DeploymentStatus::Running {
            "Deployment is running".clone_into(&mut new.status_description);
        }
        self.store_deployment(Arc::new(new));
        self.unmark_canaries(&old, &chosen);
        Ok(())
    }

    fn check_canaries(&self, deployment: &Deployment, name: &GroupName) -> Result<(), ApplyError> {
        let Some(group) = deployment.task_groups.get(name) else {
            return Ok(());
        };
        let is_healthy = |id: &&AllocId| {
            self.state.allocs.get(*id).is_some_and(|alloc| {
                let status = alloc.deployment_status.unwrap_or_default();
                !alloc.is_terminal() && status.canary && status.healthy == Some(true)
            })
        };
        let healthy = group.placed_canaries.iter().filter(is_healthy).count() as i64;
        if healthy < group.desired_canaries {
            return Err(ApplyError::CanariesNotHealthy {
                group: name.clone(),
                healthy,
                desired: group.desired_canaries,
            });
        }
        Ok(())
    }

    fn unmark_canaries(&mut self, deployment: &Deployment, groups: &[GroupName]) {
        let canaries = groups
            .iter()
            .filter_map(|name| deployment.task_groups.get(name))
            .flat_map(|group| group.placed_canaries.iter());
        for id in canaries {
            let Some(alloc) = self.state.allocs.get(id) else {
                continue;
            };
            let mut alloc = (**alloc).clone();
            if let Some(status) = &mut alloc.deployment_status
                && status.canary
            {
                status.canary = false;
                status.modify_index = self.index;
                self.put_alloc(alloc, Side::Server);
            }
        }
    }

    /// Sets the health of allocations by hand.
    pub(super) fn set_health(&mut self, ids: &[AllocId], healthy: bool) {
        for id in ids {
            let Some(old) = self.state.allocs.get(id).cloned() else {
                continue;
            };
            let mut new = (*old).clone();
            let reported = AllocDeploymentStatus {
                healthy: Some(healthy),
                timestamp: Timestamp::ZERO,
                ..AllocDeploymentStatus::default()
            };
            merge_health(&mut new, Some(reported), self.index, self.now);
            self.count_in_deployment(Some(&old), &new);
            self.put_alloc(new, Side::Server);
        }
    }

    /// Goes back to an older version, as a new one.
    pub(super) fn revert(&mut self, job: Option<&Job>) {
        if let Some(job) = job
            && self.state.jobs.contains_key(&job.key())
        {
            self.register_job(job.clone(), None);
        }
    }

    /// Removes a deployment.
    pub(super) fn remove_deployment(&mut self, id: DeploymentId) {
        let Some(deployment) = self.state.deployments.remove(&id) else {
            return;
        };
        let key = deployment.job_key();
        self.state.deployments_by_job.remove(&(key.clone(), id));
        let was = deployment.status.is_active();
        self.change_record(&key, |record| {
            count(&mut record.open.deployments, was, false)
        });
        self.status_is_stale(&key);
        self.touch(
            TableName::Deployments,
            [Topic::Deployment(id), Topic::JobDeployments(key)],
        );
    }
}

fn chosen_groups(
    deployment: &Deployment,
    groups: Option<&[GroupName]>,
) -> Result<Vec<GroupName>, ApplyError> {
    let Some(groups) = groups else {
        return Ok(deployment.task_groups.keys().cloned().collect());
    };
    let unknown = groups
        .iter()
        .find(|name| !deployment.task_groups.contains_key(*name));
    match unknown {
        Some(group) => Err(ApplyError::UnknownGroup {
            id: deployment.id,
            group: group.clone(),
        }),
        None => Ok(groups.to_vec()),
    }
}

fn desired_canaries(deployment: &Deployment, name: &GroupName) -> i64 {
    let group = deployment.task_groups.get(name);
    group.map_or(0, |group| group.desired_canaries)
}
