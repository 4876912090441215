//! The way into the supervisor.

use std::ffi::OsString;
use std::process::ExitCode;

/// The hidden first argument that turns the program into a supervisor.
pub const ARGUMENT: &str = "executor";

/// Runs the supervisor if `args` (with the program's name first) ask for it, and returns its exit
/// code; `None` when the program was started for something else.
///
/// Call it first in `main`, before any thread is started, any runtime is built and any argument is
/// parsed: it needs a process of one thread, and its memory stays for the life of the task.
pub fn main(args: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let mut args = args.into_iter().skip(1);
    if args.next()?.to_str() != Some(ARGUMENT) {
        return None;
    }
    Some(run(args.next()))
}

#[cfg(target_os = "linux")]
fn run(state_dir: Option<OsString>) -> ExitCode {
    let Some(state_dir) = state_dir else {
        eprintln!("could not start the supervisor: the task's state directory is missing");
        return ExitCode::from(2);
    };
    match super::supervise::run(std::path::Path::new(&state_dir)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("could not {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn run(_state_dir: Option<OsString>) -> ExitCode {
    eprintln!("could not start the supervisor: Linux is needed");
    ExitCode::from(2)
}
