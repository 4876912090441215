//! `nomad config validate`.

use std::path::PathBuf;

use crate::agent::{AgentConfig, load};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "config validate",
    usage: "<path>...",
    summary: "Validate config files/directories",
    about: "Reads agent configuration files and directories as the agent would, in order, and says whether it would take them. Nothing is started.",
    words: Words::of(
        1,
        usize::MAX,
        "Must specify at least one config file or directory",
    ),
    run: Run::Offline(validate),
    ..Command::PLAIN
};

fn validate(call: &Call, ui: &mut Ui) -> Outcome {
    let paths: Vec<PathBuf> = call.parsed.words.iter().map(PathBuf::from).collect();
    let config = load(AgentConfig::default(), &paths)
        .map_err(|error| Failure::said(format!("{error}\n\nConfiguration is invalid")))?;
    for remark in &config.remarks {
        ui.note(format!("WARNING: {remark}"));
    }
    config
        .check()
        .map_err(|error| Failure::said(format!("{error}\nConfiguration is invalid")))?;
    ui.line("Configuration is valid!");
    Ok(0)
}
