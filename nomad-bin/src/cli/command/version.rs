//! `nomad version`.

use crate::cli::spec::{Command, Run};

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "version",
    usage: "",
    summary: "Prints the Nomad version",
    run: Run::Offline(|_, ui| {
        ui.line(format!("Nomad v{}", env!("CARGO_PKG_VERSION")));
        Ok(0)
    }),
    ..Command::PLAIN
};
