//! `nomad job validate`.

use serde_json::json;

use crate::api::Request;
use crate::api::view::Validated;
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::shared::CONNECTION;
use crate::cli::lookup::look;
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;
use crate::cli::{job_file, render};

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "job validate",
    aliases: &["validate"],
    usage: "[options] <path>",
    summary: "Check if a given job specification is valid",
    about: "Checks a job file: its syntax, and with the help of the agent whether the job would be accepted. If \
            the path is \"-\", the job file is read from stdin.",
    flags: &[CONNECTION, job_file::FLAGS],
    words: Words::of(1, 1, "This command takes one argument: <path>"),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let mut client = call.client()?;
    let file = job_file::load(call, &client).await?;
    client.aim(file.text("Region"), file.text("Namespace"));
    let request = Request::put("/v1/validate/job").json(&json!({"Job": file.job}));
    let answer: Validated = client
        .value(request)
        .await
        .map_err(Failure::api("validating job"))?;
    if !answer.error.is_empty() || !answer.validation_errors.is_empty() {
        let text = if answer.error.is_empty() {
            answer.validation_errors.join("\n")
        } else {
            answer.error
        };
        return Err(Failure::said(format!(
            "Job validation errors:\n{}",
            text.trim_end()
        )));
    }
    if !answer.warnings.is_empty() {
        let block = render::plan::warnings(&answer.warnings, &look(call, ui));
        ui.line(format!("{block}\n"));
    }
    if !answer.driver_config_validated {
        ui.line("Driver configuration not validated since connection to Nomad agent couldn't be established.\n");
    }
    ui.line("Job validation successful");
    Ok(0)
}
