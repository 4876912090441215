//! New allocations, destructive updates and migrations (spec/scheduler 9.5, 9.11, 9.12, S18 to
//! S21).

use std::collections::BTreeSet;

use super::disconnect::Lost;
use super::group::Work;
use super::names::Names;
use super::outcome::{Placement, Reconciled, Stop};
use super::situation::Situation;
use super::texts::{MIGRATING, RESCHEDULED};
use crate::id::AllocId;
use crate::model::{AllocClientStatus, Allocation};

/// The allocations that may need replacements.
#[derive(Debug, Default)]
pub(super) struct Replacing<'a> {
    pub(super) untainted: Vec<&'a Allocation>,
    pub(super) migrate: Vec<&'a Allocation>,
    pub(super) lost: Vec<&'a Allocation>,
    /// Replaced now because they failed.
    pub(super) now: Vec<&'a Allocation>,
    /// They need a new version.
    pub(super) destructive: Vec<&'a Allocation>,
    /// Their nodes just stopped answering.
    pub(super) disconnecting: BTreeSet<AllocId>,
}

/// S18: how many destructive updates may go on now.
pub(super) fn budget(work: &Work<'_, '_>, replacing: &Replacing<'_>) -> u64 {
    let update = work
        .group
        .update
        .as_ref()
        .filter(|update| !update.is_empty());
    let idle = replacing.destructive.is_empty() && replacing.migrate.is_empty();
    let Some(update) = update.filter(|_| !idle) else {
        return work.count();
    };
    let most = u64::try_from(update.max_parallel).unwrap_or(0);
    let Some(current) = &work.deploying.current else {
        return most;
    };
    if !work.may_proceed() {
        return 0;
    }
    let own = replacing
        .untainted
        .iter()
        .filter(|alloc| alloc.deployment_id == Some(current.id));
    let mut left = most;
    for alloc in own {
        match alloc.deployment_status.and_then(|status| status.healthy) {
            Some(false) => return 0,
            Some(true) => {}
            None => left = left.saturating_sub(1),
        }
    }
    left
}

/// S19 to S21. Gives the number of placements computed.
pub(super) fn place<'a>(
    work: &mut Work<'_, 'a>,
    situation: &Situation<'a, '_>,
    out: &mut Reconciled<'a>,
    names: &mut Names,
    replacing: &mut Replacing<'a>,
    lost: &Lost,
    mut budget: u64,
) -> usize {
    let wanted = match lost.is_waiting() {
        true => Vec::new(),
        false => placements(work, names, replacing),
    };
    if !work.had_state {
        work.state.desired_total += wanted.len() as i64;
    }
    let computed = wanted.len();
    let proceeds = work.may_proceed();
    if proceeds {
        work.desired.place += wanted.len() as u64;
        budget -= budget.min(wanted.len() as u64);
        stop_failed(replacing, out, work, |_| true);
        out.place.extend(wanted);
    } else {
        place_urgent(work, replacing, out, wanted);
    }
    update_destructively(work, out, replacing, if proceeds { budget } else { 0 });
    migrate(work, situation, out, replacing);
    computed
}

/// S19: what the group lacks.
fn placements<'a>(
    work: &Work<'_, 'a>,
    names: &mut Names,
    replacing: &Replacing<'a>,
) -> Vec<Placement<'a>> {
    let mut existing =
        (replacing.untainted.len() + replacing.migrate.len() + replacing.now.len()) as u64;
    let canarying = work.is_canarying();
    let mut wanted = Vec::new();
    for alloc in &replacing.now {
        let canary = is_canary(alloc);
        wanted.push(Placement {
            reschedule: true,
            canary,
            downgrade: canarying && !canary,
            ..replacement(work, alloc)
        });
    }
    for alloc in &replacing.lost {
        if existing >= work.count() {
            break;
        }
        existing += 1;
        let canary = is_canary(alloc);
        wanted.push(Placement {
            lost: true,
            downgrade: canarying && !canary,
            ..replacement(work, alloc)
        });
    }
    for name in names.next(work.count().saturating_sub(existing)) {
        wanted.push(Placement {
            downgrade: canarying,
            ..work.placement(name)
        });
    }
    wanted
}

