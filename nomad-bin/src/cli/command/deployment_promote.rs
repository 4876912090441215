//! `nomad deployment promote`.

use serde_json::json;

use crate::api::view::DeploymentWritten;
use crate::api::{ApiError, Client, Request};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{CONNECTION, DETACH, VERBOSE};
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;
use crate::cli::{lookup, monitor};

/// Shared with `job promote`.
pub(crate) const GROUP: Flag = Flag::list(
    "group",
    "<group>",
    "Promote only this group. May be given several times.",
);

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "deployment promote",
    usage: "[options] <deployment>",
    summary: "Promote a deployment's canaries",
    flags: &[CONNECTION, &[GROUP, DETACH, VERBOSE]],
    words: Words::of(1, 1, "This command takes one argument: <deployment>"),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let client = call.client()?;
    let id = lookup::deployment(call, ui, &client, call.first()).await?;
    let answer = promote(call, &client, &id)
        .await
        .map_err(Failure::api("promoting deployment"))?;
    followed(call, ui, &client, &answer).await
}

/// Promotes all groups, or those of the flag.
pub(crate) async fn promote(
    call: &Call,
    client: &Client,
    id: &str,
) -> Result<DeploymentWritten, ApiError> {
    let groups = call.parsed.all(&GROUP);
    let body = if groups.is_empty() {
        json!({"DeploymentID": id, "All": true})
    } else {
        json!({"DeploymentID": id, "Groups": groups})
    };
    client
        .value(
            Request::put("/v1/deployment/promote")
                .segment(id)
                .json(&body),
        )
        .await
}

/// Follows what the promotion began, unless detached.
pub(crate) async fn followed(
    call: &Call,
    ui: &mut Ui,
    client: &Client,
    answer: &DeploymentWritten,
) -> Outcome {
    if call.on(&DETACH) {
        ui.line(format!("Evaluation ID: {}", answer.eval_id));
        return Ok(0);
    }
    monitor::follow_evaluation(call, ui, client, &answer.eval_id).await
}
