//! Why a node agent cannot start.

use std::path::PathBuf;

use crate::store::{IdentityError, StoreError};

/// Why a node agent cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// A directory cannot be made or used.
    #[error("make the directory {}: {source}", path.display())]
    Directory {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The node's identity cannot be had.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The local state cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
}
