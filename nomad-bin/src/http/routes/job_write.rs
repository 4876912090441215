//! Registering, stopping, evaluating, reverting and scaling jobs.

use nomad_core::command::ScalingEvent;
use nomad_core::units::{Index, JobVersion};
use nomad_core::wire::operator::{OperatorAnswer, OperatorRequest};
use serde::Deserialize;
use serde_json::{Value, json};

use super::submit::{Submitted, admitted, take_job, warnings};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::error::HttpError;
use crate::http::permit::{Permit, SubmitJob};
use crate::http::request::Request;

/// The answer of most writes to jobs.
fn job_answer(answer: OperatorAnswer, told: &str) -> Result<Answer, HttpError> {
    let OperatorAnswer::Job {
        index,
        eval_id,
        eval_create_index,
        job_modify_index,
        warnings,
    } = answer
    else {
        return Err(HttpError::server("the server answered another question"));
    };
    let told = if told.is_empty() {
        warnings
    } else {
        told.to_owned()
    };
    let body = json!({
        "EvalID": eval_id.map(|id| id.to_string()).unwrap_or_default(),
        "EvalCreateIndex": eval_create_index,
        "JobModifyIndex": job_modify_index,
        "Warnings": told,
        "Index": index,
        "LastContact": 0,
        "KnownLeader": false,
        "NextToken": "",
    });
    Ok(Answer::value(body).written_at(index))
}

async fn register_job(api: &Api, request: &Request, in_path: bool) -> Result<Answer, HttpError> {
    let mut submitted: Submitted = request.json()?;
    let job = take_job(request, &mut submitted)?;
    if in_path && job.id.as_deref() != Some(request.capture(0)) {
        return Err(HttpError::bad("Job ID does not match name"));
    }
    if submitted.preserve_resources {
        return Err(HttpError::not_here("PreserveResources"));
    }
    let admitted = admitted(api, job)?;
    let told = warnings(&admitted);
    let answer = api
        .server()?
        .operator(OperatorRequest::RegisterJob {
            job: Box::new(admitted.job),
            submission: submitted.submission,
            enforce_index: submitted
                .enforce_index
                .then_some(Index(submitted.job_modify_index)),
            preserve_counts: submitted.preserve_counts,
            eval_priority: submitted.eval_priority,
        })
        .await?;
    job_answer(answer, &told)
}

/// `POST /v1/jobs`.
pub(crate) async fn register(
    api: &Api,
    _: Permit<SubmitJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    register_job(api, &request, false).await
}

/// `POST /v1/job/:id`.
pub(crate) async fn update(
    api: &Api,
    _: Permit<SubmitJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    register_job(api, &request, true).await
}

