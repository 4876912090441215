//! Nodes that stopped answering, and what waits because of them (spec/scheduler 9.7, S10 to S12).

use std::collections::BTreeMap;

use super::followup::follow;
use super::group::Work;
use super::outcome::{AttributeUpdate, Reconciled, StatusUpdate};
use super::replace::Replacing;
use super::reschedule::split;
use super::situation::Situation;
use super::texts::{LATER, TIMEOUT, UNKNOWN};
use crate::id::{AllocId, EvalId};
use crate::model::{AllocClientStatus, Allocation, Trigger};
use crate::units::{Span, Timestamp};

/// Least time that a client gets to stop its allocations after it lost its servers.
const STOP_GRACE: Span = Span::from_secs(5);

/// Lost allocations whose clients may still be stopping them.
#[derive(Debug, Default)]
pub(super) struct Lost {
    waits: BTreeMap<AllocId, EvalId>,
}

impl Lost {
    /// Nothing is replaced until then.
    pub(super) fn is_waiting(&self) -> bool {
        !self.waits.is_empty()
    }

    /// The evaluation that replaces the allocation later.
    pub(super) fn followup(&self, alloc: &Allocation) -> Option<EvalId> {
        self.waits.get(&alloc.id).copied()
    }
}

/// S10: allocations on nodes that just stopped answering become unknown.
pub(super) fn disconnect<'a>(
    work: &mut Work<'_, 'a>,
    situation: &mut Situation<'a, '_>,
    out: &mut Reconciled<'a>,
    replacing: &mut Replacing<'a>,
    later: &mut Vec<(&'a Allocation, Timestamp)>,
    disconnecting: &[&'a Allocation],
) {
    if disconnecting.is_empty() {
        return;
    }
    let due = split(situation, work.deploying.active_id(), disconnecting, true);
    replacing.untainted.extend(due.untainted);
    replacing.now.extend(due.now);
    later.extend(due.later);
    let lost_after = |alloc: &Allocation| {
        let group = situation.group_of(alloc);
        group
            .and_then(|group| group.disconnect.as_ref())
            .map_or(Span::ZERO, |d| d.lost_after)
    };
    let timeouts: Vec<_> = disconnecting
        .iter()
        .map(|alloc| (*alloc, situation.now.plus(lost_after(alloc))))
        .collect();
    let name = &work.group.name;
    let trigger = (Trigger::MaxDisconnectTimeout, TIMEOUT);
    let waits = follow(situation, out, name, timeouts, trigger);
    out.disconnect
        .extend(disconnecting.iter().map(|alloc| StatusUpdate {
            alloc,
            client_status: AllocClientStatus::Unknown,
            description: Some(UNKNOWN),
            followup: waits.get(&alloc.id).copied(),
        }));
    work.desired.disconnect += disconnecting.len() as u64;
    work.desired.reschedule_now = replacing.now.len() as u64;
    replacing.disconnecting = disconnecting.iter().map(|alloc| alloc.id).collect();
}

/// S11: lost allocations that their clients may still be stopping.
pub(super) fn lost_later<'a>(
    work: &mut Work<'_, 'a>,
    situation: &mut Situation<'a, '_>,
    out: &mut Reconciled<'a>,
    lost: &[&'a Allocation],
) -> Lost {
    let mut due = Vec::new();
    for alloc in lost {
        let group = situation.group_of(alloc);
        let wait = group
            .and_then(|g| g.disconnect.as_ref())
            .and_then(|d| d.stop_on_client_after);
        let Some(wait) = wait.filter(|wait| wait.0 > 0) else {
            continue;
        };
        let kill = group
            .iter()
            .flat_map(|g| g.tasks.iter())
            .map(|task| task.kill_timeout)
            .max();
        let grace = kill.unwrap_or_default().max(STOP_GRACE);
        let lost = AllocClientStatus::Lost.as_str();
        let since = alloc.alloc_states.iter().find(|state| state.value == lost);
        let since = since.map_or(situation.now, |state| state.time);
        let until = since.plus(wait).plus(grace);
        if until > situation.now {
            due.push((*alloc, until));
        }
    }
    let trigger = (Trigger::RetryFailedAlloc, LATER);
    Lost {
        waits: follow(situation, out, &work.group.name, due, trigger),
    }
}

/// S12: follow-ups for what is rescheduled later.
pub(super) fn reschedule_later<'a>(
    work: &mut Work<'_, 'a>,
    situation: &mut Situation<'a, '_>,
    out: &mut Reconciled<'a>,
    migrate: &[&'a Allocation],
    disconnecting: &[&'a Allocation],
    later: Vec<(&'a Allocation, Timestamp)>,
) {
    work.desired.reschedule_later += later.len() as u64;
    let allocs: Vec<&Allocation> = later.iter().map(|(alloc, _)| *alloc).collect();
    let trigger = (Trigger::RescheduleLater, LATER);
    let waits = follow(situation, out, &work.group.name, later, trigger);
    for alloc in allocs {
        let Some(followup) = waits.get(&alloc.id).copied() else {
            continue;
        };
        let is_in = |list: &[&Allocation]| list.iter().any(|other| other.id == alloc.id);
        if is_in(disconnecting) {
            let update = out
                .disconnect
                .iter_mut()
                .find(|update| update.alloc.id == alloc.id);
            if let Some(update) = update {
                update.followup = Some(followup);
            }
        } else if !is_in(migrate) {
            out.attributes.push(AttributeUpdate { alloc, followup });
        }
    }
}
