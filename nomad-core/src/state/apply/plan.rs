//! Committing a plan (spec/scheduler 12.5 and 12.6).

use super::alloc::Side;
use super::write::Write;
use crate::id::{AllocId, EvalId};
use crate::model::alloc::AllocStateChange;
use crate::model::plan::AllocStop;
use crate::model::{AllocClientStatus, AllocDesiredStatus, Allocation, Plan};

impl Write<'_> {
    /// Commits what the applier let through.
    pub(super) fn plan(&mut self, plan: &Plan) {
        if let Some(deployment) = &plan.deployment {
            self.upsert_deployment(deployment);
        }
        for update in &plan.deployment_updates {
            if self.active_deployment(&update.id).is_ok() {
                self.set_deployment_status(update.id, update.status, &update.status_description);
            }
        }
        self.bump_eval(plan.eval_id);
        for alloc in plan.updates.iter().chain(&plan.placements) {
            self.upsert_alloc(alloc);
        }
        for stop in &plan.stops {
            self.stop_alloc(stop, plan.eval_id);
        }
        for stop in &plan.preemptions {
            self.preempt_alloc(stop);
        }
    }

    fn upsert_alloc(&mut self, planned: &Allocation) {
        let old = self.state.allocs.get(&planned.id).cloned();
        let mut new = planned.clone();
        match &old {
            Some(old) => keep_client_side(old, &mut new),
            None if self.is_unwanted(planned) => return,
            None => {}
        }
        if let Some(status) = &mut new.deployment_status
            && old.as_ref().and_then(|old| old.deployment_status) != Some(*status)
        {
            status.modify_index = self.index;
        }
        if let Some(previous) = new.previous_allocation {
            self.link(previous, new.id);
        }
        self.count_in_deployment(old.as_deref(), &new);
        self.put_alloc(new, Side::Server);
    }

    /// A deregister that raced the plan wins (edge case E32).
    fn is_unwanted(&self, alloc: &Allocation) -> bool {
        let job = self.state.job(&alloc.job_key());
        job.is_none_or(|job| job.stop || job.create_index != alloc.job_create_index)
    }

    fn link(&mut self, previous: AllocId, next: AllocId) {
        if let Some(alloc) = self.state.allocs.get(&previous)
            && alloc.next_allocation != Some(next)
        {
            let mut alloc = (**alloc).clone();
            alloc.next_allocation = Some(next);
            self.put_alloc(alloc, Side::Client);
        }
    }

    fn stop_alloc(&mut self, stop: &AllocStop, eval: EvalId) {
        let Some(old) = self.state.allocs.get(&stop.id) else {
            return;
        };
        let mut new = (**old).clone();
        new.eval_id = eval;
        if !new.is_server_terminal() {
            new.desired_status = match stop.desired_status {
                AllocDesiredStatus::Evict => AllocDesiredStatus::Evict,
                AllocDesiredStatus::Run | AllocDesiredStatus::Stop => AllocDesiredStatus::Stop,
            };
        }
        new.desired_description
            .clone_from(&stop.desired_description);
        if stop.followup_eval_id.is_some() {
            new.followup_eval_id = stop.followup_eval_id;
        }
        if let Some(status) = stop.client_status {
            self.server_sets_status(&mut new, status);
        }
        self.put_alloc(new, Side::Server);
    }

    fn preempt_alloc(&mut self, stop: &AllocStop) {
        let Some(old) = self.state.allocs.get(&stop.id) else {
            return;
        };
        if old.is_terminal() {
            return;
        }
        let mut new = (**old).clone();
        new.desired_status = AllocDesiredStatus::Evict;
        new.preempted_by_allocation = stop.preempted_by;
        new.desired_description = match stop.preempted_by {
            Some(by) => format!("Preempted by alloc ID {by}"),
            None => stop.desired_description.clone(),
        };
        self.put_alloc(new, Side::Server);
    }

    /// The server gives an allocation up, or loses sight of it. A status that the client made
    /// final stays.
    fn server_sets_status(&self, alloc: &mut Allocation, status: AllocClientStatus) {
        if alloc.is_client_terminal() || alloc.client_status == status {
            return;
        }
        alloc.client_status = status;
        alloc.alloc_states.push(AllocStateChange {
            field: "client_status".to_owned(),
            value: status.to_string(),
            time: self.now,
        });
    }
}

/// What clients report survives a write of the server's side, unless the server gives the
/// allocation up; an end is never taken back.
fn keep_client_side(old: &Allocation, new: &mut Allocation) {
    let given_up = matches!(
        new.client_status,
        AllocClientStatus::Lost | AllocClientStatus::Unknown
    );
    if !given_up || old.is_client_terminal() {
        new.client_status = old.client_status;
        new.client_description.clone_from(&old.client_description);
    }
    new.task_states.clone_from(&old.task_states);
    new.network_status.clone_from(&old.network_status);
    new.create_index = old.create_index;
    new.create_time = old.create_time;
    new.next_allocation = old.next_allocation.or(new.next_allocation);
    if old.is_server_terminal() {
        new.desired_status = old.desired_status;
    }
    keep_health(old, new);
}

/// Health that the client reported while the plan was made is not forgotten.
fn keep_health(old: &Allocation, new: &mut Allocation) {
    if old.deployment_id != new.deployment_id {
        return;
    }
    if let Some(known) = old
        .deployment_status
        .filter(|status| status.healthy.is_some())
    {
        let status = new.deployment_status.get_or_insert(known);
        if status.healthy.is_none() {
            status.healthy = known.healthy;
            status.timestamp = known.timestamp;
            status.modify_index = known.modify_index;
        }
    }
}
