//! Allocations whose clients came back: they or their replacements stay (spec/scheduler 9.6).

use std::collections::BTreeSet;

use super::outcome::{Reconciled, StatusUpdate, Stop};
use super::situation::Situation;
use super::texts::{JOB_UPDATE, RECONNECTED, RESCHEDULED};
use crate::id::AllocId;
use crate::model::policy::Reconcile;
use crate::model::{AllocClientStatus, AllocDesiredStatus, Allocation};
use crate::units::Timestamp;

/// What became of the allocations whose clients came back.
#[derive(Debug, Default)]
pub(super) struct Reconnected<'a> {
    /// Not needed any more, originals and replacements.
    pub(super) stop: Vec<Stop<'a>>,
    /// Originals that stay.
    pub(super) stay: Vec<&'a Allocation>,
}

/// Decides for each of `back`; `all` are the group's allocations, where replacements are found.
pub(super) fn reconnect<'a>(
    situation: &Situation<'a, '_>,
    out: &mut Reconciled<'a>,
    back: &[&'a Allocation],
    all: &[&'a Allocation],
) -> Reconnected<'a> {
    let mut done = Reconnected::default();
    let mut stopped: BTreeSet<AllocId> = BTreeSet::new();
    for original in back {
        let stops = decide(situation, original, all);
        let is_out = stops.iter().any(|stop| stop.alloc.id == original.id);
        for stop in stops {
            if stopped.insert(stop.alloc.id) {
                done.stop.push(stop);
            }
        }
        if is_out {
            continue;
        }
        done.stay.push(original);
        if original.client_status == AllocClientStatus::Running {
            out.reconnect.push(StatusUpdate {
                alloc: original,
                client_status: original.client_status,
                description: None,
                followup: None,
            });
        }
    }
    done
}

fn decide<'a>(
    situation: &Situation<'a, '_>,
    original: &'a Allocation,
    all: &[&'a Allocation],
) -> Vec<Stop<'a>> {
    let stop = |alloc, client_status, description| Stop {
        alloc,
        client_status,
        description,
        followup: None,
    };
    if !original.is_server_terminal() && original.client_status == AllocClientStatus::Failed {
        return vec![stop(original, Some(AllocClientStatus::Failed), RESCHEDULED)];
    }
    let wish = original.desired_transition;
    let wishes = [wish.migrate, wish.reschedule, wish.force_reschedule];
    if original.desired_status != AllocDesiredStatus::Run
        || wishes.contains(&Some(true))
        || situation.is_older(original)
    {
        return vec![stop(original, None, JOB_UPDATE)];
    }
    let mut stops: Vec<Stop<'a>> = Vec::new();
    for replacement in replacements(original, all) {
        if keeps_replacement(situation, original, replacement) {
            if stops.iter().all(|stop| stop.alloc.id != original.id) {
                stops.push(stop(original, None, JOB_UPDATE));
            }
        } else {
            stops.push(stop(replacement, None, RECONNECTED));
        }
    }
    stops
}

/// The chain of replacements that the server has not given up.
fn replacements<'a>(original: &Allocation, all: &[&'a Allocation]) -> Vec<&'a Allocation> {
    let mut chain: Vec<&Allocation> = Vec::new();
    let mut next = original.next_allocation;
    while let Some(found) = next.and_then(|id| all.iter().find(|alloc| alloc.id == id)) {
        if found.id == original.id || chain.iter().any(|seen| seen.id == found.id) {
            break;
        }
        chain.push(found);
        next = found.next_allocation;
    }
    chain.retain(|alloc| !alloc.is_server_terminal());
    chain
}

fn keeps_replacement(
    situation: &Situation<'_, '_>,
    original: &Allocation,
    replacement: &Allocation,
) -> bool {
    if replacement.job_version > original.job_version
        || replacement.job_create_index > original.job_create_index
    {
        return true;
    }
    let group = situation.group_of(original);
    let strategy = group
        .and_then(|group| group.disconnect.as_ref())
        .map(|d| d.reconcile);
    match strategy.unwrap_or(Reconcile::BestScore) {
        Reconcile::KeepOriginal => false,
        Reconcile::KeepReplacement => true,
        Reconcile::LongestRunning => {
            match (start(situation, original), start(situation, replacement)) {
                (None, None) => has_better_score(original, replacement),
                (Some(_), None) => false,
                (None, Some(_)) => true,
                (Some(ours), Some(theirs)) => ours >= theirs,
            }
        }
        Reconcile::BestScore | Reconcile::Unset => has_better_score(original, replacement),
    }
}

fn has_better_score(original: &Allocation, replacement: &Allocation) -> bool {
    let best = |alloc: &Allocation| {
        let scores = alloc
            .metrics
            .score_meta_data
            .iter()
            .map(|score| score.norm_score);
        scores.reduce(f64::max)
    };
    let better = match (best(original), best(replacement)) {
        (Some(ours), Some(theirs)) => theirs > ours,
        (None, Some(_)) => true,
        _ => false,
    };
    let is_running = |alloc: &Allocation| alloc.client_status == AllocClientStatus::Running;
    better && (is_running(replacement) || !is_running(original))
}

/// When the allocation's leader, or else its oldest task, started.
fn start(situation: &Situation<'_, '_>, alloc: &Allocation) -> Option<Timestamp> {
    let leader = situation
        .group_of(alloc)
        .and_then(|group| group.tasks.iter().find(|task| task.leader))
        .map(|task| &task.name);
    let since = |state: &crate::model::TaskState| {
        let latest = state.started_at.max(state.last_restart);
        (!latest.is_zero()).then_some(latest)
    };
    match leader.and_then(|leader| alloc.task_states.get(leader)) {
        Some(state) => since(state),
        None => alloc.task_states.values().filter_map(since).min(),
    }
}
