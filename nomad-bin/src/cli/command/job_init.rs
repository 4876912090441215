//! `nomad job init`.

use std::io::Write;

use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;

const SHORT: Flag = Flag::switch("short", "Write a minimal job file without comments.");
const CONNECT: Flag = Flag::switch("connect", "").hidden();
const TEMPLATE: Flag = Flag::value("template", "<name>", "").hidden();
const LIST: Flag = Flag::switch("list-templates", "").hidden();

/// The file that is written if none is named.
const DEFAULT_FILE: &str = "example.nomad.hcl";
const FULL_TEXT: &str = include_str!("job_init_full.hcl");
const SHORT_TEXT: &str = include_str!("job_init_short.hcl");

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "job init",
    aliases: &["init"],
    usage: "[options] <file>",
    summary: "Create an example job file",
    about: "Writes an example job file that can be used as a starting point. If no file is named, it is called \
            example.nomad.hcl. An existing file is left alone.",
    flags: &[&[SHORT, CONNECT, TEMPLATE, LIST]],
    words: Words::of(0, 1, "This command takes no arguments or one: <file>"),
    run: Run::Offline(run),
    ..Command::PLAIN
};

fn run(call: &Call, ui: &mut Ui) -> Outcome {
    if call.on(&CONNECT) {
        return Err(Failure::NotYet("job init -connect"));
    }
    if call.on(&LIST) || call.parsed.given(&TEMPLATE) {
        return Err(Failure::NotYet("job templates in variables"));
    }
    let path = call.parsed.word(0).unwrap_or(DEFAULT_FILE);
    let text = if call.on(&SHORT) {
        SHORT_TEXT
    } else {
        FULL_TEXT
    };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o660);
    let written = options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Ok(()) => {
            ui.line(format!("Example job file written to {path}"));
            Ok(0)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(Failure::said(format!("Job file '{path}' already exists")))
        }
        Err(error) => Err(Failure::said(format!("Failed to write '{path}': {error}"))),
    }
}
