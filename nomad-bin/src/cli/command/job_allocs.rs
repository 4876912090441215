//! `nomad job allocs`.

use crate::api::Request;
use crate::api::view::AllocStub;
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{CONNECTION, JSON, TEMPLATE, VERBOSE};
use crate::cli::lookup::{self, look};
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;
use crate::cli::{present, render};

const ALL: Flag = Flag::switch(
    "all",
    "Also allocations of an earlier job with the same ID.",
);

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "job allocs",
    usage: "[options] <job>",
    summary: "List allocations for a job",
    flags: &[CONNECTION, &[ALL, VERBOSE, JSON, TEMPLATE]],
    words: Words::of(1, 1, "This command takes one argument: <job>"),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let client = call.client()?;
    let job = lookup::job(call, ui, &client, call.first()).await?;
    let request = job
        .request(Request::get, &["allocations"])
        .flag("all", call.on(&ALL));
    let answer = client
        .json(request)
        .await
        .map_err(Failure::api("retrieving allocations"))?;
    if present::wanted(call)? {
        return present::show(call, ui, &answer);
    }
    let allocs: Vec<AllocStub> = serde_json::from_value(answer)
        .map_err(|error| Failure::said(format!("Error reading allocations: {error}")))?;
    ui.line(render::allocs::newest_first(&allocs, &look(call, ui)));
    Ok(0)
}
