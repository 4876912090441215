//! What clients report about their allocations (spec/scheduler 13 and 15.3).

use super::alloc::Side;
use super::write::Write;
use crate::command::AllocUpdate;
use crate::model::alloc::AllocDeploymentStatus;
use crate::model::{AllocClientStatus, AllocDesiredStatus, Allocation};
use crate::state::State;
use crate::units::{Index, Timestamp};

impl Write<'_> {
    /// Takes over what a client says about one of its allocations. A report about an allocation
    /// that is gone, or one that would leave a terminal status, is ignored.
    pub(super) fn client_update(&mut self, update: &AllocUpdate) {
        let Some(old) = self.state.allocs.get(&update.id).cloned() else {
            return;
        };
        self.note_alloc_update(old.node_id);
        if !may_follow(old.client_status, update.client_status) {
            return;
        }
        let mut new = (*old).clone();
        new.client_status = update.client_status;
        new.client_description
            .clone_from(&update.client_description);
        new.task_states.clone_from(&update.task_states);
        if update.network_status.is_some() {
            new.network_status.clone_from(&update.network_status);
        }
        merge_health(&mut new, update.deployment_status, self.index, self.now);
        if is_orphan(self.state, &new) {
            new.desired_status = AllocDesiredStatus::Stop;
        }
        self.count_in_deployment(Some(&old), &new);
        self.put_alloc(new, Side::Client);
    }
}

/// The legal moves of a client status (invariant I7): terminal is final.
fn may_follow(old: AllocClientStatus, new: AllocClientStatus) -> bool {
    use AllocClientStatus::{Lost, Pending, Running, Unknown};
    match (old, new) {
        (old, new) if old == new => true,
        (old, _) if old.is_terminal() => false,
        (_, Lost | Unknown) => false,
        (Running, Pending) => false,
        _ => true,
    }
}

/// Only whether and since when it is healthy is the client's; the canary flag is the server's.
pub(super) fn merge_health(
    alloc: &mut Allocation,
    reported: Option<AllocDeploymentStatus>,
    index: Index,
    now: Timestamp,
) {
    let Some(healthy) = reported.and_then(|status| status.healthy) else {
        return;
    };
    let status = alloc.deployment_status.get_or_insert_default();
    if status.healthy != Some(healthy) {
        status.healthy = Some(healthy);
        status.timestamp = reported
            .map(|status| status.timestamp)
            .filter(|at| !at.is_zero())
            .unwrap_or(now);
        status.modify_index = index;
    }
}

fn is_orphan(state: &State, alloc: &Allocation) -> bool {
    state.job(&alloc.job_key()).is_none()
}
