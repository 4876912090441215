//! `nomad job eval`.

use serde_json::json;

use crate::api::Request;
use crate::api::view::Registered;
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{CONNECTION, DETACH, VERBOSE};
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;
use crate::cli::{layout, lookup, monitor};

const FORCE: Flag = Flag::switch(
    "force-reschedule",
    "Replace failed allocations even if their policy does not allow it yet.",
);

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "job eval",
    usage: "[options] <job>",
    summary: "Force an evaluation for the job",
    flags: &[CONNECTION, &[FORCE, DETACH, VERBOSE]],
    words: Words::of(1, 1, "This command takes one argument: <job>"),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let client = call.client()?;
    let job = lookup::job(call, ui, &client, call.first()).await?;
    let options = json!({"ForceReschedule": call.on(&FORCE)});
    let request = job
        .request(Request::put, &["evaluate"])
        .json(&json!({"JobID": job.id, "EvalOptions": options}));
    let answer: Registered = client
        .value(request)
        .await
        .map_err(Failure::api("evaluating job"))?;
    if call.on(&DETACH) {
        let id = layout::shorten(&answer.eval_id, call.verbose());
        ui.line(format!("Created eval ID: \"{id}\""));
        return Ok(0);
    }
    monitor::follow_evaluation(call, ui, &client, &answer.eval_id).await
}
