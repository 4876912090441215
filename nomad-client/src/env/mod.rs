//! A task's environment, and references filled in with it.
//!
//! In: the node, the allocation, its job and the directories as the task will see them. Out: the
//! complete environment ([`TaskEnv::vars`]) and two ways of filling in `${...}`: plain texts
//! ([`TaskEnv::fill`]), where what is unknown stays as it is, and a driver's `config`
//! ([`TaskEnv::fill_config`]), where it is an error (spec/client 17). Always true: nothing here reads
//! the agent's own environment; it is an argument.

mod build;
mod clean;
mod config;
mod fill;
mod host;
mod ports;

pub use build::{SeenDirs, TaskEnv, TaskEnvInput};
pub use config::{FILL_DEPTH_MAX, FillError};
pub use host::{HOST_DENYLIST, filter_host};
