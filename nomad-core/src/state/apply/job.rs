//! Jobs: registration, stop, purge, stability, scaling events (spec/scheduler 3.5 to 3.9).

use std::sync::Arc;

use super::applied::Topic;
use super::error::ApplyError;
use super::write::Write;
use crate::command::{ScalingEvent, Submission};
use crate::id::{AllocId, DeploymentId, GroupName, JobKey};
use crate::model::{DesiredTransition, EvalStatus, Job, JobStatus};
use crate::state::{JobRecord, OpenCounts, State, TableName};
use crate::units::{Index, JobVersion};

/// Scaling events kept per group; the oldest goes first (spec/scheduler 2.2).
pub(super) const SCALING_EVENTS_MAX: usize = 20;

impl Write<'_> {
    /// Checks a registration against the job as it stands, and copies counts if asked to.
    pub(super) fn admit(
        &self,
        job: &Job,
        enforce_index: Option<Index>,
        preserve_counts: bool,
    ) -> Result<Job, ApplyError> {
        let known = self.state.job(&job.key());
        let found = known.map(|job| job.job_modify_index);
        if let Some(wanted) = enforce_index
            && found.unwrap_or_default() != wanted
        {
            return Err(ApplyError::EnforceIndex { wanted, found });
        }
        let mut job = job.clone();
        if let Some(known) = known.filter(|_| preserve_counts) {
            for group in job.task_groups.iter_mut() {
                if let Some(same) = known.group(group.name.as_str()) {
                    group.count = same.count;
                }
            }
        }
        Ok(job)
    }

    /// Makes a job or a new version of it; an unchanged one is not written. Answers the job's
    /// `JobModifyIndex` then.
    pub(super) fn register_job(
        &mut self,
        mut job: Job,
        submission: Option<&Submission>,
    ) -> Option<Index> {
        let key = job.key();
        job.status = JobStatus::Pending;
        job.stable = false;
        job.submit_time = self.now;
        if let Some(record) = self.state.jobs.get(&key) {
            let known = &record.job;
            if known.has_same_spec(&job) {
                return Some(known.job_modify_index);
            }
            let next = JobVersion(known.version.0.saturating_add(1));
            job.version = job.version.max(next);
            job.create_index = known.create_index;
            job.status = known.status;
        } else {
            job.version = JobVersion(0);
            job.create_index = self.index;
        }
        job.modify_index = self.index;
        job.job_modify_index = self.index;
        self.store_version(&key, job, submission);
        Some(self.index)
    }

    fn store_version(&mut self, key: &JobKey, job: Job, submission: Option<&Submission>) {
        let version = job.version;
        let job = Arc::new(job);
        if !self.state.jobs.contains_key(key) {
            let record = new_record(self.state, key, Arc::clone(&job));
            self.state.jobs.insert(key.clone(), Arc::new(record));
        }
        let index = self.index;
        self.change_record(key, |record| {
            for group in &job.task_groups {
                record.summary.entry(group.name.clone()).or_default();
            }
            record.summary_index = index;
            if let Some(submission) = submission {
                let submission = Arc::new(submission.clone());
                record.submissions.insert(version, submission);
            }
            record.replace_current(job);
        });
        self.retain_versions(key);
        self.status_is_stale(key);
        self.touch(TableName::Jobs, [Topic::Job(key.clone())]);
        self.touch(TableName::JobVersions, []);
        self.touch(TableName::JobSummaries, [Topic::JobSummary(key.clone())]);
        if submission.is_some() {
            self.touch(TableName::Submissions, []);
        }
    }

    /// Stops a job, or removes it. Answers its `JobModifyIndex`, none when there is no such job
    /// (which is no error).
    pub(super) fn deregister_job(
        &mut self,
        key: &JobKey,
        purge: bool,
        no_shutdown_delay: bool,
    ) -> Option<Index> {
        let known = Arc::clone(self.state.job(key)?);
        if purge {
            self.purge_job(key);
            return Some(self.index);
        }
        if no_shutdown_delay {
            self.skip_shutdown_delays(key);
        }
        if known.stop {
            return Some(known.job_modify_index);
        }
        let mut job = (*known).clone();
        job.stop = true;
        for group in job.task_groups.iter_mut() {
            if let Some(scaling) = &mut group.scaling {
                scaling.enabled = Some(false);
            }
        }
        self.register_job(job, None)
    }

    fn skip_shutdown_delays(&mut self, key: &JobKey) {
        let ids: Vec<AllocId> = self.state.allocs_of_job(key).map(|it| it.id).collect();
        let wish = DesiredTransition {
            no_shutdown_delay: Some(true),
            ..DesiredTransition::default()
        };
        ids.into_iter().for_each(|id| self.wish(id, wish));
    }

    /// Removes a job with everything that belongs to it, in one step (spec/scheduler 3.8). Clients
    /// notice that their allocations are gone and stop them.
    pub(super) fn purge_job(&mut self, key: &JobKey) {
        let description = format!("job {} deleted", key.id);
        self.end_evals(key, EvalStatus::Complete, &description, |_| true);
        let deployments: Vec<DeploymentId> =
            self.state.deployments_of_job(key).map(|it| it.id).collect();
        let allocs: Vec<AllocId> = self.state.allocs_of_job(key).map(|it| it.id).collect();
        deployments
            .into_iter()
            .for_each(|id| self.remove_deployment(id));
        allocs.into_iter().for_each(|id| self.remove_alloc(id));
        if self.state.jobs.remove(key).is_some() {
            self.applied.purged.push(key.clone());
            self.touch(TableName::Jobs, [Topic::Job(key.clone())]);
            self.touch(TableName::JobVersions, []);
            self.touch(TableName::JobSummaries, [Topic::JobSummary(key.clone())]);
            self.touch(TableName::Submissions, []);
        }
    }

    /// Marks a version; touches the current job only if it is that version (edge case E22).
    pub(super) fn set_stability(
        &mut self,
        key: &JobKey,
        version: JobVersion,
        stable: bool,
    ) -> Result<(), ApplyError> {
        let unknown = || ApplyError::UnknownJob(key.clone());
        let record = self.state.jobs.get(key).ok_or_else(unknown)?;
        let job = record.versions.get(&version).cloned();
        let Some(job) = job else {
            let job = key.clone();
            return Err(ApplyError::UnknownVersion { job, version });
        };
        if job.stable == stable {
            return Ok(());
        }
        let mut job = (*job).clone();
        job.stable = stable;
        job.modify_index = self.index;
        let job = Arc::new(job);
        self.change_record(key, |record| {
            if record.job.version == version {
                record.job = Arc::clone(&job);
            }
            record.versions.insert(version, job);
        });
        self.touch(TableName::Jobs, [Topic::Job(key.clone())]);
        self.touch(TableName::JobVersions, []);
        Ok(())
    }

    /// Records that a count was, or was not, changed.
    pub(super) fn record_scaling(
        &mut self,
        key: &JobKey,
        group: &GroupName,
        event: &ScalingEvent,
    ) -> Result<(), ApplyError> {
        let event = ScalingEvent {
            create_index: self.index,
            ..event.clone()
        };
        let recorded = self.change_record(key, |record| {
            let events = record.scaling_events.entry(group.clone()).or_default();
            events.insert(0, event);
            events.truncate(SCALING_EVENTS_MAX);
        });
        recorded.ok_or_else(|| ApplyError::UnknownJob(key.clone()))?;
        self.touch(TableName::ScalingEvents, [Topic::Job(key.clone())]);
        Ok(())
    }
}

/// What is kept about a job that is new here; something of an earlier incarnation may be open still.
fn new_record(state: &State, key: &JobKey, job: Arc<Job>) -> JobRecord {
    let evals = state.evals_of_job(key);
    let allocs = state.allocs_of_job(key);
    let deployments = state.deployments_of_job(key);
    let open = OpenCounts {
        evals: evals.filter(|it| !it.status.is_terminal()).count() as u64,
        allocs: allocs.filter(|it| !it.is_terminal()).count() as u64,
        deployments: deployments.filter(|it| it.status.is_active()).count() as u64,
        evals_ever: state.evals_of_job(key).next().is_some(),
    };
    JobRecord {
        job,
        open,
        ..JobRecord::default()
    }
}
