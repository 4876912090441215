//! Which allocations are replaced because they failed: now, later, or not (spec/scheduler 9.4).

use super::classify::{last_unknown, replaces};
use super::delay::{fail_time, is_eligible, next_delay};
use super::situation::Situation;
use crate::id::DeploymentId;
use crate::model::{AllocClientStatus, AllocDesiredStatus, Allocation};
use crate::units::{Span, Timestamp};

/// What is due within this span is due now.
const NOW_WINDOW: Span = Span::from_secs(1);
/// `LastReschedule` of an allocation whose reschedule worked.
const WORKED: &str = "ok";

/// Allocations by when they are replaced.
#[derive(Debug, Default)]
pub(super) struct Due<'a> {
    pub(super) untainted: Vec<&'a Allocation>,
    pub(super) now: Vec<&'a Allocation>,
    pub(super) later: Vec<(&'a Allocation, Timestamp)>,
}

enum Verdict {
    Untainted,
    Dropped,
    Timing,
}

enum Timing {
    Not,
    Now,
    Later(Timestamp),
}

fn last_reschedule_failed(alloc: &Allocation) -> bool {
    let last = alloc
        .reschedule_tracker
        .as_ref()
        .map_or("", |tracker| &tracker.last_reschedule);
    !last.is_empty() && last != WORKED
}

/// Splits allocations; `deployment` is the current one while it is active. With `disconnecting`
/// they are those whose nodes just stopped answering.
pub(super) fn split<'a>(
    situation: &Situation<'a, '_>,
    deployment: Option<DeploymentId>,
    allocs: &[&'a Allocation],
    disconnecting: bool,
) -> Due<'a> {
    let mut due = Due::default();
    for alloc in allocs {
        let known = disconnecting && alloc.client_status == AllocClientStatus::Unknown;
        if known || (alloc.next_allocation.is_some() && alloc.is_terminal()) {
            continue;
        }
        let verdict = match (situation.batch, disconnecting) {
            (true, true) => Verdict::Timing,
            (true, false) => batch(alloc),
            (false, _) => service(alloc),
        };
        match verdict {
            Verdict::Untainted => due.untainted.push(alloc),
            Verdict::Dropped => {}
            Verdict::Timing => match timing(situation, deployment, alloc, disconnecting) {
                Timing::Now => due.now.push(alloc),
                Timing::Not => due.untainted.push(alloc),
                Timing::Later(at) => {
                    due.untainted.push(alloc);
                    due.later.push((alloc, at));
                }
            },
        }
    }
    due
}

fn batch(alloc: &Allocation) -> Verdict {
    let wish = alloc.desired_transition;
    if wish.migrate_disable_placement == Some(true) {
        return Verdict::Untainted;
    }
    if wish.reschedule == Some(true) {
        return Verdict::Timing;
    }
    match alloc.desired_status {
        AllocDesiredStatus::Stop if alloc.ran_successfully() => Verdict::Untainted,
        AllocDesiredStatus::Stop if last_reschedule_failed(alloc) => Verdict::Timing,
        AllocDesiredStatus::Stop | AllocDesiredStatus::Evict => Verdict::Dropped,
        AllocDesiredStatus::Run => match alloc.client_status {
            AllocClientStatus::Failed => Verdict::Timing,
            _ => Verdict::Untainted,
        },
    }
}

fn service(alloc: &Allocation) -> Verdict {
    if alloc.is_server_terminal() {
        return match last_reschedule_failed(alloc) {
            true => Verdict::Timing,
            false => Verdict::Dropped,
        };
    }
    match alloc.client_status {
        AllocClientStatus::Complete | AllocClientStatus::Lost => Verdict::Dropped,
        _ => Verdict::Timing,
    }
}

fn timing(
    situation: &Situation<'_, '_>,
    deployment: Option<DeploymentId>,
    alloc: &Allocation,
    disconnecting: bool,
) -> Timing {
    let wish = alloc.desired_transition;
    let deploying = deployment.is_some() && alloc.deployment_id == deployment;
    if deploying && wish.reschedule != Some(true) {
        return Timing::Not;
    }
    if wish.force_reschedule == Some(true) && alloc.is_client_terminal() {
        return Timing::Now;
    }
    if disconnecting && !replaces(situation, alloc) {
        return Timing::Not;
    }
    let policy = situation
        .group_of(alloc)
        .and_then(|group| group.reschedule_policy.as_ref());
    let Some(policy) = policy else {
        return Timing::Not;
    };
    let own_followup = alloc.followup_eval_id == Some(situation.eval_id);
    let base = if disconnecting {
        Some(situation.now)
    } else if alloc.client_status == AllocClientStatus::Unknown && own_followup {
        last_unknown(alloc)
    } else {
        let wanted =
            alloc.desired_status != AllocDesiredStatus::Stop || last_reschedule_failed(alloc);
        let failed = matches!(
            alloc.client_status,
            AllocClientStatus::Failed | AllocClientStatus::Lost
        ) || (situation.batch && wish.reschedule == Some(true));
        (policy.is_enabled() && wanted && failed).then(|| fail_time(alloc))
    };
    let Some(base) = base else {
        return Timing::Not;
    };
    if !is_eligible(policy, alloc, base) {
        return Timing::Not;
    }
    let at = base.plus(next_delay(policy, alloc));
    if own_followup || at.since(situation.now) <= NOW_WINDOW {
        return Timing::Now;
    }
    match alloc.followup_eval_id {
        None => Timing::Later(at),
        Some(_) => Timing::Not,
    }
}
