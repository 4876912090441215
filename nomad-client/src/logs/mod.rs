//! Output of tasks: written into numbered files, found and followed again.
//!
//! Files are named `<task>.<stdout|stderr>.<N>`; the highest N is being written (spec/client 26.2).
//! [`LogWriter`] is the writing side, used inside the supervisor: no threads, no async, one file
//! open. [`read`] is the reading side, used by the agent.

mod files;
mod read;
mod write;

pub use files::{LogFiles, Stream};
pub use read::{LogRequest, read};
pub use write::LogWriter;
