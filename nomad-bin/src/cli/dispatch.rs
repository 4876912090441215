//! From the words of a command line to an exit status.

use std::collections::BTreeMap;

use super::call::Call;
use super::failure::Failure;
use super::flag::{self, Parsed};
use super::layout::Zone;
use super::registry::{Named, find, nearest_in};
use super::spec::{Command, Run};
use super::ui::Ui;
use super::{command, help};

/// Exit status of an unknown command.
const UNKNOWN_COMMAND: u8 = 127;

/// Runs the command line (`words`: all after the program's name) and gives the exit status.
pub fn run(words: &[String]) -> u8 {
    match words.first().map(String::as_str) {
        None | Some("-h" | "-help" | "--help" | "help") => {
            Ui::standard(None).line(help::top());
            return 0;
        }
        Some("-v" | "-version" | "--version") => return call(&command::version::COMMAND, &[]),
        Some(_) => {}
    }
    match find(words) {
        Named::Command(command, length) => call(command, words.get(length..).unwrap_or(&[])),
        Named::Group(group, unknown) => show_group(group, unknown.as_deref(), words),
        Named::Nothing(nearest) => {
            let typed = words.first().map(String::as_str).unwrap_or_default();
            let mut ui = Ui::standard(None);
            ui.line(help::top());
            if let Some(nearest) = nearest {
                ui.line(format!(
                    "Unknown command \"{typed}\". Did you mean \"nomad {nearest}\"?"
                ));
            } else {
                ui.line(format!("Unknown command \"{typed}\"."));
            }
            UNKNOWN_COMMAND
        }
    }
}

fn show_group(group: &str, unknown: Option<&str>, words: &[String]) -> u8 {
    let mut ui = Ui::standard(None);
    ui.line(help::group(group));
    let Some(unknown) = unknown else {
        let asked = words
            .iter()
            .any(|w| matches!(w.as_str(), "-h" | "-help" | "--help"));
        return u8::from(!asked);
    };
    let advice = nearest_in(group, unknown).map_or_else(String::new, |near| {
        format!(" Did you mean \"nomad {group} {near}\"?")
    });
    ui.line(format!("Unknown subcommand \"{group} {unknown}\".{advice}"));
    1
}

/// Runs one command with the words after its name.
fn call(command: &'static Command, words: &[String]) -> u8 {
    let parsed = match flag::parse(words, command.flags) {
        Ok(parsed) => parsed,
        Err(problem) => return complain(&mut Ui::standard(None), command, &problem.into()),
    };
    if parsed.wants_help {
        Ui::standard(None).line(help::command(command));
        return 0;
    }
    let call = Call {
        parsed,
        environment: environment(),
        zone: Zone::local(),
    };
    let mut ui = Ui::standard(call.color());
    let outcome = check_words(command, &call.parsed).and_then(|()| match command.run {
        Run::Offline(run) => run(&call, &mut ui),
        Run::Online(run) | Run::Threaded(run) => {
            let mut builder = match command.run {
                Run::Threaded(_) => tokio::runtime::Builder::new_multi_thread(),
                _ => tokio::runtime::Builder::new_current_thread(),
            };
            let runtime = builder.enable_all().build();
            let runtime = runtime
                .map_err(|error| Failure::said(format!("could not start a runtime: {error}")))?;
            runtime.block_on(run(&call, &mut ui))
        }
    });
    match outcome {
        Ok(status) => status,
        Err(failure) => complain(&mut ui, command, &failure),
    }
}

fn check_words(command: &Command, parsed: &Parsed) -> Result<(), Failure> {
    let count = parsed.words.len();
    if (command.words.min..=command.words.max).contains(&count) {
        Ok(())
    } else {
        Err(Failure::usage(command.words.complaint))
    }
}

fn complain(ui: &mut Ui, command: &Command, failure: &Failure) -> u8 {
    ui.error(failure.to_string());
    if failure.points_at_help() {
        ui.note(format!(
            "For additional help try 'nomad {} -help'",
            command.name
        ));
    }
    if failure.is_unreachable() {
        ui.advise("Is an agent running there? Set NOMAD_ADDR or -address, or start one: nomad dev");
    }
    command.error_status
}

/// The part of the environment that the command line reads.
fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("NOMAD_") || name == "NO_COLOR")
        .collect()
}
