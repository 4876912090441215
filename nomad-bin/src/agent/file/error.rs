//! Why configuration files cannot be used.

use std::path::PathBuf;

use nomad_core::hcl::Diagnostics;

/// Why configuration files cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// A file or directory cannot be read.
    #[error("Error loading configuration from {path}: {source}", path = .path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A directory has more files than are read.
    #[error("Error loading configuration from {path}: more than {max} files", path = .path.display())]
    TooMany {
        /// Which directory.
        path: PathBuf,
        /// Files that may be there.
        max: usize,
    },
    /// A file says something that cannot be.
    #[error("Error loading configuration from {path}:\n{findings}", path = .path.display())]
    Refused {
        /// Which file.
        path: PathBuf,
        /// What is wrong in it.
        findings: Diagnostics,
    },
}
