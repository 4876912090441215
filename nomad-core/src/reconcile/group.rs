//! One group, step by step (spec/scheduler 9.2; the steps have its names).

use std::collections::BTreeSet;

use super::classify::Standings;
use super::disconnect::{self, Lost};
use super::groups::Deploying;
use super::names::Names;
use super::outcome::{Placement, Reconciled, Stop};
use super::reconnect::reconnect;
use super::replace::{self, Replacing};
use super::reschedule::{Due, split};
use super::situation::{Needs, Situation};
use super::surplus;
use super::texts::{JOB_UPDATE, LOST, MIGRATING};
use crate::id::{AllocId, GroupName};
use crate::model::plan::DesiredUpdates;
use crate::model::{AllocClientStatus, Allocation, DeploymentState, Job, TaskGroup};
use crate::units::JobVersion;

/// What is known of a group while it is reconciled.
pub(super) struct Work<'w, 'a> {
    pub(super) job: &'a Job,
    pub(super) group: &'a TaskGroup,
    pub(super) state: DeploymentState,
    pub(super) had_state: bool,
    pub(super) desired: DesiredUpdates,
    pub(super) deploying: &'w mut Deploying<'a>,
    /// Live canaries of the current deployment.
    pub(super) canaries: Vec<&'a Allocation>,
}

impl Work<'_, '_> {
    pub(super) fn is_canarying(&self) -> bool {
        self.state.desired_canaries != 0 && !self.state.promoted
    }

    pub(super) fn count(&self) -> u64 {
        u64::try_from(self.group.count).unwrap_or(0)
    }

    pub(super) fn is_canary(&self, alloc: &Allocation) -> bool {
        self.canaries.iter().any(|canary| canary.id == alloc.id)
    }

    fn has_update(&self) -> bool {
        self.group
            .update
            .as_ref()
            .is_some_and(|update| !update.is_empty())
    }

    /// New allocations and destructive updates may go on.
    pub(super) fn may_proceed(&self) -> bool {
        !self.deploying.paused && !self.deploying.failed && !self.is_canarying()
    }
}

pub(super) fn ids(allocs: &[&Allocation]) -> BTreeSet<AllocId> {
    allocs.iter().map(|alloc| alloc.id).collect()
}

pub(super) fn without<'a>(
    allocs: Vec<&'a Allocation>,
    gone: &BTreeSet<AllocId>,
) -> Vec<&'a Allocation> {
    allocs
        .into_iter()
        .filter(|alloc| !gone.contains(&alloc.id))
        .collect()
}

/// Reconciles a group; true when its part of the deployment is complete.
pub(super) fn reconcile_group<'a>(
    situation: &mut Situation<'a, '_>,
    out: &mut Reconciled<'a>,
    deploying: &mut Deploying<'a>,
    job: &'a Job,
    name: &GroupName,
    allocs: Vec<&'a Allocation>,
) -> bool {
    let all = visible(situation, allocs);
    let Some(group) = job.group(name.as_str()).filter(|group| group.count > 0) else {
        let stops = Standings::of(situation, &all).stop_all();
        out.desired.insert(
            name.clone(),
            DesiredUpdates {
                stop: all.len() as u64,
                ..DesiredUpdates::default()
            },
        );
        out.stop.extend(stops);
        return true;
    };
    let existing = deploying
        .current
        .as_ref()
        .and_then(|current| current.task_groups.get(name));
    let mut work = Work {
        job,
        group,
        had_state: existing.is_some(),
        state: existing.cloned().unwrap_or_else(|| new_state(group)),
        desired: DesiredUpdates::default(),
        deploying,
        canaries: Vec::new(),
    };
    let complete = work.run(situation, out, all);
    out.desired.insert(name.clone(), work.desired);
    complete
}

/// S1: what the server stopped is gone; unless it is batch work, which must not be done twice.
fn visible<'a>(situation: &Situation<'a, '_>, allocs: Vec<&'a Allocation>) -> Vec<&'a Allocation> {
    let stays = |alloc: &&Allocation| {
        !alloc.is_server_terminal()
            || (situation.batch && alloc.desired_transition.reschedule != Some(true))
    };
    allocs.into_iter().filter(stays).collect()
}

/// S3.
fn new_state(group: &TaskGroup) -> DeploymentState {
    match group.update.as_ref().filter(|update| !update.is_empty()) {
        None => DeploymentState::default(),
        Some(update) => DeploymentState {
            auto_revert: update.auto_revert,
            auto_promote: update.auto_promote,
            progress_deadline: update.progress_deadline,
            ..DeploymentState::default()
        },
    }
}

