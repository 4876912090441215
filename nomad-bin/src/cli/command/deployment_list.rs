//! `nomad deployment list`.

use serde_json::Value;

use crate::api::Request;
use crate::api::view::Deployment;
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::shared::{CONNECTION, FILTER, JSON, TEMPLATE, VERBOSE};
use crate::cli::lookup::look;
use crate::cli::spec::{Command, Outcome, Run};
use crate::cli::ui::Ui;
use crate::cli::{present, render};

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "deployment list",
    summary: "List all deployments",
    flags: &[CONNECTION, &[FILTER, VERBOSE, JSON, TEMPLATE]],
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let request = Request::get("/v1/deployments").maybe("filter", call.text(&FILTER));
    let answer: Value = call
        .client()?
        .value(request)
        .await
        .map_err(Failure::api("retrieving deployments"))?;
    if present::wanted(call)? {
        return present::show(call, ui, &answer);
    }
    let list: Vec<Deployment> = serde_json::from_value(answer)
        .map_err(|error| Failure::said(format!("Error reading deployments: {error}")))?;
    ui.line(render::deployment::list(&list, &look(call, ui)));
    Ok(0)
}
