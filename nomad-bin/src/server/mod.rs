//! The server's shell: one thread that drives the server machine, and handles onto it.
//!
//! Readers hold immutable snapshots and never wait for the writer; writers send typed requests and
//! wait for the answer that follows the commit.

mod handle;
mod image;
mod run;
mod start;
mod watch;
mod workers;

pub use handle::{CALLS_WAITING_MAX, ServerHandle};
pub use run::RunError;
pub use start::{ServerOptions, StartError, start};
pub use watch::{Subscription, Watchers};
