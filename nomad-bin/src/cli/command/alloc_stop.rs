//! `nomad alloc stop`.

use crate::api::Request;
use crate::api::view::Registered;
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{CONNECTION, DETACH, VERBOSE};
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;
use crate::cli::{lookup, monitor};

const NO_SHUTDOWN_DELAY: Flag = Flag::switch(
    "no-shutdown-delay",
    "Stop tasks without waiting for their shutdown_delay.",
);

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "alloc stop",
    usage: "[options] <allocation>",
    summary: "Stop and reschedule a running allocation",
    flags: &[CONNECTION, &[DETACH, NO_SHUTDOWN_DELAY, VERBOSE]],
    words: Words::of(1, 1, "This command takes one argument: <allocation>"),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let client = call.client()?;
    let id = lookup::alloc(call, ui, &client, call.first()).await?;
    let request = Request::put("/v1/allocation")
        .segment(&id)
        .segment("stop")
        .flag("no_shutdown_delay", call.on(&NO_SHUTDOWN_DELAY));
    let answer: Registered = client
        .value(request)
        .await
        .map_err(Failure::api("stopping allocation"))?;
    if call.on(&DETACH) {
        ui.line(&answer.eval_id);
        return Ok(0);
    }
    monitor::follow_evaluation(call, ui, &client, &answer.eval_id).await
}
