//! Summaries of jobs and counters of deployments, moved with every change of an allocation
//! (spec/scheduler 3.7 and 14.2).

use std::sync::Arc;

use super::applied::Topic;
use super::write::Write;
use crate::id::JobKey;
use crate::model::{AllocClientStatus, Allocation, DeploymentState, Evaluation};
use crate::state::{GroupSummary, TableName};
use crate::units::Timestamp;

impl Write<'_> {
    /// A group's counters follow the client status of its allocations.
    pub(super) fn summarize_alloc(
        &mut self,
        key: &JobKey,
        old: Option<&Allocation>,
        new: &Allocation,
    ) {
        let before = old.map(|alloc| alloc.client_status);
        if before == Some(new.client_status) || !self.is_current_incarnation(key, new) {
            return;
        }
        self.change_summary(key, new.task_group.clone(), |group| {
            match before {
                None => group.queued = group.queued.saturating_sub(1),
                Some(status) => leave(group, status),
            }
            enter(group, new.client_status);
        });
    }

    /// An allocation that is collected is not starting or running any more.
    pub(super) fn summarize_removal(&mut self, key: &JobKey, old: &Allocation) {
        if self.is_current_incarnation(key, old) {
            self.change_summary(key, old.task_group.clone(), |group| {
                leave(group, old.client_status);
            });
        }
    }

    /// What an evaluation could not place yet is queued.
    pub(super) fn summarize_queued(&mut self, key: &JobKey, eval: &Evaluation) {
        let Some(record) = self.state.jobs.get(key) else {
            return;
        };
        for (name, queued) in &eval.queued_allocations {
            if record
                .summary
                .get(name)
                .is_some_and(|it| it.queued == *queued)
            {
                continue;
            }
            self.change_summary(key, name.clone(), |group| group.queued = *queued);
            return self.summarize_queued(key, eval);
        }
    }

    fn is_current_incarnation(&self, key: &JobKey, alloc: &Allocation) -> bool {
        let record = self.state.jobs.get(key);
        record.is_some_and(|record| record.job.create_index == alloc.job_create_index)
    }

    fn change_summary(
        &mut self,
        key: &JobKey,
        group: crate::id::GroupName,
        change: impl FnOnce(&mut GroupSummary),
    ) {
        let index = self.index;
        let changed = self.change_record(key, |record| {
            change(record.summary.entry(group).or_default());
            record.summary_index = index;
        });
        if changed.is_some() {
            self.touch(TableName::JobSummaries, [Topic::JobSummary(key.clone())]);
        }
    }

    /// A deployment's counters and deadline follow its allocations.
    pub(super) fn count_in_deployment(&mut self, old: Option<&Allocation>, new: &Allocation) {
        let Some(id) = new.deployment_id else { return };
        let Some(deployment) = self.state.deployments.get(&id) else {
            return;
        };
        let Some(group) = deployment.task_groups.get(&new.task_group) else {
            return;
        };
        let old = old.filter(|old| old.deployment_id == Some(id));
        let mut changed = group.clone();
        follow(&mut changed, old, new, self.now);
        if changed == *group {
            return;
        }
        let mut deployment = (**deployment).clone();
        deployment
            .task_groups
            .insert(new.task_group.clone(), changed);
        self.store_deployment(Arc::new(deployment));
    }
}

fn enter(group: &mut GroupSummary, status: AllocClientStatus) {
    let counter = match status {
        AllocClientStatus::Pending => &mut group.starting,
        AllocClientStatus::Running => &mut group.running,
        AllocClientStatus::Complete => &mut group.complete,
        AllocClientStatus::Failed => &mut group.failed,
        AllocClientStatus::Lost => &mut group.lost,
        AllocClientStatus::Unknown => &mut group.unknown,
    };
    *counter = counter.saturating_add(1);
}

/// `Complete` and `Failed` are cumulative: nothing leaves them.
fn leave(group: &mut GroupSummary, status: AllocClientStatus) {
    let counter = match status {
        AllocClientStatus::Pending => &mut group.starting,
        AllocClientStatus::Running => &mut group.running,
        AllocClientStatus::Lost => &mut group.lost,
        AllocClientStatus::Unknown => &mut group.unknown,
        AllocClientStatus::Complete | AllocClientStatus::Failed => return,
    };
    *counter = counter.saturating_sub(1);
}

fn follow(group: &mut DeploymentState, old: Option<&Allocation>, new: &Allocation, now: Timestamp) {
    let health = |alloc: Option<&Allocation>| alloc?.deployment_status?.healthy;
    let (was, is) = (health(old), health(Some(new)));
    if old.is_none() {
        group.placed_allocs = group.placed_allocs.saturating_add(1);
    }
    match (was, is) {
        (None, Some(true)) => group.healthy_allocs += 1,
        (None, Some(false)) => group.unhealthy_allocs += 1,
        (Some(true), Some(false)) => {
            group.healthy_allocs = group.healthy_allocs.saturating_sub(1).max(0);
            group.unhealthy_allocs += 1;
        }
        _ => {}
    }
    let status = new.deployment_status.unwrap_or_default();
    if status.canary && !group.placed_canaries.contains(&new.id) {
        group.placed_canaries.push(new.id);
    }
    if group.progress_deadline.is_zero() {
        return;
    }
    if old.is_none() && group.require_progress_by.is_zero() {
        group.require_progress_by = now.plus(group.progress_deadline);
    } else if was != is {
        let progress = status.timestamp.max(now).plus(group.progress_deadline);
        group.require_progress_by = group.require_progress_by.max(progress);
    }
}
