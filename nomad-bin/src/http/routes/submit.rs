//! Taking in jobs: parse, validate, and the way from a request's body to an admitted job.

use std::collections::BTreeSet;

use nomad_core::command::Submission;
use nomad_core::model::JobSpec;
use nomad_core::spec::{
    AdmitError, Admitted, Inputs, Limits, VarFile, admit, canonicalize, parse_hcl,
};
use nomad_core::state::Snapshot;
use serde::Deserialize;
use serde_json::json;

use crate::draw::Random;
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::error::HttpError;
use crate::http::permit::{ParseJob, Permit, ReadJob};
use crate::http::request::Request;

/// A job as a request carries it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Submitted {
    /// The job.
    #[serde(rename = "Job")]
    pub job: Option<JobSpec>,
    /// The text it came from.
    #[serde(rename = "Submission")]
    pub submission: Option<Submission>,
    /// Check `JobModifyIndex`.
    #[serde(rename = "EnforceIndex")]
    pub enforce_index: bool,
    /// The index that the job must have.
    #[serde(rename = "JobModifyIndex")]
    pub job_modify_index: u64,
    /// Keep the counts of the job as it stands.
    #[serde(rename = "PreserveCounts")]
    pub preserve_counts: bool,
    /// Keep the resources of the job as it stands.
    #[serde(rename = "PreserveResources")]
    pub preserve_resources: bool,
    /// Priority of the evaluation.
    #[serde(rename = "EvalPriority")]
    pub eval_priority: i64,
    /// Show what changes (plan).
    #[serde(rename = "Diff")]
    pub diff: bool,
    /// Namespace, when neither the query nor the job names one.
    #[serde(rename = "Namespace")]
    pub namespace: String,
}

/// Limits as the cluster stands.
pub(crate) fn limits(state: &Snapshot) -> Limits {
    let pools: BTreeSet<String> = state
        .nodes()
        .map(|node| node.node_pool.to_string())
        .collect();
    let mut limits = Limits {
        memory_oversubscription: state.scheduler_config().memory_oversubscription_enabled,
        ..Limits::default()
    };
    limits.node_pools.extend(pools);
    limits
}

/// Takes the job out of a request's body and puts it into the right namespace (spec/api-cli 2.2).
pub(crate) fn take_job(request: &Request, submitted: &mut Submitted) -> Result<JobSpec, HttpError> {
    let mut job = submitted
        .job
        .take()
        .ok_or_else(|| HttpError::bad("Job must be specified"))?;
    if job.id.as_deref().unwrap_or_default().is_empty() {
        return Err(HttpError::bad("Job ID hasn't been provided"));
    }
    if !(0..=100).contains(&submitted.eval_priority) {
        return Err(HttpError::bad(
            "Eval priority must be between 1 and 100 inclusively",
        ));
    }
    let asked = request.query.text("namespace");
    if !asked.is_empty() {
        job.namespace = Some(asked.to_owned());
    } else if !submitted.namespace.is_empty() {
        job.namespace = Some(submitted.namespace.clone());
    } else if job.namespace.as_deref().unwrap_or_default().is_empty() {
        job.namespace = Some("default".to_owned());
    }
    if matches!(job.region.as_deref(), Some("")) {
        job.region = None;
    }
    Ok(job)
}

/// Admits a job, or answers every complaint.
pub(crate) fn admitted(api: &Api, job: JobSpec) -> Result<Admitted, HttpError> {
    let server = api.server()?;
    admit(job, &limits(&server.snapshot())).map_err(|error| HttpError::server(error.to_string()))
}

/// Warnings as one text (spec/api-cli 1.9).
pub(crate) fn warnings(admitted: &Admitted) -> String {
    let count = admitted.warnings.len();
    if count == 0 {
        return String::new();
    }
    let plural = if count == 1 { "warning" } else { "warnings" };
    let lines: Vec<String> = admitted
        .warnings
        .iter()
        .map(|one| format!("* {one}"))
        .collect();
    format!("{count} {plural}:\n\n{}", lines.join("\n"))
}

/// `POST /v1/validate/job`.
pub(crate) async fn validate(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let mut submitted: Submitted = request.json()?;
    let job = take_job(&request, &mut submitted)?;
    let server = api.server()?;
    let verdict = admit(job, &limits(&server.snapshot()));
    let (errors, text, told) = match verdict {
        Ok(admitted) => (None, String::new(), warnings(&admitted)),
        Err(AdmitError::Invalid(complaints)) => {
            let texts: Vec<String> = complaints.iter().map(ToString::to_string).collect();
            (
                Some(texts),
                AdmitError::Invalid(complaints).to_string(),
                String::new(),
            )
        }
        Err(other) => (
            Some(vec![other.to_string()]),
            other.to_string(),
            String::new(),
        ),
    };
    Ok(Answer::value(json!({
        "DriverConfigValidated": true,
        "ValidationErrors": errors,
        "Error": text,
        "Warnings": told,
    })))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Parse {
    #[serde(rename = "JobHCL")]
    hcl: String,
    #[serde(rename = "Variables")]
    variables: String,
    #[serde(rename = "Canonicalize")]
    canonicalize: bool,
}

/// `POST /v1/jobs/parse`. Files of this machine are out of reach for the job's functions.
pub(crate) async fn parse(
    _: &Api,
    _: Permit<ParseJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let asked: Parse = request.json()?;
    if asked.hcl.is_empty() {
        return Err(HttpError::bad("Job spec is empty"));
    }
    let mut inputs = Inputs {
        random: Some(&Random),
        ..Inputs::default()
    };
    if !asked.variables.is_empty() {
        inputs.var_files.push(VarFile {
            name: "input.hcl".to_owned(),
            text: asked.variables.clone(),
        });
    }
    let mut job = parse_hcl(&asked.hcl, "input.hcl", &inputs)
        .map_err(|error| HttpError::bad(format!("Failed to parse job: {error}")))?;
    if asked.canonicalize {
        canonicalize(&mut job);
    }
    Answer::json(&job)
}
