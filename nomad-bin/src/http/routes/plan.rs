//! `POST /v1/job/:id/plan`: what registering a job would change.

use serde_json::{Value, json};

use super::submit::{Submitted, admitted, take_job, warnings};
use crate::dry_run::{annotated_diff, dry_run};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::error::HttpError;
use crate::http::permit::{Permit, SubmitJob};
use crate::http::request::Request;

/// `POST /v1/job/:id/plan`.
pub(crate) async fn plan(
    api: &Api,
    _: Permit<SubmitJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let mut submitted: Submitted = request.json()?;
    let job = take_job(&request, &mut submitted)?;
    if job.id.as_deref() != Some(request.capture(0)) {
        return Err(HttpError::bad("Job ID does not match"));
    }
    let admitted = admitted(api, job)?;
    let state = api.server()?.snapshot();
    let refused = |error: &dyn std::fmt::Display| HttpError::server(error.to_string());
    let decided = dry_run(&state, &admitted.job, api.now()).map_err(|error| refused(&error))?;
    let changes = match submitted.diff {
        true => {
            json!(annotated_diff(&state, &admitted.job, &decided).map_err(|error| refused(&error))?)
        }
        false => Value::Null,
    };
    let failed = &decided.eval.failed_tg_allocs;
    let index = state.index();
    let body = json!({
        "Annotations": decided.eval.plan_annotations,
        "FailedTGAllocs": if failed.is_empty() { Value::Null } else { json!(failed) },
        "JobModifyIndex": decided.job_modify_index,
        "CreatedEvals": null,
        "Diff": changes,
        "NextPeriodicLaunch": null,
        "Warnings": warnings(&admitted),
        "Index": index,
    });
    Ok(Answer::value(body).written_at(index))
}
