//! The driver `raw_exec`: a command as a plain process of the host (spec/client 20).
//!
//! In: `command`, `args` and a few settings. Out: a supervised process with the host's files and
//! network, limited by a control group where the agent may make one. Switched off unless the
//! configuration (or development mode) switches it on.

mod account;
mod command;
mod config;
mod driver;
mod rules;

pub use config::Config;
pub use driver::RawExec;
pub use rules::{IdRanges, IdRangesError, RawExecRules};
