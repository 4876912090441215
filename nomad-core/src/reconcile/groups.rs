//! The reconciler: the deployment first, then group by group (spec/scheduler 9.1).

use std::collections::BTreeMap;

use super::classify::Standings;
use super::group::reconcile_group;
use super::outcome::Reconciled;
use super::situation::Situation;
use super::texts::{
    DEPLOYMENT_AUTO_PROMOTION, DEPLOYMENT_NEEDS_PROMOTION, DEPLOYMENT_NEWER, DEPLOYMENT_RUNNING,
    DEPLOYMENT_STOPPED, DEPLOYMENT_SUCCESSFUL,
};
use crate::id::{DeploymentId, GroupName};
use crate::model::plan::DeploymentUpdate;
use crate::model::{Allocation, Deployment, DeploymentState, DeploymentStatus, Job};

/// The deployments of the job that matter.
#[derive(Debug, Default)]
pub(super) struct Deploying<'a> {
    /// One that is over: of another version, or successful.
    pub(super) old: Option<&'a Deployment>,
    /// That of the wanted version, with what this evaluation changes.
    pub(super) current: Option<Deployment>,
    /// This evaluation made the current one.
    pub(super) is_new: bool,
    pub(super) paused: bool,
    pub(super) failed: bool,
}

impl<'a> Deploying<'a> {
    fn of(situation: &Situation<'a, '_>, out: &mut Reconciled<'a>) -> Self {
        let mut deploying = Self::default();
        let Some(latest) = situation.deployment else {
            return deploying;
        };
        let mut cancel = |description: &str| {
            if latest.status.is_active() {
                out.deployment_updates.push(DeploymentUpdate {
                    id: latest.id,
                    status: DeploymentStatus::Cancelled,
                    status_description: description.to_owned(),
                });
            }
        };
        match situation.job.filter(|job| !job.stop) {
            None => {
                cancel(DEPLOYMENT_STOPPED);
                deploying.old = Some(latest);
            }
            Some(job) if is_of_another(latest, job) => {
                cancel(DEPLOYMENT_NEWER);
                deploying.old = Some(latest);
            }
            Some(_) if latest.status == DeploymentStatus::Successful => {
                deploying.old = Some(latest)
            }
            Some(_) => {
                deploying.paused = latest.status == DeploymentStatus::Paused;
                deploying.failed = latest.status == DeploymentStatus::Failed;
                deploying.current = Some(latest.clone());
            }
        }
        deploying
    }

    /// The current deployment, while it may still change.
    pub(super) fn active_id(&self) -> Option<DeploymentId> {
        self.current
            .as_ref()
            .filter(|current| current.status.is_active())
            .map(|current| current.id)
    }

    /// Attaches a group's state, to a deployment made now if there is none.
    pub(super) fn attach(
        &mut self,
        situation: &mut Situation<'a, '_>,
        job: &Job,
        group: &GroupName,
        state: DeploymentState,
    ) {
        let current = self.current.get_or_insert_with(|| {
            self.is_new = true;
            new_deployment(situation, job)
        });
        current.task_groups.insert(group.clone(), state);
    }
}

fn is_of_another(deployment: &Deployment, job: &Job) -> bool {
    deployment.job_create_index != job.create_index || deployment.job_version != job.version
}

fn new_deployment(situation: &mut Situation<'_, '_>, job: &Job) -> Deployment {
    Deployment {
        id: situation.seed.deployment_id(),
        namespace: job.namespace.clone(),
        job_id: job.id.clone(),
        job_version: job.version,
        job_modify_index: job.modify_index,
        job_spec_modify_index: job.job_modify_index,
        job_create_index: job.create_index,
        status: DeploymentStatus::Running,
        status_description: DEPLOYMENT_RUNNING.to_owned(),
        eval_priority: situation.eval_priority,
        create_time: situation.now,
        modify_time: situation.now,
        ..Deployment::default()
    }
}

/// Decides what should happen to the allocations of a job.
#[must_use]
pub fn reconcile<'a>(mut situation: Situation<'a, '_>) -> Reconciled<'a> {
    let mut out = Reconciled::default();
    let groups = by_group(&mut situation);
    let mut deploying = Deploying::of(&situation, &mut out);
    let Some(job) = situation.job.filter(|job| !job.stop) else {
        for (name, allocs) in groups {
            let live: Vec<_> = allocs
                .into_iter()
                .filter(|alloc| !alloc.is_terminal())
                .collect();
            let stops = Standings::of(&situation, &live).stop_all();
            out.desired.entry(name).or_default().stop = live.len() as u64;
            out.stop.extend(stops);
        }
        return out;
    };
    // Groups in the job's order, then those that it does not have any more.
    let rank = |name: &GroupName| {
        job.task_groups
            .iter()
            .position(|group| group.name == *name)
            .unwrap_or(usize::MAX)
    };
    let mut ordered: Vec<_> = groups.into_iter().collect();
    ordered.sort_by_key(|(name, _)| rank(name));
    let mut complete = true;
    for (name, allocs) in ordered {
        complete &= reconcile_group(&mut situation, &mut out, &mut deploying, job, &name, allocs);
    }
    conclude(&mut out, deploying, complete);
    out
}

fn by_group<'a>(situation: &mut Situation<'a, '_>) -> BTreeMap<GroupName, Vec<&'a Allocation>> {
    let mut groups: BTreeMap<GroupName, Vec<&'a Allocation>> = BTreeMap::new();
    for group in situation.job.iter().flat_map(|job| job.task_groups.iter()) {
        groups.entry(group.name.clone()).or_default();
    }
    for alloc in std::mem::take(&mut situation.allocs) {
        groups
            .entry(alloc.task_group.clone())
            .or_default()
            .push(alloc);
    }
    for allocs in groups.values_mut() {
        allocs.sort_by_key(|alloc| (alloc.name_index(), alloc.create_index, alloc.id));
    }
    groups
}

/// What becomes of the deployment (spec/scheduler 9.1 step 6).
fn conclude(out: &mut Reconciled<'_>, deploying: Deploying<'_>, complete: bool) {
    let Some(mut current) = deploying.current else {
        return;
    };
    if complete && current.status.is_active() && !deploying.is_new {
        out.deployment_updates.push(DeploymentUpdate {
            id: current.id,
            status: DeploymentStatus::Successful,
            status_description: DEPLOYMENT_SUCCESSFUL.to_owned(),
        });
    }
    if deploying.is_new {
        if current.requires_promotion() {
            let description = match current.has_auto_promote() {
                true => DEPLOYMENT_AUTO_PROMOTION,
                false => DEPLOYMENT_NEEDS_PROMOTION,
            };
            current.status_description = description.to_owned();
        }
        out.deployment = Some(current);
    }
}
