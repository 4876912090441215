//! `nomad job stop`.

use crate::api::view::Registered;
use crate::api::{Client, Request};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{CONNECTION, DETACH, VERBOSE, YES};
use crate::cli::lookup::FoundJob;
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;
use crate::cli::{lookup, monitor};

const PURGE: Flag = Flag::switch(
    "purge",
    "Remove the job from the server, so that nothing of it is left. Otherwise it stays as a stopped job.",
);
const GLOBAL: Flag = Flag::switch("global", "Stop a multi-region job in all its regions.");
const NO_SHUTDOWN_DELAY: Flag = Flag::switch(
    "no-shutdown-delay",
    "Stop tasks without waiting for their shutdown_delay.",
);
const EVAL_PRIORITY: Flag = Flag::value(
    "eval-priority",
    "<n>",
    "Priority of the evaluation, 1 to 100. Default: that of the job.",
);

/// Most jobs that one call stops.
const JOBS_MAX: usize = 1_000;

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "job stop",
    aliases: &["stop"],
    usage: "[options] <job>...",
    summary: "Stop a running job and cancel its allocations",
    about: "Stops one or several jobs. A prefix of a job's ID is enough if it is unique; then the command asks \
            before it stops the job, unless -yes is given.",
    flags: &[
        CONNECTION,
        &[
            PURGE,
            DETACH,
            YES,
            GLOBAL,
            NO_SHUTDOWN_DELAY,
            EVAL_PRIORITY,
            VERBOSE,
        ],
    ],
    words: Words::of(
        1,
        JOBS_MAX,
        "This command takes at least one argument: <job>",
    ),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let client = call.client()?;
    let mut evals = Vec::new();
    let mut status = 0;
    // All are told to stop before the first is waited for.
    for typed in &call.parsed.words {
        match stop(call, ui, &client, typed).await {
            Ok(eval) => evals.extend(eval),
            Err(Stopped::Not(code)) => status = first_bad(status, code),
            Err(Stopped::Failed(failure)) => {
                ui.error(failure.to_string());
                status = first_bad(status, 1);
            }
        }
    }
    for eval in evals {
        if call.on(&DETACH) {
            ui.line(eval);
        } else {
            let code = monitor::follow_evaluation(call, ui, &client, &eval).await?;
            status = first_bad(status, code);
        }
    }
    Ok(status)
}

fn first_bad(so_far: u8, next: u8) -> u8 {
    if so_far == 0 { next } else { so_far }
}

/// Why a job was not stopped.
enum Stopped {
    /// The user did not want it; the exit status.
    Not(u8),
    /// It could not be done.
    Failed(Failure),
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Stops one job and gives the evaluation, if there is one.
async fn stop(
    call: &Call,
    ui: &mut Ui,
    client: &Client,
    typed: &str,
) -> Result<Option<String>, Stopped> {
    let job = lookup::job(call, ui, client, typed).await?;
    if !job.exact && !call.on(&YES) {
        confirm(ui, &job)?;
    }
    let request = job
        .request(Request::delete, &[])
        .flag("purge", call.on(&PURGE))
        .flag("global", call.on(&GLOBAL))
        .flag("no_shutdown_delay", call.on(&NO_SHUTDOWN_DELAY))
        .maybe("eval_priority", call.text(&EVAL_PRIORITY));
    let answer: Registered = client
        .value(request)
        .await
        .map_err(Failure::api("deregistering job"))?;
    Ok(Some(answer.eval_id).filter(|id| !id.is_empty()))
}

/// Only an exact `y` stops a job that was named by a prefix.
fn confirm(ui: &mut Ui, job: &FoundJob) -> Result<(), Stopped> {
    let question = format!("Are you sure you want to stop job \"{}\"? [y/N]", job.id);
    let answer = ui
        .ask(&question)
        .map_err(|error| Failure::said(format!("Failed to parse answer: {error}")))?;
    match answer.as_str() {
        "y" => Ok(()),
        text if text.is_empty() || text.to_lowercase().starts_with('n') => {
            ui.line("Cancelling job stop");
            Err(Stopped::Not(0))
        }
        text if text.to_lowercase().starts_with('y') => {
            ui.line("For confirmation, an exact 'y' is required.");
            Err(Stopped::Not(0))
        }
        _ => {
            ui.line("No confirmation detected. For confirmation, an exact 'y' is required.");
            Err(Stopped::Not(1))
        }
    }
}
