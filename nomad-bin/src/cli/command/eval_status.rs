//! `nomad eval status`.

use crate::api::Request;
use crate::api::view::{AllocStub, Eval};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{CONNECTION, JSON, TEMPLATE, VERBOSE};
use crate::cli::lookup::{self, look};
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;
use crate::cli::{complete, monitor, present, render};

const MONITOR: Flag = Flag::switch("monitor", "Follow the evaluation until it is over.");

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "eval status",
    aliases: &["eval-status"],
    usage: "[options] <evaluation>",
    summary: "Display evaluation status and placement failures",
    flags: &[CONNECTION, &[MONITOR, VERBOSE, JSON, TEMPLATE]],
    words: Words::of(1, 1, "This command takes one argument: <evaluation>"),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

/// As the command; `status` comes here too.
pub(crate) async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let client = call.client()?;
    let id = lookup::eval(call, ui, &client, call.first()).await?;
    if call.on(&MONITOR) {
        return monitor::follow_evaluation(call, ui, &client, &id).await;
    }
    let request = Request::get("/v1/evaluation")
        .segment(&id)
        .flag("related", true);
    let mut answer = client
        .json(request)
        .await
        .map_err(Failure::api("querying evaluation"))?;
    if present::wanted(call)? {
        complete::eval(&mut answer);
        return present::show(call, ui, &answer);
    }
    let eval: Eval = serde_json::from_value(answer)
        .map_err(|error| Failure::said(format!("Error reading evaluation: {error}")))?;
    let request = Request::get("/v1/evaluation")
        .segment(&id)
        .segment("allocations");
    let placed: Vec<AllocStub> = client
        .value(request)
        .await
        .map_err(Failure::api("querying related allocations"))?;
    ui.line(render::eval::page(&eval, &placed, &look(call, ui)));
    Ok(0)
}
