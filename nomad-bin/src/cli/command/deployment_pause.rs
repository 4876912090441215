//! `nomad deployment pause`.

use serde_json::json;

use crate::api::Request;
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::shared::{CONNECTION, VERBOSE};
use crate::cli::lookup;
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "deployment pause",
    usage: "[options] <deployment>",
    summary: "Pause a deployment",
    flags: &[CONNECTION, &[VERBOSE]],
    words: Words::of(1, 1, "This command takes one argument: <deployment>"),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let client = call.client()?;
    let id = lookup::deployment(call, ui, &client, call.first()).await?;
    let request = Request::put("/v1/deployment/pause").segment(&id);
    let request = request.json(&json!({"DeploymentID": id, "Pause": true}));
    client
        .done(request)
        .await
        .map_err(Failure::api("pausing deployment"))?;
    ui.line(format!("Deployment \"{id}\" paused"));
    Ok(0)
}
