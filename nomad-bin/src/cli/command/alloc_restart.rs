//! `nomad alloc restart`.

use serde_json::json;

use super::alloc_task::{TASK, find, task};
use crate::api::Request;
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{CONNECTION, VERBOSE};
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;

const ALL_TASKS: Flag = Flag::switch(
    "all-tasks",
    "Restart all tasks, also those that have already ended.",
);

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "alloc restart",
    usage: "[options] <allocation> <task>",
    summary: "Restart a running allocation",
    about: "Restarts one task of an allocation, or all that are running if none is named. Nothing is \
            rescheduled.",
    flags: &[CONNECTION, &[TASK, ALL_TASKS, VERBOSE]],
    words: Words::of(
        1,
        2,
        "This command takes one or two arguments: <allocation> <task>",
    ),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let named = call.parsed.given(&TASK) || call.parsed.word(1).is_some();
    if named && call.on(&ALL_TASKS) {
        return Err(Failure::usage(
            "The -all-tasks option is not allowed when a task is named",
        ));
    }
    let client = call.client()?;
    let alloc = find(call, ui, &client).await?;
    let task = if named { task(call, &alloc)? } else { None };
    let request = Request::put("/v1/client/allocation")
        .segment(&alloc.id)
        .segment("restart");
    let body = json!({"TaskName": task.unwrap_or_default(), "AllTasks": call.on(&ALL_TASKS)});
    client
        .done(request.json(&body))
        .await
        .map_err(|source| Failure::Refused {
            said: "Failed to restart allocation".into(),
            source,
        })?;
    Ok(0)
}
