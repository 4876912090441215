//! What registering a job would come to: decided on a copy of the state, nothing is kept
//! (spec/scheduler 19.1).

use nomad_core::command::{Command, ENTRY_VERSION, Entry};
use nomad_core::diff::{DiffError, JobDiff, annotate, diff};
use nomad_core::model::{EvalStatus, Evaluation, Job, Trigger};
use nomad_core::schedule::{Policy, schedule};
use nomad_core::seed::Seed;
use nomad_core::state::{ApplyError, State};
use nomad_core::units::{Index, Timestamp};

use crate::draw;

/// Why nothing could be decided.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DryRunError {
    /// The job cannot be registered.
    #[error(transparent)]
    Register(#[from] ApplyError),
    /// The scheduler does not take it.
    #[error("schedule job {job:?}: {reason}")]
    Schedule {
        /// The job.
        job: String,
        /// Why.
        reason: String,
    },
    /// It cannot be compared with what stands.
    #[error(transparent)]
    Diff(#[from] DiffError),
}

/// What would come of a job.
pub(crate) struct DryRun {
    /// The evaluation as it would end.
    pub(crate) eval: Evaluation,
    /// `JobModifyIndex` of the job as it stands; 0 when there is none.
    pub(crate) job_modify_index: Index,
}

/// Registers and schedules `job` on a copy of `state`.
pub(crate) fn dry_run(state: &State, job: &Job, now: Timestamp) -> Result<DryRun, DryRunError> {
    let mut seed = Seed::new(draw::number());
    let key = job.key();
    let eval = Evaluation {
        id: seed.eval_id(),
        namespace: key.namespace.clone(),
        job_id: key.id.clone(),
        priority: job.priority,
        kind: job.kind,
        triggered_by: Trigger::JobRegister,
        status: EvalStatus::Pending,
        annotate_plan: true,
        create_time: now,
        modify_time: now,
        ..Evaluation::default()
    };
    let stands = state.job(&key).map(|job| job.job_modify_index);
    let mut copy = state.clone();
    let entry = Entry {
        version: ENTRY_VERSION,
        now,
        command: Command::RegisterJob {
            job: Box::new(job.clone()),
            submission: None,
            enforce_index: None,
            preserve_counts: false,
            eval: Some(eval.clone()),
        },
    };
    copy.apply(Index(copy.index().0 + 1), &entry)?;
    let eval = copy
        .eval(&eval.id)
        .map_or(eval, |stored| (**stored).clone());
    let decided = schedule(&copy, &eval, &Policy::default(), now, &mut seed).eval;
    if decided.status == EvalStatus::Failed {
        return Err(DryRunError::Schedule {
            job: key.id.to_string(),
            reason: decided.status_description,
        });
    }
    Ok(DryRun {
        eval: decided,
        job_modify_index: stands.unwrap_or_default(),
    })
}

/// What changes from the job as it stands to `job`, with what comes of it.
pub(crate) fn annotated_diff(
    state: &State,
    job: &Job,
    decided: &DryRun,
) -> Result<JobDiff, DiffError> {
    let stands = state.job(&job.key());
    let mut changes = diff(stands.map(AsRef::as_ref), job)?;
    annotate(&mut changes, decided.eval.plan_annotations.as_ref());
    Ok(changes)
}
