//! The `config` block of a task.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::StartError;
use super::super::block::Block;

const KNOWN: [&str; 15] = [
    "run_for",
    "exit_code",
    "exit_signal",
    "exit_err_msg",
    "start_error",
    "start_error_recoverable",
    "start_block_for",
    "kill_after",
    "signal_error",
    "stdout_string",
    "stdout_repeat",
    "stdout_repeat_duration",
    "stderr_string",
    "stderr_repeat",
    "stderr_repeat_duration",
];

/// What is printed, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Print {
    /// The text.
    pub text: String,
    /// How often after the first time.
    pub repeat: u32,
    /// Pause between.
    pub every: Duration,
}

/// How a task behaves.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Config {
    /// How long it runs; `None`: until it is stopped.
    pub run_for: Option<Duration>,
    /// How it then ends.
    pub exit_code: i32,
    /// The signal that ends it.
    pub exit_signal: i32,
    /// What is said about its end.
    pub exit_error: Option<String>,
    /// Why it cannot be started.
    pub start_error: Option<String>,
    /// The start may work later.
    pub start_error_recoverable: bool,
    /// How long the start takes.
    pub start_block_for: Duration,
    /// How long a stop takes.
    pub kill_after: Duration,
    /// Why it takes no signal.
    pub signal_error: Option<String>,
    /// Output.
    pub stdout: Print,
    /// Errors.
    pub stderr: Print,
}

impl Config {
    /// Reads the block.
    ///
    /// # Errors
    /// [`StartError::Config`] with the attribute and what is wrong with it.
    pub fn read(config: &Map<String, Value>) -> Result<Self, StartError> {
        let block = Block(config);
        block.check(&KNOWN)?;
        let number = |field: &str| -> Result<i32, StartError> {
            let number = block.number(field)?.unwrap_or(0);
            Ok(i32::try_from(number).unwrap_or(i32::MAX))
        };
        Ok(Self {
            run_for: block.span("run_for")?,
            exit_code: number("exit_code")?,
            exit_signal: number("exit_signal")?,
            exit_error: block.text("exit_err_msg")?,
            start_error: block.text("start_error")?,
            start_error_recoverable: block.flag("start_error_recoverable")?,
            start_block_for: block.span("start_block_for")?.unwrap_or_default(),
            kill_after: block.span("kill_after")?.unwrap_or_default(),
            signal_error: block.text("signal_error")?,
            stdout: print(
                block,
                "stdout_string",
                "stdout_repeat",
                "stdout_repeat_duration",
            )?,
            stderr: print(
                block,
                "stderr_string",
                "stderr_repeat",
                "stderr_repeat_duration",
            )?,
        })
    }
}

fn print(block: Block<'_>, text: &str, repeat: &str, every: &str) -> Result<Print, StartError> {
    let repeat = block.number(repeat)?.unwrap_or(0);
    Ok(Print {
        text: block.word(text)?,
        repeat: u32::try_from(repeat).unwrap_or(0),
        every: block.span(every)?.unwrap_or_default(),
    })
}
