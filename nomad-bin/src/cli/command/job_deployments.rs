//! `nomad job deployments`.

use serde_json::Value;

use crate::api::Request;
use crate::api::view::Deployment;
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{CONNECTION, JSON, TEMPLATE, VERBOSE};
use crate::cli::lookup::{self, look};
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;
use crate::cli::{present, render};

const LATEST: Flag = Flag::switch("latest", "Only the newest deployment, with its groups.");
const ALL: Flag = Flag::switch(
    "all",
    "Also deployments of an earlier job with the same ID.",
);

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "job deployments",
    usage: "[options] <job>",
    summary: "List deployments for a job",
    flags: &[CONNECTION, &[LATEST, ALL, VERBOSE, JSON, TEMPLATE]],
    words: Words::of(1, 1, "This command takes one argument: <job>"),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let client = call.client()?;
    let job = lookup::job(call, ui, &client, call.first()).await?;
    let latest = call.on(&LATEST);
    let last = if latest { "deployment" } else { "deployments" };
    let request = job
        .request(Request::get, &[last])
        .flag("all", call.on(&ALL));
    let answer = client
        .json(request)
        .await
        .map_err(Failure::api("retrieving deployments"))?;
    if present::wanted(call)? {
        return present::show(call, ui, &answer);
    }
    let answer = if latest && !answer.is_null() {
        Value::Array(vec![answer])
    } else {
        answer
    };
    let list: Option<Vec<Deployment>> = serde_json::from_value(answer)
        .map_err(|error| Failure::said(format!("Error reading deployments: {error}")))?;
    let list = list.unwrap_or_default();
    let page = look(call, ui);
    match list.first().filter(|_| latest) {
        Some(deployment) => ui.line(render::deployment::one(deployment, &page)),
        None => ui.line(render::deployment::list(&list, &page)),
    }
    Ok(0)
}
