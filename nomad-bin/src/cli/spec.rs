//! What a command is: its words, its flags, its help, and what runs it.
//!
//! Each file in [`super::command`] holds one constant of this type; [`super::registry`] lists them. Nothing
//! else knows a command's name, so help, aliases and "did you mean" cannot drift from what is parsed.

use std::future::Future;
use std::pin::Pin;

use super::call::Call;
use super::failure::Failure;
use super::flag::Flag;
use super::ui::Ui;

/// How a command ended: its exit status, or what went wrong.
pub(crate) type Outcome = Result<u8, Failure>;

/// A running command.
pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = Outcome> + 'a>>;

/// What runs a command.
#[derive(Clone, Copy)]
pub(crate) enum Run {
    /// Needs no agent; no runtime is started for it.
    Offline(fn(&Call, &mut Ui) -> Outcome),
    /// Speaks with an agent.
    Online(for<'a> fn(&'a Call, &'a mut Ui) -> Running<'a>),
    /// Runs an agent itself, on a runtime of many threads.
    Threaded(for<'a> fn(&'a Call, &'a mut Ui) -> Running<'a>),
}

/// One command of the command line.
#[derive(Clone, Copy)]
pub(crate) struct Command {
    /// The words that call it: `job run`.
    pub(crate) name: &'static str,
    /// Other words for the same: `run`.
    pub(crate) aliases: &'static [&'static str],
    /// Its positional words in help texts: `[options] <path>`.
    pub(crate) usage: &'static str,
    /// One line for lists of commands.
    pub(crate) summary: &'static str,
    /// Paragraphs for its own help.
    pub(crate) about: &'static str,
    /// Its flags, in groups.
    pub(crate) flags: &'static [&'static [Flag]],
    /// How many positional words it takes.
    pub(crate) words: Words,
    /// Exit status for every error (`job plan`: 255, since 1 means "changes").
    pub(crate) error_status: u8,
    /// What runs it.
    pub(crate) run: Run,
}

/// How many positional words a command takes, and what it says when they are others.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    /// Fewest.
    pub(crate) min: usize,
    /// Most.
    pub(crate) max: usize,
    /// The complaint: `This command takes one argument: <job>`.
    pub(crate) complaint: &'static str,
}

impl Words {
    /// No words.
    pub(crate) const NONE: Self = Self::of(0, 0, "This command takes no arguments");

    /// Between `min` and `max` words.
    pub(crate) const fn of(min: usize, max: usize, complaint: &'static str) -> Self {
        Self {
            min,
            max,
            complaint,
        }
    }
}

impl Command {
    /// A command without flags, words or aliases; the fields are filled with struct update syntax.
    pub(crate) const PLAIN: Self = Self {
        name: "",
        aliases: &[],
        usage: "[options]",
        summary: "",
        about: "",
        flags: &[],
        words: Words::NONE,
        error_status: 1,
        run: Run::Offline(|_, _| Ok(0)),
    };
}
