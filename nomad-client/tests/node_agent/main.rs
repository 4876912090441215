//! A whole node agent: machine, shell, disk and drivers, with a server in memory.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod docker;
mod mock;
mod node;
mod raw_exec;
mod recorded;
mod server;
