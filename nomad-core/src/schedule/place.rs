//! Placing what the reconciler asked for, one allocation after the other (spec/scheduler 5.3).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::full::{self, Choice, Wish};
use super::policy::Search;
use super::round::Cluster;
use super::sampled;
use crate::fit::fit;
use crate::id::{DeploymentId, GroupName};
use crate::model::alloc::{
    AllocDeploymentStatus, AllocatedResources, RescheduleEvent, RescheduleTracker,
};
use crate::model::plan::{AllocStop, Plan};
use crate::model::{AllocMetric, Allocation, Evaluation, Job};
use crate::reconcile::{Placement, next_delay};
use crate::seed::Seed;
use crate::state::State;
use crate::units::Timestamp;

/// Reschedule events that are remembered under an unlimited policy.
const EVENTS_REMEMBERED: usize = 5;
/// The last reschedule worked.
const RESCHEDULE_OK: &str = "ok";
/// The last reschedule found no node.
pub(crate) const RESCHEDULE_NO_PLACEMENT: &str = "no placement";

/// What placing needs besides the cluster.
pub(super) struct Placer<'a, 's> {
    pub(super) state: &'s State,
    pub(super) eval: &'a Evaluation,
    pub(super) job: &'s Job,
    pub(super) deployment: Option<DeploymentId>,
    pub(super) now: Timestamp,
    pub(super) seed: &'a mut Seed,
    pub(super) plan: &'a mut Plan,
    pub(super) failed: BTreeMap<GroupName, AllocMetric>,
    /// Placements that found a node, per group.
    pub(super) placed: BTreeMap<GroupName, u64>,
    /// Preemption would give failed placements a second pass.
    pub(super) second_pass: bool,
}

