//! `nomad dev`.

use nomad_core::command::Submission;
use nomad_core::model::{Job, JobSpec};
use nomad_core::spec::{Limits, admit};

use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::job_file;
use crate::cli::spec::{Command, Run, Words};
use crate::dev::{Session, live};

const WATCH: Flag = Flag::switch("watch", "Submit a job file again whenever it is saved.");

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "dev",
    usage: "[options] <path>...",
    summary: "Runs an agent and job files in the foreground, and leaves nothing behind",
    about: "Starts an agent in a temporary directory on the usual ports (the next free ones if taken), submits the job files, shows what happens and what tasks print, and on Ctrl-C stops everything it started. With batch jobs only it ends by itself, with their success or failure as its exit status.",
    flags: &[&[WATCH], job_file::FLAGS],
    words: Words::of(1, 64, "This command takes at least one argument: <path>"),
    run: Run::Threaded(|call, ui| {
        Box::pin(async move {
            let load = |path: &str| load(call, path);
            let paths = call.parsed.words.clone();
            live(
                Session {
                    paths,
                    watch: call.on(&WATCH),
                    load: &load,
                },
                ui,
            )
            .await
        })
    }),
    ..Command::PLAIN
};

fn load(call: &Call, path: &str) -> Result<(Job, Submission), Failure> {
    let file = job_file::load_path(call, path)?;
    let wrong = |error: &dyn std::fmt::Display| Failure::said(format!("Error in {path}: {error}"));
    let spec: JobSpec = serde_json::from_value(file.job).map_err(|error| wrong(&error))?;
    let submission: Submission =
        serde_json::from_value(file.submission).map_err(|error| wrong(&error))?;
    let admitted = admit(spec, &Limits::default()).map_err(|error| wrong(&error))?;
    Ok((admitted.job, submission))
}
