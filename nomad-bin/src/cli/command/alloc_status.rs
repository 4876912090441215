//! `nomad alloc status`.

use crate::api::Request;
use crate::api::view::{Alloc, AllocUsage};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{CONNECTION, JSON, TEMPLATE, UI, VERBOSE};
use crate::cli::lookup::{self, look};
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;
use crate::cli::{complete, present, render};

const SHORT: Flag = Flag::switch(
    "short",
    "Display short output: only the state of each task.",
);
const STATS: Flag = Flag::switch("stats", "Display detailed resource usage.");

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "alloc status",
    aliases: &["alloc-status"],
    usage: "[options] <allocation>",
    summary: "Display allocation status information and metadata",
    about: "Shows an allocation: where it runs, its tasks, their resources and what happened to them. A prefix \
            of the ID is enough if it is unique.",
    flags: &[CONNECTION, &[SHORT, STATS, VERBOSE, JSON, TEMPLATE, UI]],
    words: Words::of(
        0,
        1,
        "This command takes one of the following argument conditions:\n * A single <allocation>\n * No arguments, with output format specified",
    ),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

/// As the command; `status` comes here too.
pub(crate) async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let client = call.client()?;
    let raw = present::wanted(call)?;
    let Some(typed) = call.parsed.word(0) else {
        if !raw {
            return Err(Failure::usage(COMMAND.words.complaint));
        }
        let request = Request::get("/v1/allocations");
        let all = client
            .json(request)
            .await
            .map_err(Failure::api("querying allocations"))?;
        return present::show(call, ui, &all);
    };
    let id = lookup::alloc(call, ui, &client, typed).await?;
    let request = Request::get("/v1/allocation").segment(&id);
    let mut answer = match client.json(request).await {
        Err(error) if error.status() == Some(404) => {
            return Err(Failure::NotFound {
                kind: "allocation",
                id_word: "id",
                id,
            });
        }
        answer => answer.map_err(Failure::api("querying allocation"))?,
    };
    if raw {
        complete::alloc(&mut answer);
        return present::show(call, ui, &answer);
    }
    let alloc: Alloc = serde_json::from_value(answer)
        .map_err(|error| Failure::said(format!("Error reading allocation: {error}")))?;
    let page = look(call, ui);
    if call.on(&SHORT) {
        ui.line(render::alloc::short(&alloc, &page));
    } else {
        let usage = match alloc.client_status.as_str() {
            "running" => {
                let request = Request::get("/v1/client/allocation")
                    .segment(&id)
                    .segment("stats");
                client.value::<AllocUsage>(request).await.ok()
            }
            _ => None,
        };
        ui.line(render::alloc::page(
            &alloc,
            usage.as_ref(),
            call.on(&STATS),
            &page,
        ));
    }
    call.hint(
        &client,
        ui,
        "View allocation details",
        &format!("allocations/{id}"),
    )
    .await;
    Ok(0)
}
