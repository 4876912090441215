//! `nomad job validate`.

use nomad_core::model::JobSpec;
use nomad_core::spec::{Limits, admit};
use serde_json::json;

use crate::api::Request;
use crate::api::view::Validated;
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::shared::CONNECTION;
use crate::cli::job_file::JobFile;
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
    let file = job_file::load(call)?;
    file.warnings.iter().for_each(|warning| ui.note(warning));
    client.aim(file.text("Region"), file.text("Namespace"));
    let request = Request::put("/v1/validate/job").json(&json!({"Job": file.job}));
    let answer = match client.value::<Validated>(request).await {
        Err(error) if error.is_unreachable() => alone(&file),
        answer => answer.map_err(Failure::api("validating job"))?,
    };
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

/// What can be said without an agent: all but the drivers' own configuration.
fn alone(file: &JobFile) -> Validated {
    let checked = serde_json::from_value::<JobSpec>(file.job.clone())
        .map_err(|error| error.to_string())
        .and_then(|spec| admit(spec, &Limits::default()).map_err(|error| error.to_string()));
    match checked {
        Ok(admitted) => {
            let lines: Vec<String> = admitted
                .warnings
                .iter()
                .map(|warning| format!("* {warning}"))
                .collect();
            let plural = if lines.len() == 1 {
                "warning"
            } else {
                "warnings"
            };
            let warnings = match lines.as_slice() {
                [] => String::new(),
                lines => format!("{} {plural}:\n\n{}", lines.len(), lines.join("\n")),
            };
            Validated {
                warnings,
                ..Validated::default()
            }
        }
        Err(error) => Validated {
            error,
            ..Validated::default()
        },
    }
}
