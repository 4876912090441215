//! `nomad job plan`.

use serde_json::{Value, json};

use crate::api::Request;
use crate::api::view::Plan;
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{
    CONNECTION, HCL2_STRICT, NAMESPACE, TEMPLATE, VAR, VAR_FILE, VERBOSE,
};
use crate::cli::layout::{pretty, quoted};
use crate::cli::lookup::look;
use crate::cli::render::plan::{Typed, changes_allocations, page};
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;
use crate::cli::{job_file, present};

const DIFF: Flag = Flag::switch_on(
    "diff",
    "Whether the difference to the running job is shown.",
);
const POLICY_OVERRIDE: Flag = Flag::switch("policy-override", "").hidden();
const JSON_OUTPUT: Flag = Flag::switch("json-output", "Output the plan in its JSON format.");

/// Exit status when allocations would be created or destroyed.
const CHANGES: u8 = 1;

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "job plan",
    aliases: &["plan"],
    usage: "[options] <path>",
    summary: "Dry-run a job update to determine its changes",
    about: "Asks the scheduler what running a job file would change, without changing anything. If the path is \
            \"-\", the job file is read from stdin.\n\nA structured diff between the running and the given job \
            is shown, and whether all allocations could be placed. The job modify index can be given to job run \
            -check-index, so that exactly what was planned is run.\n\nPlan returns one of these exit codes:\n\n  \
            0: No allocations created or destroyed.\n  1: Allocations created or destroyed.\n  255: Error \
            determining plan results.",
    flags: &[
        CONNECTION,
        &[DIFF, POLICY_OVERRIDE, JSON_OUTPUT, TEMPLATE, VERBOSE],
        job_file::FLAGS,
    ],
    words: Words::of(1, 1, "This command takes one argument: <path>"),
    error_status: 255,
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let mut client = call.client()?;
    let file = job_file::load(call)?;
    file.warnings.iter().for_each(|warning| ui.note(warning));
    client.aim(file.text("Region"), file.text("Namespace"));
    let body = json!({
        "Job": file.job, "Diff": true, "PolicyOverride": call.on(&POLICY_OVERRIDE),
    });
    let request = Request::put("/v1/job")
        .segment(file.id())
        .segment("plan")
        .json(&body);
    let mut answer: Value = client
        .value(request)
        .await
        .map_err(Failure::api("during plan"))?;
    if let Some(object) = answer.as_object_mut() {
        object.remove("Index");
    }
    let plan: Plan = serde_json::from_value(answer.clone())
        .map_err(|error| Failure::said(format!("Error reading plan: {error}")))?;
    if call.on(&JSON_OUTPUT) {
        ui.line(pretty(&answer));
    } else if call.parsed.given(&TEMPLATE) {
        present::show(call, ui, &answer)?;
    } else {
        ui.line(page(&plan, call.on(&DIFF), &typed(call), &look(call, ui)));
    }
    Ok(if changes_allocations(&plan) {
        CHANGES
    } else {
        0
    })
}

/// The flags that the advice at the end repeats.
fn typed(call: &Call) -> Typed {
    let mut flags = Vec::new();
    for (flag, name) in [(&VAR, "var"), (&VAR_FILE, "var-file")] {
        flags.extend(
            call.parsed
                .all(flag)
                .iter()
                .map(|v| format!("-{name}={}", quoted(v))),
        );
    }
    if let Some(namespace) = call.text(&NAMESPACE) {
        flags.push(format!("-namespace={}", quoted(namespace)));
    }
    if !call.on(&HCL2_STRICT) {
        flags.push("-hcl2-strict=false".to_owned());
    }
    Typed {
        flags,
        path: call.first().to_owned(),
    }
}
