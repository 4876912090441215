//! `nomad deployment status`.

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
use crate::cli::{monitor, present, render};

const MONITOR: Flag = Flag::switch("monitor", "Follow the deployment until it is over.");
const WAIT: Flag = Flag::value(
    "wait",
    "<duration>",
    "How long to wait for a change before asking again. Default = 2s",
);

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "deployment status",
    usage: "[options] <deployment>",
    summary: "Display the status of a deployment",
    flags: &[CONNECTION, &[MONITOR, WAIT, VERBOSE, JSON, TEMPLATE]],
    words: Words::of(0, 1, "This command takes one argument: <deployment>"),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

/// As the command; `status` comes here too.
pub(crate) async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let client = call.client()?;
    let Some(typed) = call.parsed.word(0) else {
        let request = Request::get("/v1/deployments");
        let list: Vec<Deployment> = client
            .value(request)
            .await
            .map_err(Failure::api("retrieving deployments"))?;
        ui.line(render::deployment::list(&list, &look(call, ui)));
        return Ok(0);
    };
    let id = lookup::deployment(call, ui, &client, typed).await?;
    let request = Request::get("/v1/deployment").segment(&id);
    let answer: Value = client
        .value(request)
        .await
        .map_err(Failure::api("retrieving deployment"))?;
    if present::wanted(call)? {
        return present::show(call, ui, &answer);
    }
    let deployment: Deployment = serde_json::from_value(answer)
        .map_err(|error| Failure::said(format!("Error reading deployment: {error}")))?;
    let page = format!("jobs/{}/deployments", deployment.job_id);
    if call.on(&MONITOR) {
        let wait = call.text(&WAIT).unwrap_or("2s");
        return monitor::follow_with_wait(call, ui, &client, &id, wait).await;
    }
    ui.line(render::deployment::one(&deployment, &look(call, ui)));
    call.hint(&client, ui, "View all deployments for this job", &page)
        .await;
    Ok(0)
}