fn is_canary(alloc: &Allocation) -> bool {
    alloc.deployment_status.is_some_and(|status| status.canary)
}

fn replacement<'a>(work: &Work<'_, 'a>, alloc: &'a Allocation) -> Placement<'a> {
    Placement {
        previous: Some(alloc),
        min_version: alloc.job_version,
        ..work.placement(alloc.name.clone())
    }
}

/// Stops those whose replacement is placed because they failed.
fn stop_failed<'a>(
    replacing: &Replacing<'a>,
    out: &mut Reconciled<'a>,
    work: &mut Work<'_, 'a>,
    included: impl Fn(&Allocation) -> bool,
) {
    let migrating: BTreeSet<AllocId> = replacing.migrate.iter().map(|alloc| alloc.id).collect();
    let failed = replacing.now.iter().filter(|alloc| {
        !replacing.disconnecting.contains(&alloc.id)
            && !migrating.contains(&alloc.id)
            && alloc.client_status != AllocClientStatus::Unknown
            && included(alloc)
    });
    for alloc in failed {
        work.desired.stop += 1;
        out.stop.push(Stop {
            alloc,
            client_status: None,
            description: RESCHEDULED,
            followup: None,
        });
    }
}

/// While a deployment waits, only what was lost or may be rescheduled is replaced.
fn place_urgent<'a>(
    work: &mut Work<'_, 'a>,
    replacing: &Replacing<'a>,
    out: &mut Reconciled<'a>,
    wanted: Vec<Placement<'a>>,
) {
    let current = work.deploying.current.as_ref().map(|current| current.id);
    let failed = work.deploying.failed;
    let spared = |alloc: &Allocation| failed && current.is_some() && alloc.deployment_id == current;
    let urgent = wanted
        .into_iter()
        .filter(|placement| match placement.previous {
            Some(previous) if placement.reschedule => !spared(previous),
            _ => placement.lost,
        });
    let urgent: Vec<_> = urgent.collect();
    work.desired.place += urgent.len() as u64;
    out.place.extend(urgent);
    stop_failed(replacing, out, work, |alloc| !spared(alloc));
}

fn update_destructively<'a>(
    work: &mut Work<'_, 'a>,
    out: &mut Reconciled<'a>,
    replacing: &Replacing<'a>,
    budget: u64,
) {
    let now = usize::try_from(budget)
        .unwrap_or(usize::MAX)
        .min(replacing.destructive.len());
    let mut ordered = replacing.destructive.clone();
    ordered.sort_by_key(|alloc| (alloc.name_index(), alloc.create_index, alloc.id));
    work.desired.destructive_update += now as u64;
    work.desired.ignore += (ordered.len() - now) as u64;
    for alloc in ordered.into_iter().take(now) {
        out.destructive.push(Placement {
            destructive: true,
            ..replacement(work, alloc)
        });
    }
}

/// S21.
fn migrate<'a>(
    work: &mut Work<'_, 'a>,
    situation: &Situation<'a, '_>,
    out: &mut Reconciled<'a>,
    replacing: &Replacing<'a>,
) {
    let canarying = work.is_canarying();
    work.desired.migrate += replacing.migrate.len() as u64;
    for alloc in &replacing.migrate {
        out.stop.push(Stop {
            alloc,
            client_status: None,
            description: MIGRATING,
            followup: None,
        });
        let wish = alloc.desired_transition;
        let elsewhere =
            wish.reschedule == Some(true) || wish.migrate_disable_placement == Some(true);
        if situation.batch && elsewhere {
            continue;
        }
        let canary = is_canary(alloc);
        out.place.push(Placement {
            canary,
            downgrade: canarying && !canary,
            ..replacement(work, alloc)
        });
    }
}
