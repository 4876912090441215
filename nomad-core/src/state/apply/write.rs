//! What every write shares: the entry's index and time, the list of what changed, and the jobs whose
//! status must be derived again at the end.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::applied::{Applied, Topic};
use crate::id::JobKey;
use crate::model::{JobStatus, JobType};
use crate::state::{JobRecord, State, TableName};
use crate::units::{Index, Timestamp};

/// One entry being applied.
pub(super) struct Write<'a> {
    pub(super) state: &'a mut State,
    pub(super) index: Index,
    pub(super) now: Timestamp,
    pub(super) applied: Applied,
    stale_status: BTreeSet<JobKey>,
}

impl<'a> Write<'a> {
    pub(super) fn new(state: &'a mut State, index: Index, now: Timestamp) -> Self {
        Self {
            state,
            index,
            now,
            applied: Applied::default(),
            stale_status: BTreeSet::new(),
        }
    }

    /// Derives what is stale and hands out the list of changes.
    pub(super) fn finish(mut self) -> Applied {
        for key in std::mem::take(&mut self.stale_status) {
            self.derive_status(&key);
        }
        debug_assert!(self.ledgers_are_true(), "a ledger differs from its recount");
        self.applied
    }

    /// Every node whose allocations this entry touched is recounted.
    fn ledgers_are_true(&self) -> bool {
        self.applied.touched.iter().all(|topic| match topic {
            Topic::NodeAllocs(node) => self.state.ledger_is_true(node),
            _ => true,
        })
    }

    /// Records that a row of `table` changed, and whom that concerns.
    pub(super) fn touch(&mut self, table: TableName, topics: impl IntoIterator<Item = Topic>) {
        self.state.table_indexes.insert(table, self.index);
        self.applied.touched.insert(Topic::Table(table));
        self.applied.touched.extend(topics);
    }

    /// The status of this job must be derived again.
    pub(super) fn status_is_stale(&mut self, key: &JobKey) {
        self.stale_status.insert(key.clone());
    }

    /// Changes what is kept about a job, if there is such a job.
    pub(super) fn change_record<R>(
        &mut self,
        key: &JobKey,
        change: impl FnOnce(&mut JobRecord) -> R,
    ) -> Option<R> {
        let record = self.state.jobs.get_mut(key)?;
        Some(change(Arc::make_mut(record)))
    }

    /// Spec/scheduler 3.7.
    fn derive_status(&mut self, key: &JobKey) {
        let Some(record) = self.state.jobs.get(key) else {
            return;
        };
        let status = derived_status(record);
        if record.job.status == status {
            return;
        }
        let index = self.index;
        self.change_record(key, |record| {
            let mut job = (*record.job).clone();
            job.status = status;
            job.modify_index = index;
            record.replace_current(Arc::new(job));
        });
        self.touch(TableName::Jobs, [Topic::Job(key.clone())]);
    }
}

/// The status that follows from what of the job is not over yet.
fn derived_status(record: &JobRecord) -> JobStatus {
    let (job, open) = (&record.job, record.open);
    let perpetual = job.kind == JobType::System || job.is_parameterized() || job.is_periodic();
    if perpetual {
        return if job.stop {
            JobStatus::Dead
        } else {
            JobStatus::Running
        };
    }
    if open.deployments > 0 || open.allocs > 0 {
        JobStatus::Running
    } else if open.evals > 0 {
        JobStatus::Pending
    } else if open.evals_ever || job.stop {
        JobStatus::Dead
    } else {
        JobStatus::Pending
    }
}

impl JobRecord {
    /// Puts `job` in the place of the current version, in both tables.
    pub(super) fn replace_current(&mut self, job: Arc<crate::model::Job>) {
        self.versions.insert(job.version, Arc::clone(&job));
        self.job = job;
    }
}
