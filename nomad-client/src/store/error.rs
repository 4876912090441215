//! What can go wrong with the agent's own state.

use std::path::PathBuf;

use nomad_core::id::IdError;

use super::RecordError;

/// The store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another agent uses it.
    #[error("open the state in {}: another agent uses it", path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// The files are damaged beyond single records, or the disk failed.
    #[error("use the state in {}: {source}", path.display())]
    Database {
        /// The directory.
        path: PathBuf,
        /// What the database said.
        source: sled::Error,
    },
    /// A file or directory could not be used.
    #[error("use {}: {source}", path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A value could not be written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The store was told to fail, in a test.
    #[error("write: no space left on device")]
    Full,
}

/// The node's identity could not be read or made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// Half of it is missing: id and secret belong together.
    #[error(
        "read the node's identity: {} is there and {} is not; remove it to start as a new node",
        present.display(),
        missing.display()
    )]
    Half {
        /// The file that is there.
        present: PathBuf,
        /// The file that is not.
        missing: PathBuf,
    },
    /// The id is not one.
    #[error("read the node's identity from {}: {source}", path.display())]
    Id {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: IdError,
    },
    /// A file could not be used.
    #[error("use {}: {source}", path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
