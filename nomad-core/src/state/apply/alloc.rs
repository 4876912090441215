//! The one gate through which every allocation enters, changes and leaves the tables: indexes,
//! counters, ledgers and topics are kept here and nowhere else.

use std::sync::Arc;

use super::applied::Topic;
use super::eval::count;
use super::write::Write;
use crate::id::AllocId;
use crate::model::{Allocation, DesiredTransition};
use crate::state::TableName;

/// Whose change it is: clients fetch what the server's side changed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Server,
    Client,
}

impl Write<'_> {
    /// Stores an allocation, new or changed.
    pub(super) fn put_alloc(&mut self, mut alloc: Allocation, side: Side) {
        let old = self.state.allocs.get(&alloc.id).cloned();
        if old.is_none() {
            alloc.create_index = self.index;
            alloc.create_time = self.now;
        }
        alloc.modify_index = self.index;
        alloc.modify_time = self.now;
        if side == Side::Server {
            alloc.alloc_modify_index = self.index;
        }
        self.index_alloc(old.as_deref(), &alloc);
        self.count_alloc(old.as_deref(), Some(&alloc));
        self.touch_alloc(&alloc, side);
        self.state.allocs.insert(alloc.id, Arc::new(alloc));
    }

    /// Removes an allocation and whatever points to it.
    pub(super) fn remove_alloc(&mut self, id: AllocId) {
        let Some(alloc) = self.state.allocs.remove(&id) else {
            return;
        };
        let state = &mut *self.state;
        state.allocs_by_job.remove(&(alloc.job_key(), id));
        state.allocs_by_node.remove(&(alloc.node_id, id));
        state.allocs_by_eval.remove(&(alloc.eval_id, id));
        if let Some(deployment) = alloc.deployment_id {
            state.allocs_by_deployment.remove(&(deployment, id));
        }
        self.count_alloc(Some(&alloc), None);
        self.touch_alloc(&alloc, Side::Server);
    }

    /// Merges what is wished for an allocation (spec/scheduler 13).
    pub(super) fn wish(&mut self, id: AllocId, transition: DesiredTransition) {
        if let Some(alloc) = self.state.allocs.get(&id) {
            let mut alloc = (**alloc).clone();
            alloc.desired_transition.merge(transition);
            self.put_alloc(alloc, Side::Server);
        }
    }

    fn index_alloc(&mut self, old: Option<&Allocation>, new: &Allocation) {
        let state = &mut *self.state;
        let id = new.id;
        match old {
            None => {
                state.allocs_by_job.insert((new.job_key(), id));
                state.allocs_by_node.insert((new.node_id, id));
            }
            Some(old) => {
                if old.eval_id != new.eval_id {
                    state.allocs_by_eval.remove(&(old.eval_id, id));
                }
                if let Some(before) = old.deployment_id
                    && old.deployment_id != new.deployment_id
                {
                    state.allocs_by_deployment.remove(&(before, id));
                }
            }
        }
        state.allocs_by_eval.insert((new.eval_id, id));
        if let Some(deployment) = new.deployment_id {
            state.allocs_by_deployment.insert((deployment, id));
        }
    }

    fn count_alloc(&mut self, old: Option<&Allocation>, new: Option<&Allocation>) {
        let Some(either) = new.or(old) else { return };
        self.state.move_ledger(old, new);
        let holds = |alloc: Option<&Allocation>| alloc.is_some_and(|it| !it.is_client_terminal());
        if holds(old) && !holds(new) {
            self.applied.freed.insert(either.node_id);
        }
        let live = |alloc: Option<&Allocation>| alloc.is_some_and(|it| !it.is_terminal());
        let (key, was, is) = (either.job_key(), live(old), live(new));
        if was != is {
            self.change_record(&key, |record| count(&mut record.open.allocs, was, is));
            self.status_is_stale(&key);
        }
        match (old, new) {
            (_, Some(new)) => self.summarize_alloc(&key, old, new),
            (Some(old), None) => self.summarize_removal(&key, old),
            (None, None) => {}
        }
    }

    fn touch_alloc(&mut self, alloc: &Allocation, side: Side) {
        let mut topics = vec![
            Topic::Alloc(alloc.id),
            Topic::NodeAllocs(alloc.node_id),
            Topic::JobAllocs(alloc.job_key()),
            Topic::EvalAllocs(alloc.eval_id),
        ];
        topics.extend(alloc.deployment_id.map(Topic::DeploymentAllocs));
        if side == Side::Server {
            topics.push(Topic::NodeAssignments(alloc.node_id));
            if self.state.nodes.contains_key(&alloc.node_id) {
                let assignments = &mut self.state.node_assignments;
                assignments.insert(alloc.node_id, self.index);
            }
        }
        self.touch(TableName::Allocs, topics);
    }
}
