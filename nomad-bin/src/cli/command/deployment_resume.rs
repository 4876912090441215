//! `nomad deployment resume`.

use serde_json::json;

use crate::api::Request;
use crate::api::view::DeploymentWritten;
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::shared::{CONNECTION, DETACH, VERBOSE};
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;
use crate::cli::{lookup, monitor};

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "deployment resume",
    usage: "[options] <deployment>",
    summary: "Resume a paused deployment",
    flags: &[CONNECTION, &[DETACH, VERBOSE]],
    words: Words::of(1, 1, "This command takes one argument: <deployment>"),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let client = call.client()?;
    let id = lookup::deployment(call, ui, &client, call.first()).await?;
    let request = Request::put("/v1/deployment/pause").segment(&id);
    let request = request.json(&json!({"DeploymentID": id, "Pause": false}));
    let answer: DeploymentWritten = client
        .value(request)
        .await
        .map_err(Failure::api("resuming deployment"))?;
    ui.line(format!("Deployment \"{id}\" resumed"));
    if call.on(&DETACH) {
        ui.line(format!("Evaluation ID: {}", answer.eval_id));
        return Ok(0);
    }
    monitor::follow_evaluation(call, ui, &client, &answer.eval_id).await
}
