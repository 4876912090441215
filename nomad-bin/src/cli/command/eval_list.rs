//! `nomad eval list`.

use serde_json::Value;

use crate::api::Request;
use crate::api::view::Eval;
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{CONNECTION, FILTER, JSON, PAGE_TOKEN, PER_PAGE, TEMPLATE, VERBOSE};
use crate::cli::lookup::look;
use crate::cli::spec::{Command, Outcome, Run};
use crate::cli::ui::Ui;
use crate::cli::{complete, present, render};

const JOB: Flag = Flag::value("job", "<job>", "Only evaluations of this job.");
const STATUS: Flag = Flag::value("status", "<status>", "Only evaluations of this status.");

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "eval list",
    summary: "List the set of evaluations tracked by Nomad",
    flags: &[
        CONNECTION,
        &[
            JOB, STATUS, FILTER, PER_PAGE, PAGE_TOKEN, VERBOSE, JSON, TEMPLATE,
        ],
    ],
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let request = Request::get("/v1/evaluations")
        .maybe("job", call.text(&JOB))
        .maybe("status", call.text(&STATUS))
        .maybe("filter", call.text(&FILTER))
        .maybe("per_page", call.text(&PER_PAGE))
        .maybe("next_token", call.text(&PAGE_TOKEN));
    let answer = call.client()?.ask::<Value>(request).await;
    let mut answer = answer.map_err(Failure::api("querying evaluations"))?;
    if present::wanted(call)? {
        complete::each(&mut answer.value, complete::eval);
        return present::show(call, ui, &answer.value);
    }
    let evals: Vec<Eval> = serde_json::from_value(answer.value)
        .map_err(|error| Failure::said(format!("Error reading evaluations: {error}")))?;
    ui.line(render::eval::list(&evals, &look(call, ui)));
    if let Some(token) = answer.next_token {
        ui.line(format!(
            "\nResults have been paginated. To get the next page run:\n\nnomad eval list -page-token {token}"
        ));
    }
    Ok(0)
}