/// `DELETE /v1/job/:id`.
pub(crate) async fn deregister(
    api: &Api,
    _: Permit<SubmitJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let job = request.job_key()?;
    let priority = request.query.number("eval_priority")?.unwrap_or(0);
    if !(0..=100).contains(&priority) {
        return Err(HttpError::bad(
            "Eval priority must be between 1 and 100 inclusively",
        ));
    }
    let answer = api
        .server()?
        .operator(OperatorRequest::DeregisterJob {
            job,
            purge: request.query.flag("purge")?,
            no_shutdown_delay: request.query.flag("no_shutdown_delay")?,
            eval_priority: priority,
        })
        .await?;
    let OperatorAnswer::Job {
        index,
        eval_id,
        eval_create_index,
        job_modify_index,
        ..
    } = answer
    else {
        return Err(HttpError::server("the server answered another question"));
    };
    let body = json!({
        "EvalID": eval_id.map(|id| id.to_string()).unwrap_or_default(),
        "EvalCreateIndex": eval_create_index,
        "JobModifyIndex": job_modify_index,
        "VolumeEvalID": "",
        "VolumeEvalIndex": 0,
        "Index": index,
        "LastContact": 0,
        "KnownLeader": false,
        "NextToken": "",
    });
    Ok(Answer::value(body).written_at(index))
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Evaluate {
    #[serde(rename = "JobID")]
    job_id: String,
    eval_options: EvalOptions,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct EvalOptions {
    force_reschedule: bool,
}

/// `POST /v1/job/:id/evaluate`.
pub(crate) async fn evaluate(
    api: &Api,
    _: Permit<SubmitJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let job = request.job_key()?;
    let asked: Evaluate = if request.body.is_empty() {
        Evaluate::default()
    } else {
        request.json()?
    };
    if !asked.job_id.is_empty() && asked.job_id != job.id.as_str() {
        return Err(HttpError::bad("JobID not same as job name"));
    }
    let force_reschedule = asked.eval_options.force_reschedule;
    let call = OperatorRequest::EvaluateJob {
        job,
        force_reschedule,
    };
    job_answer(api.server()?.operator(call).await?, "")
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Revert {
    #[serde(rename = "JobID")]
    job_id: String,
    job_version: u64,
    enforce_prior_version: Option<u64>,
}

/// `POST /v1/job/:id/revert`.
pub(crate) async fn revert(
    api: &Api,
    _: Permit<SubmitJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let job = request.job_key()?;
    let asked: Revert = request.json()?;
    if asked.job_id.is_empty() {
        return Err(HttpError::bad("JobID must be specified"));
    }
    if asked.job_id != job.id.as_str() {
        return Err(HttpError::bad("Job ID does not match"));
    }
    let call = OperatorRequest::RevertJob {
        job,
        version: JobVersion(asked.job_version),
        enforce_prior_version: asked.enforce_prior_version.map(JobVersion),
    };
    let answer = job_answer(api.server()?.operator(call).await?, "")?;
    Ok(answer
        .with_header("x-nomad-knownleader", false)
        .with_header("x-nomad-lastcontact", 0))
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Stability {
    #[serde(rename = "JobID")]
    job_id: String,
    job_version: u64,
    stable: bool,
}

/// `POST /v1/job/:id/stable`.
pub(crate) async fn stable(
    api: &Api,
    _: Permit<SubmitJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let job = request.job_key()?;
    let asked: Stability = request.json()?;
    if asked.job_id.is_empty() {
        return Err(HttpError::bad("JobID must be specified"));
    }
    if asked.job_id != job.id.as_str() {
        return Err(HttpError::bad("Job ID does not match"));
    }
    let version = JobVersion(asked.job_version);
    let call = OperatorRequest::SetJobStability {
        job,
        version,
        stable: asked.stable,
    };
    done(api.server()?.operator(call).await?)
}

/// The answer of a write that has nothing to say but its index.
pub(crate) fn done(answer: OperatorAnswer) -> Result<Answer, HttpError> {
    let OperatorAnswer::Done { index, .. } = answer else {
        return Err(HttpError::server("the server answered another question"));
    };
    Ok(Answer::value(json!({"Index": index})).written_at(index))
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Scale {
    #[serde(rename = "JobID")]
    job_id: String,
    target: std::collections::BTreeMap<String, String>,
    count: Option<i64>,
    message: String,
    error: bool,
    meta: Option<std::collections::BTreeMap<String, Value>>,
    policy_override: bool,
    enforce_index: bool,
    job_modify_index: u64,
}

/// `POST /v1/job/:id/scale`.
pub(crate) async fn scale(
    api: &Api,
    _: Permit<SubmitJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let job = request.job_key()?;
    let asked: Scale = request.json()?;
    let target = asked
        .target
        .get("Job")
        .or(Some(&asked.job_id))
        .filter(|id| !id.is_empty());
    if target.is_some_and(|id| id != job.id.as_str()) {
        return Err(HttpError::bad("job ID in payload did not match URL"));
    }
    let group = asked.target.get("Group").filter(|name| !name.is_empty());
    let group =
        group.ok_or_else(|| HttpError::bad("missing task group name for scaling action"))?;
    if asked.error && asked.count.is_some() {
        return Err(HttpError::bad(
            "scaling action should not contain count if error is true",
        ));
    }
    if asked.count.is_some_and(|count| count < 0) {
        return Err(HttpError::bad("scaling action count can't be negative"));
    }
    let event = ScalingEvent {
        time: api.now(),
        count: asked.count,
        message: asked.message,
        error: asked.error,
        meta: asked.meta,
        ..ScalingEvent::default()
    };
    let call = OperatorRequest::ScaleJob {
        job,
        group: group
            .parse()
            .map_err(|error| HttpError::bad(format!("{error}")))?,
        count: asked.count,
        override_policy: asked.policy_override,
        job_modify_index: asked.enforce_index.then_some(Index(asked.job_modify_index)),
        event,
    };
    job_answer(api.server()?.operator(call).await?, "")
}
