//! The driver `docker`: a task as a container of a Docker engine (spec/client 24).
//!
//! In: an image and settings. Out: a container named `<task>-<allocation>`, its output in the task's
//! rotated files. Always true: what is asked of the engine is a pure function of the task, its image
//! and the agent's rules ([`container_body`]); a container that bears our label and that nobody knows
//! is removed.

mod binds;
mod body;
mod config;
mod container;
mod driver;
mod engine;
mod fingerprint;
mod image;
mod output;
mod privileges;
mod rules;
mod stats;
mod sweep;

pub use body::container_body;
pub use config::Config;
pub use driver::Docker;
pub use image::Reference;
pub use rules::{DockerRules, RulesError};
