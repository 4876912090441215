//! An allocation's directory as the API may see it: everything but the secrets.

use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};

use super::{Dir, FileInfo, FsError};

/// Directories of a task whose files are never read over the API.
const HIDDEN: [&[u8]; 2] = [b"secrets", b"private"];

/// Read access to one allocation's files for users (spec/client 30.3).
///
/// The rule of the reference looks at the letters of the path only, so that a link made by the task
/// gets around it. Here the question is asked of the file that was opened: where the kernel says
/// that it lies.
#[derive(Debug)]
pub struct AllocView {
    dir: Dir,
}

impl AllocView {
    /// The view of `ALLOCS/<allocation>`.
    ///
    /// # Errors
    /// [`FsError`] when the directory is gone.
    pub fn open(alloc_dir: &Path) -> Result<Self, FsError> {
        Ok(Self {
            dir: Dir::open(alloc_dir)?,
        })
    }

    /// Entries of a directory; secrets may be listed, not read.
    ///
    /// # Errors
    /// [`FsError`].
    pub fn list(&self, path: &Path) -> Result<Vec<FileInfo>, FsError> {
        self.dir.list(path)
    }

    /// Metadata of a file.
    ///
    /// # Errors
    /// [`FsError`].
    pub fn stat(&self, path: &Path) -> Result<FileInfo, FsError> {
        self.dir.stat(path)
    }

    /// Opens a file for reading, unless it is secret.
    ///
    /// # Errors
    /// [`FsError::Secret`] for files below a task's `secrets` or `private`, by whatever path.
    pub fn open_file(&self, path: &Path) -> Result<File, FsError> {
        let refused = || FsError::Secret {
            path: path.display().to_string(),
        };
        if is_hidden(path) {
            return Err(refused());
        }
        let file = self.dir.open_file(path)?;
        let (root, real) = (real_path(self.dir.as_fd()), real_path(&file));
        match (root, real) {
            (Some(root), Some(real)) => match real.strip_prefix(&root) {
                Ok(inside) if !is_hidden(inside) => Ok(file),
                _ => Err(refused()),
            },
            _ => Err(refused()),
        }
    }
}

/// Where an open file lies now, as the kernel tells it.
fn real_path(fd: impl std::os::fd::AsFd) -> Option<std::path::PathBuf> {
    use std::os::fd::AsRawFd;
    std::fs::read_link(format!("/proc/self/fd/{}", fd.as_fd().as_raw_fd())).ok()
}

/// Whether a path inside the allocation's directory has `secrets` or `private` as its second
/// component, whatever the case.
fn is_hidden(path: &Path) -> bool {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => parts.push(name.as_bytes()),
            Component::ParentDir => {
                parts.pop();
            }
            _ => {}
        }
    }
    parts.get(1).is_some_and(|name| {
        HIDDEN
            .iter()
            .any(|hidden| name.eq_ignore_ascii_case(hidden))
    })
}