impl<'a> Work<'_, 'a> {
    fn run(
        &mut self,
        situation: &mut Situation<'a, '_>,
        out: &mut Reconciled<'a>,
        all: Vec<&'a Allocation>,
    ) -> bool {
        let all = self.forget_old_batch(situation, all);
        let all = self.sort_canaries(situation, out, all);
        let mut standings = Standings::of(situation, &all);
        self.desired.ignore += standings.ignore.len() as u64;
        let active = self.deploying.active_id();
        let mut due = split(situation, active, &standings.untainted, false);
        let Due { now, later, .. } = split(situation, active, &standings.migrate, false);
        if situation.batch {
            due.now.extend(now);
            due.later.extend(later);
        }
        let back = reconnect(situation, out, &standings.reconnecting, &all);
        let stopped: BTreeSet<AllocId> = back.stop.iter().map(|stop| stop.alloc.id).collect();
        self.desired.stop += back.stop.len() as u64;
        self.desired.reconnect += out
            .reconnect
            .iter()
            .filter(|update| update.alloc.task_group == self.group.name)
            .count() as u64;
        out.stop.extend(back.stop);
        let mut untainted = due.untainted;
        untainted.extend(back.stay);
        untainted = without(untainted, &stopped);
        due.now = without(std::mem::take(&mut due.now), &stopped);
        standings.lost.append(&mut standings.expiring);
        let mut replacing = Replacing {
            untainted,
            migrate: without(std::mem::take(&mut standings.migrate), &stopped),
            lost: without(std::mem::take(&mut standings.lost), &stopped),
            now: due.now,
            ..Replacing::default()
        };
        let disconnecting = without(std::mem::take(&mut standings.disconnecting), &stopped);
        disconnect::disconnect(
            self,
            situation,
            out,
            &mut replacing,
            &mut due.later,
            &disconnecting,
        );
        let lost: Lost = disconnect::lost_later(self, situation, out, &replacing.lost);
        disconnect::reschedule_later(
            self,
            situation,
            out,
            &replacing.migrate,
            &disconnecting,
            due.later,
        );
        self.replace(situation, out, replacing, lost, &all)
    }

    /// S4.
    fn forget_old_batch(
        &mut self,
        situation: &Situation<'a, '_>,
        all: Vec<&'a Allocation>,
    ) -> Vec<&'a Allocation> {
        if !situation.batch {
            return all;
        }
        let (old, all): (Vec<_>, Vec<_>) = all
            .into_iter()
            .partition(|alloc| situation.is_older(alloc) && alloc.is_terminal());
        self.desired.ignore += old.len() as u64;
        all
    }

    /// S5.
    fn sort_canaries(
        &mut self,
        situation: &Situation<'a, '_>,
        out: &mut Reconciled<'a>,
        all: Vec<&'a Allocation>,
    ) -> Vec<&'a Allocation> {
        let name = &self.group.name;
        let unpromoted = |deployment: Option<&crate::model::Deployment>| -> Vec<AllocId> {
            let state = deployment.and_then(|deployment| deployment.task_groups.get(name));
            state
                .filter(|state| !state.promoted)
                .map(|s| s.placed_canaries.clone())
                .unwrap_or_default()
        };
        let mut unwanted: BTreeSet<AllocId> = unpromoted(self.deploying.old).into_iter().collect();
        if self.deploying.failed {
            unwanted.extend(unpromoted(self.deploying.current.as_ref()));
        }
        let (stopped, all): (Vec<_>, Vec<_>) = all
            .into_iter()
            .partition(|alloc| unwanted.contains(&alloc.id));
        self.desired.stop += stopped.len() as u64;
        out.stop.extend(stopped.into_iter().map(|alloc| Stop {
            alloc,
            client_status: None,
            description: JOB_UPDATE,
            followup: None,
        }));
        let placed: BTreeSet<AllocId> = self.state.placed_canaries.iter().copied().collect();
        let canaries: Vec<_> = all
            .iter()
            .copied()
            .filter(|alloc| placed.contains(&alloc.id))
            .collect();
        let standings = Standings::of(situation, &canaries);
        let mut gone = ids(&standings.migrate);
        gone.extend(ids(&standings.lost));
        out.stop.extend(standings.migrate.iter().map(|alloc| Stop {
            alloc,
            client_status: None,
            description: MIGRATING,
            followup: None,
        }));
        out.stop.extend(standings.lost.iter().map(|alloc| Stop {
            alloc,
            client_status: Some(AllocClientStatus::Lost),
            description: LOST,
            followup: None,
        }));
        self.canaries = standings.untainted;
        without(all, &gone)
    }

    /// S13 to S24.
    fn replace(
        &mut self,
        situation: &mut Situation<'a, '_>,
        out: &mut Reconciled<'a>,
        mut work: Replacing<'a>,
        lost: Lost,
        all: &[&'a Allocation],
    ) -> bool {
        let named = work
            .untainted
            .iter()
            .chain(&work.migrate)
            .chain(&work.now)
            .chain(&work.lost);
        let mut names = Names::new(&self.job.id, &self.group.name, self.count(), named.copied());
        let stops = surplus::stop(self, &mut names, &mut work, &lost);
        self.desired.stop += stops.len() as u64;
        out.stop.extend(stops);
        let inplace = self.classify(situation, out, &mut work);
        if !self.had_state {
            self.state.desired_total += (work.destructive.len() as i64) + inplace as i64;
        }
        if self.is_canarying() {
            let canaries = ids(&self.canaries);
            work.untainted = without(std::mem::take(&mut work.untainted), &canaries);
        }
        let first = out.place.len();
        let requires_canaries = self.place_canaries(out, &mut names, &work);
        let budget = replace::budget(self, &work);
        let total_destructive = work.destructive.len();
        let (now, migrating) = (work.now.len(), work.migrate.len());
        let placed = replace::place(self, situation, out, &mut names, &mut work, &lost, budget);
        self.create_deployment(situation, all, total_destructive > 0 || inplace > 0);
        self.truncate(out, first);
        let idle = total_destructive == 0
            && inplace == 0
            && placed == 0
            && migrating == 0
            && now == 0
            && !lost.is_waiting()
            && !requires_canaries;
        idle && self.is_healthy()
    }

    /// S15: what the untainted ones need. Gives the number that change in place.
    fn classify(
        &mut self,
        situation: &mut Situation<'a, '_>,
        out: &mut Reconciled<'a>,
        work: &mut Replacing<'a>,
    ) -> usize {
        let mut inplace = 0;
        for alloc in &work.untainted {
            match (situation.needs)(alloc, self.group) {
                Needs::Nothing => self.desired.ignore += 1,
                Needs::Inplace => {
                    inplace += 1;
                    out.inplace.push(alloc);
                }
                Needs::Replacement => work.destructive.push(alloc),
            }
        }
        self.desired.in_place_update = inplace as u64;
        inplace
    }

    /// S17: true when canaries are still missing.
    fn place_canaries(
        &mut self,
        out: &mut Reconciled<'a>,
        names: &mut Names,
        work: &Replacing<'a>,
    ) -> bool {
        let wanted = self.group.update.as_ref().map_or(0, |update| update.canary);
        let have = self.canaries.len() as i64;
        let required = !work.destructive.is_empty() && have < wanted && !self.state.promoted;
        if !required {
            return false;
        }
        self.state.desired_canaries = wanted;
        if !self.deploying.paused && !self.deploying.failed {
            let many = u64::try_from(wanted - have).unwrap_or(0);
            self.desired.canary += many;
            let existing = self.canaries.iter().copied();
            let chosen = names.canaries(many, existing, work.destructive.iter().copied());
            for name in chosen {
                let canary = true;
                out.place.push(Placement {
                    canary,
                    ..self.placement(name)
                });
            }
        }
        true
    }

    /// A placement with nothing special about it.
    pub(super) fn placement(&self, name: String) -> Placement<'a> {
        Placement {
            name,
            group: self.group.name.clone(),
            previous: None,
            canary: false,
            reschedule: false,
            lost: false,
            downgrade: false,
            min_version: JobVersion(0),
            destructive: false,
        }
    }

    /// S22.
    fn create_deployment(
        &mut self,
        situation: &mut Situation<'a, '_>,
        all: &[&'a Allocation],
        updating: bool,
    ) {
        if situation.batch || self.had_state || !self.has_update() || self.state.desired_total == 0
        {
            return;
        }
        let had_running = all.iter().any(|alloc| situation.is_current(alloc));
        if had_running && !updating {
            return;
        }
        let state = self.state.clone();
        self.deploying
            .attach(situation, self.job, &self.group.name, state);
    }

    /// S23.
    fn truncate(&mut self, out: &mut Reconciled<'a>, first: usize) {
        let most = usize::try_from(self.group.count).unwrap_or(0);
        if out.place.len() > first + most {
            out.place.truncate(first + most);
            self.desired.place = most as u64;
        }
    }

    /// S24: the group's part of the deployment.
    fn is_healthy(&self) -> bool {
        let Some(state) = self
            .deploying
            .current
            .as_ref()
            .and_then(|current| current.task_groups.get(&self.group.name))
        else {
            return false;
        };
        state.healthy_allocs >= state.desired_total.max(state.desired_canaries)
            && (state.desired_canaries == 0 || state.promoted)
    }
}
