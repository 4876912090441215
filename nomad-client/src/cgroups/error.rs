//! What can go wrong with control groups.

use std::io;
use std::path::PathBuf;

/// A control group could not be read, made, changed or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CgroupError {
    /// A file of the group could not be read.
    #[error("read the cgroup file {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of the group could not be written.
    #[error("write {value:?} to the cgroup file {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What was to be written.
        value: String,
        /// What the system said.
        source: io::Error,
    },
    /// The group could not be made.
    #[error("make the cgroup {}: {source}", path.display())]
    Create {
        /// Its directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The group could not be removed.
    #[error("remove the cgroup {}: {source}", path.display())]
    Remove {
        /// Its directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Processes stay in spite of being killed.
    #[error("empty the cgroup {}: {left} processes are left after {waited_ms} ms", path.display())]
    NotEmpty {
        /// Its directory.
        path: PathBuf,
        /// Processes left.
        left: usize,
        /// How long was waited.
        waited_ms: u128,
    },
}
