//! The server's shell: one thread that drives the server machine, and handles onto it.
//!
//! Readers hold immutable snapshots and never wait for the writer; writers send typed requests and
//! wait for the answer that follows the commit.

mod handle;
mod watch;

pub use handle::{ServerCall, ServerHandle, Shared};
pub use watch::Watchers;
