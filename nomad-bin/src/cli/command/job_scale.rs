//! `nomad job scale`.

use serde_json::{Map, Value, json};

use super::job_run::{check_index, refusal};
use crate::api::view::{Job, Registered};
use crate::api::{Client, Request};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{CONNECTION, DETACH, VERBOSE};
use crate::cli::lookup::{FoundJob, look};
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;
use crate::cli::{lookup, monitor, render};

const CHECK_INDEX: Flag = Flag::value(
    "check-index",
    "<index>",
    "Scale only if the job's modify index on the server is this one.",
);

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "job scale",
    usage: "[options] <job> [<group>] <count>",
    summary: "Change the count of a Nomad job group",
    about: "Changes how many allocations a group has. The group may be left out if the job has only one.",
    flags: &[CONNECTION, &[CHECK_INDEX, DETACH, VERBOSE]],
    // The command's own complaint comes without the pointer at the help.
    words: Words::of(0, usize::MAX, ""),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let (typed, group, count) = match call.parsed.words.as_slice() {
        [job, count] => (job, None, count),
        [job, group, count] => (job, Some(group.clone()), count),
        _ => {
            let text = "Command requires at least two arguments and no more than three";
            return Err(Failure::said(text));
        }
    };
    let count: i64 = count.parse().map_err(|_| {
        let why = format!("strconv.Atoi: parsing \"{count}\": invalid syntax");
        Failure::said(format!("Failed to convert count string to int: {why}"))
    })?;
    let client = call.client()?;
    let job = lookup::job(call, ui, &client, typed).await?;
    let group = group_of(&client, &job, group).await?;
    let mut body = Map::new();
    body.insert("Count".into(), count.into());
    body.insert(
        "Target".into(),
        json!({"Namespace": job.namespace, "Job": job.id, "Group": group}),
    );
    body.insert("Message".into(), "submitted using the Nomad CLI".into());
    if let Some(index) = call.text(&CHECK_INDEX) {
        body.insert("JobModifyIndex".into(), check_index(index)?.into());
        body.insert("EnforceIndex".into(), true.into());
    }
    let request = job
        .request(Request::put, &["scale"])
        .json(&Value::Object(body));
    let answer: Registered = client
        .value(request)
        .await
        .map_err(|error| match refusal(error) {
            Failure::Api { source, .. } => Failure::Api {
                doing: "submitting scaling request".into(),
                source,
            },
            other => other,
        })?;
    if !answer.warnings.is_empty() {
        ui.line(format!(
            "{}\n",
            render::plan::warnings(&answer.warnings, &look(call, ui))
        ));
    }
    if call.on(&DETACH) || answer.eval_id.is_empty() {
        ui.line("Job scale successful");
        ui.line(format!("Evaluation ID: {}", answer.eval_id));
        return Ok(0);
    }
    monitor::follow_evaluation(call, ui, &client, &answer.eval_id).await
}

/// The group that is meant: the named one, or the only one.
async fn group_of(
    client: &Client,
    job: &FoundJob,
    named: Option<String>,
) -> Result<String, Failure> {
    let request = job.request(Request::get, &[]);
    let whole: Job = client
        .value(request)
        .await
        .map_err(Failure::api("querying job"))?;
    match (named, whole.task_groups.as_slice()) {
        (Some(name), _) if whole.group(&name).is_some() => Ok(name),
        (Some(name), _) => Err(Failure::said(format!("Group {name} not found within job"))),
        (None, [only]) => Ok(only.name.clone()),
        (None, groups) => {
            let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
            Err(Failure::said(format!(
                "Group name required: the job has the groups {}",
                names.join(", ")
            )))
        }
    }
}
