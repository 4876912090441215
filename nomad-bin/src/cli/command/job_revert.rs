//! `nomad job revert`.

use serde::Deserialize;
use serde_json::json;

use crate::api::view::{Job, Registered, nullable};
use crate::api::{Client, Request};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::shared::{CONNECTION, DETACH, VERBOSE};
use crate::cli::lookup::FoundJob;
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;
use crate::cli::{lookup, monitor};

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "job revert",
    usage: "[options] <job> <version|tag>",
    summary: "Revert to a prior version of the job",
    flags: &[CONNECTION, &[DETACH, VERBOSE]],
    words: Words::of(
        2,
        2,
        "This command takes two arguments: <job> <version|tag>",
    ),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

/// The kept versions of a job.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Versions {
    /// Newest first.
    #[serde(deserialize_with = "nullable")]
    pub(crate) versions: Vec<Job>,
}

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let client = call.client()?;
    let job = lookup::job(call, ui, &client, call.first()).await?;
    let typed = call.parsed.word(1).unwrap_or_default();
    let version = match typed.parse::<u64>() {
        Ok(version) => version,
        Err(_) => tagged(&client, &job, typed).await?,
    };
    let request = job
        .request(Request::put, &["revert"])
        .json(&json!({"JobID": job.id, "JobVersion": version}));
    let answer: Registered = client
        .value(request)
        .await
        .map_err(Failure::api("retrieving job versions"))?;
    if answer.eval_id.is_empty() {
        return Ok(0);
    }
    if call.on(&DETACH) {
        ui.line(format!("Evaluation ID: {}", answer.eval_id));
        return Ok(0);
    }
    monitor::follow_evaluation(call, ui, &client, &answer.eval_id).await
}

/// The version with a tag.
async fn tagged(client: &Client, job: &FoundJob, tag: &str) -> Result<u64, Failure> {
    let request = job.request(Request::get, &["versions"]);
    let answer: Versions = client
        .value(request)
        .await
        .map_err(Failure::api("retrieving job versions"))?;
    let found = answer
        .versions
        .iter()
        .find(|version| version.version_tag.as_ref().is_some_and(|t| t.name == tag));
    found.map(|version| version.version).ok_or_else(|| {
        Failure::said(format!(
            "Error retrieving job versions: tag \"{tag}\" not found on job \"{}\"",
            job.id
        ))
    })
}
