//! The command line.
//!
//! In: the words after `nomad` and the environment. Out: text on stdout and stderr, an exit status. Always
//! true: a command is one file in `command`; what it prints comes from pure functions in `render`; the
//! agent is reached through `crate::api` only. Start reading at `dispatch`.

mod call;
mod clock;
mod command;
mod complete;
mod dispatch;
mod failure;
mod flag;
mod help;
mod job_file;
mod job_folder;
mod layout;
mod lookup;
mod monitor;
mod present;
mod registry;
pub(crate) mod render;
mod spec;
mod tail;
mod template;
mod ui;

pub use dispatch::run;
pub(crate) use failure::Failure;
pub(crate) use ui::Ui;