impl<'s> Placer<'_, 's> {
    /// Places one allocation, or counts why not.
    pub(super) fn place(&mut self, cluster: &mut Cluster<'s>, wanted: &Placement<'s>) {
        if let Some(metric) = self.failed.get_mut(&wanted.group) {
            metric.coalesced_failures += 1;
            return;
        }
        let (job, deployment) = self.version_for(wanted);
        if let (true, Some(previous)) = (wanted.destructive, wanted.previous) {
            cluster.leave(previous);
        }
        let (chosen, mut metric) = self.select(cluster, job, wanted);
        self.describe_field(cluster, job, wanted, &mut metric);
        let granted = chosen.and_then(|choice| {
            let (board, _, round) = cluster.board(job, &wanted.group)?;
            let seat = round.seats.0.get(choice.at)?;
            let node = seat.node;
            let grant = fit(node, seat.ledger(), &board.ask, self.seed).ok()?;
            Some((choice, Arc::new(grant.resources)))
        });
        match granted {
            Some((choice, resources)) => {
                cluster.arrive(choice.at, &wanted.group, &resources);
                let target = Target {
                    job,
                    deployment,
                    resources,
                    metric,
                };
                self.record(cluster, wanted, choice, target);
            }
            None => self.fail(cluster, wanted, metric),
        }
    }

    fn select(
        &mut self,
        cluster: &mut Cluster<'s>,
        job: &'s Job,
        wanted: &Placement<'s>,
    ) -> (Option<Choice>, AllocMetric) {
        let penalties = penalties(cluster, wanted);
        let wish = Wish {
            penalties: &penalties,
            index: name_index(&wanted.name),
        };
        if let Some(found) = self.select_preferred(cluster, job, wanted, wish) {
            return found;
        }
        let Some((board, field, round)) = cluster.board(job, &wanted.group) else {
            return (None, AllocMetric::default());
        };
        match round.policy.search {
            Search::Full => {
                let first = full::select(board, field, round, wish);
                match first.0.is_none() && self.second_pass {
                    true => full::select(board, field, round, wish),
                    false => first,
                }
            }
            Search::Sampled => {
                let first = sampled::select(board, field, round, wish);
                match first.0.is_none() && self.second_pass {
                    true => sampled::select(board, field, round, wish),
                    false => first,
                }
            }
        }
    }

    /// The node of the previous allocation, when its disk should stay or move with it.
    fn select_preferred(
        &self,
        cluster: &mut Cluster<'s>,
        job: &'s Job,
        wanted: &Placement<'s>,
        wish: Wish<'_>,
    ) -> Option<(Option<Choice>, AllocMetric)> {
        let previous = wanted.previous?;
        let old = self.state.job_of(previous)?;
        let group = job.group(wanted.group.as_str())?;
        let keeps = group.ephemeral_disk.sticky || group.ephemeral_disk.migrate;
        if !keeps || old.node_pool != job.node_pool || old.datacenters != job.datacenters {
            return None;
        }
        let at = cluster.round.seats.find(&previous.node_id)?;
        if !cluster.round.seats.0.get(at)?.node.is_ready() {
            return None;
        }
        let (board, _, round) = cluster.board(job, &wanted.group)?;
        let (choice, metric) = full::select_only(board, round, at, wish)?;
        Some((Some(choice), metric))
    }

    /// The version to place, and the deployment it belongs to: while canaries wait, others come
    /// back in the version that was deployed last.
    fn version_for(&self, wanted: &Placement<'s>) -> (&'s Job, Option<DeploymentId>) {
        let current = (self.job, self.deployment);
        if !wanted.downgrade {
            return current;
        }
        let key = self.job.key();
        let mut deployments: Vec<_> = self
            .state
            .deployments_of_job(&key)
            .filter(|deployment| deployment.job_create_index == self.job.create_index)
            .collect();
        deployments.sort_by_key(|deployment| std::cmp::Reverse(deployment.job_version));
        let promoted = deployments.iter().find(|deployment| {
            let state = deployment.task_groups.get(&wanted.group);
            state.is_some_and(|state| state.promoted || state.desired_canaries == 0)
        });
        let (version, deployment) = match promoted {
            Some(deployment) => (Some(deployment.job_version), Some(deployment.id)),
            None => (
                wanted
                    .previous
                    .filter(|old| self.had_no_update(old))
                    .map(|old| old.job_version),
                None,
            ),
        };
        let Some(version) = version.filter(|version| *version >= wanted.min_version) else {
            return current;
        };
        match self.state.job_version(&key, version) {
            Some(job) if job.group(wanted.group.as_str()).is_some() => (job, deployment),
            _ => current,
        }
    }

    fn had_no_update(&self, alloc: &Allocation) -> bool {
        let job = self.state.job_of(alloc);
        let group = job.and_then(|job| job.group(alloc.task_group.as_str()));
        group.is_some_and(|group| group.update.as_ref().is_none_or(|update| update.is_empty()))
    }

    fn describe_field(
        &self,
        cluster: &mut Cluster<'s>,
        job: &'s Job,
        wanted: &Placement<'s>,
        metric: &mut AllocMetric,
    ) {
        metric.node_pool = job.node_pool.to_string();
        if let Some((_, field, _)) = cluster.board(job, &wanted.group) {
            metric.nodes_in_pool = field.available.values().sum();
            metric.nodes_available = field.available.clone().into();
        }
    }

    fn record(
        &mut self,
        cluster: &Cluster<'s>,
        wanted: &Placement<'s>,
        choice: Choice,
        target: Target<'s>,
    ) {
        let Some(node) = cluster.round.seats.0.get(choice.at).map(|seat| seat.node) else {
            return;
        };
        *self.placed.entry(wanted.group.clone()).or_default() += 1;
        let canary = wanted.canary.then(|| AllocDeploymentStatus {
            canary: true,
            ..AllocDeploymentStatus::default()
        });
        let alloc = Allocation {
            id: self.seed.alloc_id(),
            name: wanted.name.clone(),
            namespace: target.job.namespace.clone(),
            eval_id: self.eval.id,
            node_id: node.id,
            node_name: node.name.clone(),
            job_id: target.job.id.clone(),
            job_version: target.job.version,
            job_create_index: target.job.create_index,
            task_group: wanted.group.clone(),
            resources: target.resources,
            metrics: Arc::new(target.metric),
            deployment_id: target.deployment,
            deployment_status: canary,
            previous_allocation: wanted.previous.map(|previous| previous.id),
            reschedule_tracker: self.tracker(wanted, target.job),
            create_time: self.now,
            modify_time: self.now,
            ..Allocation::default()
        };
        if let (true, Some(previous)) = (wanted.destructive, wanted.previous) {
            self.plan.stops.push(AllocStop {
                id: previous.id,
                node_id: previous.node_id,
                desired_status: crate::model::AllocDesiredStatus::Stop,
                desired_description: "alloc is being updated due to job update".to_owned(),
                ..AllocStop::default()
            });
        }
        self.plan.placements.push(alloc);
    }

    /// The history of reschedules that the new allocation carries on (spec/scheduler 9.8).
    fn tracker(&self, wanted: &Placement<'s>, job: &Job) -> Option<RescheduleTracker> {
        let previous = wanted.previous?;
        if !wanted.reschedule {
            return previous.reschedule_tracker.clone().filter(|_| wanted.lost);
        }
        let group = job.group(wanted.group.as_str())?;
        let policy = group.reschedule_policy.clone().unwrap_or_default();
        let events = previous
            .reschedule_tracker
            .as_ref()
            .map_or(&[][..], |t| &t.events);
        let mut kept: Vec<RescheduleEvent> = match policy.unlimited {
            true => events
                .iter()
                .skip(events.len().saturating_sub(EVENTS_REMEMBERED))
                .cloned()
                .collect(),
            false => {
                let recent = |event: &&RescheduleEvent| {
                    self.now.since(event.reschedule_time) <= policy.interval
                };
                events.iter().filter(recent).cloned().collect()
            }
        };
        kept.push(RescheduleEvent {
            reschedule_time: self.now,
            prev_alloc_id: previous.id,
            prev_node_id: previous.node_id,
            delay: next_delay(&policy, previous),
        });
        Some(RescheduleTracker {
            events: kept,
            last_reschedule: RESCHEDULE_OK.to_owned(),
        })
    }

    fn fail(&mut self, cluster: &mut Cluster<'s>, wanted: &Placement<'s>, metric: AllocMetric) {
        self.failed.insert(wanted.group.clone(), metric);
        let Some(previous) = wanted.previous else {
            return;
        };
        if wanted.destructive {
            cluster.come_back(previous);
        }
        if wanted.reschedule {
            self.plan.stops.retain(|stop| stop.id != previous.id);
            let mut kept = previous.clone();
            let tracker = kept.reschedule_tracker.get_or_insert_default();
            tracker.last_reschedule = RESCHEDULE_NO_PLACEMENT.to_owned();
            kept.eval_id = self.eval.id;
            self.plan.updates.retain(|update| update.id != kept.id);
            self.plan.updates.push(kept);
        }
    }
}

struct Target<'s> {
    job: &'s Job,
    deployment: Option<DeploymentId>,
    resources: Arc<AllocatedResources>,
    metric: AllocMetric,
}

/// The number between the last brackets of a name.
fn name_index(name: &str) -> u64 {
    let inside = name
        .rsplit_once('[')
        .and_then(|(_, rest)| rest.strip_suffix(']'));
    inside.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// Seats where earlier attempts failed.
fn penalties(cluster: &Cluster<'_>, wanted: &Placement<'_>) -> Vec<usize> {
    let Some(previous) = wanted.previous else {
        return Vec::new();
    };
    let mut nodes = Vec::new();
    if previous.client_status == crate::model::AllocClientStatus::Failed {
        nodes.push(previous.node_id);
    }
    let events = previous
        .reschedule_tracker
        .iter()
        .flat_map(|tracker| &tracker.events);
    nodes.extend(events.map(|event| event.prev_node_id));
    nodes
        .iter()
        .filter_map(|node| cluster.round.seats.find(node))
        .collect()
}
