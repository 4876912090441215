//! Which versions of a job are kept (spec/scheduler 3.6).
//!
//! Allocations point to their job's version instead of carrying it, so a version beyond retention
//! stays, retired and not shown, until the last allocation that runs it is collected.

use std::collections::BTreeSet;

use super::write::Write;
use crate::id::JobKey;
use crate::state::{JOB_VERSIONS_MAX, JobRecord};
use crate::units::JobVersion;

impl Write<'_> {
    /// Retires versions beyond the limit, and forgets retired ones that nothing runs any more.
    pub(super) fn retain_versions(&mut self, key: &JobKey) {
        let Some(record) = self.state.jobs.get(key) else {
            return;
        };
        let surplus = surplus_version(record);
        if surplus.is_none() && record.retired.is_empty() {
            return;
        }
        let running: BTreeSet<JobVersion> = self
            .state
            .allocs_of_job(key)
            .map(|alloc| alloc.job_version)
            .collect();
        self.change_record(key, |record| {
            record.retired.extend(surplus);
            while let Some(surplus) = surplus_version(record) {
                record.retired.insert(surplus);
            }
            let forgotten = |version: &JobVersion| !running.contains(version);
            let gone: Vec<JobVersion> = record.retired.iter().copied().filter(forgotten).collect();
            for version in gone {
                record.retired.remove(&version);
                record.versions.remove(&version);
                record.submissions.remove(&version);
            }
        });
    }
}

/// The version that goes next: the oldest untagged one beyond the limit, unless it is the only
/// stable one left.
fn surplus_version(record: &JobRecord) -> Option<JobVersion> {
    let kept: Vec<_> = record
        .versions
        .iter()
        .filter(|(version, job)| !record.retired.contains(version) && job.version_tag.is_none())
        .collect();
    if kept.len() <= JOB_VERSIONS_MAX {
        return None;
    }
    let (oldest, job) = kept.first()?;
    let stable = kept.iter().filter(|(_, job)| job.stable).count();
    if job.stable && stable == 1 {
        return kept.get(1).map(|(version, _)| **version);
    }
    Some(**oldest)
}
