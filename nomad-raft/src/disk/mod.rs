//! The real disk: [`FileDisk`] over a directory, and the lock that keeps it to one agent.

mod file;
mod lock;

pub use file::{FileDisk, OpenFile};
pub(crate) use file::{failed, sync_directory};
pub use lock::{DirectoryLock, LockError};
