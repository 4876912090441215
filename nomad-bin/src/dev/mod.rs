//! `nomad dev`: an agent and some job files in the foreground.
//!
//! It starts an agent on a temporary directory, submits the files, tells what happens, shows what
//! tasks print, and leaves nothing behind.

mod follow;
mod live;
mod narrate;
mod watch;

pub(crate) use live::{Session, live};
