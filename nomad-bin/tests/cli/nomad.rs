//! Runs the program.

use std::io::Write;
use std::process::{Command, Stdio};

/// How a call ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A call of the program in the making.
pub(crate) struct Nomad {
    command: Command,
    stdin: String,
}

impl Nomad {
    /// A call that knows no agent.
    pub(crate) fn new() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nomad"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("NOMAD_")) {
            command.env_remove(name);
        }
        command.env("TZ", "UTC").env("TERM", "dumb");
        Self {
            command,
            stdin: String::new(),
        }
    }

    /// A call that asks the agent at an address.
    pub(crate) fn at(address: &str) -> Self {
        Self::new().env("NOMAD_ADDR", address)
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn stdin(mut self, text: &str) -> Self {
        text.clone_into(&mut self.stdin);
        self
    }

    /// Runs it with these words, cut at blanks.
    pub(crate) fn run(self, words: &str) -> Ended {
        let words: Vec<&str> = words.split_whitespace().collect();
        self.words(&words)
    }

    /// Runs it with these words.
    pub(crate) fn words(mut self, words: &[&str]) -> Ended {
        let mut child = self
            .command
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The program may end without reading.
        let _ = child.stdin.take().unwrap().write_all(self.stdin.as_bytes());
        let output = child.wait_with_output().unwrap();
        Ended {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
