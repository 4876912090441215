//! What can go wrong with an allocation's files.

use std::io;

/// A file of an allocation could not be listed, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FsError {
    /// The path leads out of the directory (HTTP 400).
    #[error("Path escapes the alloc directory")]
    Escapes,
    /// Reading below `secrets` or `private` (HTTP 403).
    #[error("Reading secret file prohibited: {path}")]
    Secret {
        /// The path as given.
        path: String,
    },
    /// Nothing there (HTTP 404).
    #[error("open {path}: no such file or directory")]
    NotFound {
        /// The path as given.
        path: String,
    },
    /// A directory where a file is needed (HTTP 400).
    #[error("read {path}: it is a directory")]
    IsDirectory {
        /// The path as given.
        path: String,
    },
    /// A file where a directory is needed (HTTP 400).
    #[error("list {path}: it is not a directory")]
    NotDirectory {
        /// The path as given.
        path: String,
    },
    /// A FIFO, socket or device (HTTP 400).
    #[error("read {path}: it is not a regular file")]
    NotRegular {
        /// The path as given.
        path: String,
    },
    /// An offset before the beginning or another number out of range (HTTP 400).
    #[error("read {path}: the offset {offset} is not in the file")]
    BadOffset {
        /// The path as given.
        path: String,
        /// The offset as given.
        offset: i64,
    },
    /// A directory with more entries than [`super::dir::ENTRIES_MAX`] (HTTP 400).
    #[error("list {path}: more than {max} entries")]
    TooMany {
        /// The path as given.
        path: String,
        /// The limit.
        max: usize,
    },
    /// Anything else the system said (HTTP 500).
    #[error("{action} {path}: {source}")]
    Io {
        /// What was tried, such as `read`.
        action: &'static str,
        /// The path as given.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

impl FsError {
    /// Sorts the system's answer for `path`.
    pub(crate) fn from_errno(
        action: &'static str,
        path: &std::path::Path,
        errno: rustix::io::Errno,
    ) -> Self {
        let path = path.display().to_string();
        match errno {
            rustix::io::Errno::XDEV | rustix::io::Errno::LOOP => Self::Escapes,
            rustix::io::Errno::NOENT => Self::NotFound { path },
            rustix::io::Errno::NOTDIR => Self::NotDirectory { path },
            rustix::io::Errno::ISDIR => Self::IsDirectory { path },
            other => Self::Io {
                action,
                path,
                source: other.into(),
            },
        }
    }
}
