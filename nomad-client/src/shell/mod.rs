//! The shell around the machine: clock, tasks, drivers, disk and servers.
//!
//! In: a [`ClientConfig`], a [`ServerLink`] and [`Drivers`]. Out: a [`ClientHandle`], by which the
//! HTTP API asks about allocations on this node. Always true: the machine decides, the shell only
//! performs its effects in order and reports what came of them.

mod client;
mod config;
mod drivers;
mod engine;
mod error;
mod handle;
mod hooks;
mod link;
mod perform;
mod shown;
mod task_spec;

pub use client::Client;
pub use config::ClientConfig;
pub use drivers::Drivers;
pub use error::ClientError;
pub use handle::ClientHandle;
pub use link::ServerLink;
