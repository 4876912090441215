//! The lock of a data directory: one agent at a time.
//!
//! The file `lock` holds the owner's process id as text and is locked with `flock`, so that the
//! lock ends with the process, however it ends. The file itself stays.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Name of the lock file.
const LOCK_FILE: &str = "lock";

/// Longest process id that is read back, in bytes.
const PID_BYTES_MAX: u64 = 20;

/// A held lock; dropping it lets the directory go.
#[derive(Debug)]
pub struct DirectoryLock {
    _file: File,
}

/// Why a data directory cannot be used. The text completes "could not ...".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another process holds it.
    #[error(
        "use data_dir {path}: it is in use by another agent (pid {pid}); stop it or set another \
         data_dir",
        path = path.display()
    )]
    InUse {
        /// The directory.
        path: PathBuf,
        /// The holder, "unknown" if it has not written its number yet.
        pid: String,
    },
    /// This user may not write there.
    #[error(
        "use data_dir {path}: it is not writable ({source}); change its owner or set another \
         data_dir",
        path = path.display()
    )]
    NotWritable {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Anything else.
    #[error("use data_dir {path}: {source}", path = path.display())]
    Broken {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl DirectoryLock {
    /// Makes `directory` if it is missing and takes its lock, without waiting.
    ///
    /// # Errors
    /// See [`LockError`].
    pub fn acquire(directory: &Path) -> Result<Self, LockError> {
        let broken = |error| classify(directory, error);
        fs::create_dir_all(directory).map_err(broken)?;
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(directory.join(LOCK_FILE))
            .map_err(broken)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::InUse {
                    path: directory.to_owned(),
                    pid: holder(&mut file),
                });
            }
            Err(TryLockError::Error(error)) => return Err(broken(error)),
        }
        write_pid(&mut file).map_err(broken)?;
        Ok(Self { _file: file })
    }
}

fn write_pid(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.take(PID_BYTES_MAX).read_to_string(&mut text);
    match text.trim() {
        pid if read.is_ok() && !pid.is_empty() => pid.to_owned(),
        _ => "unknown".to_owned(),
    }
}

fn classify(directory: &Path, source: io::Error) -> LockError {
    let path = directory.to_owned();
    match source.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            LockError::NotWritable { path, source }
        }
        _ => LockError::Broken { path, source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_agent_learns_who_has_the_directory() {
        let home = tempfile::tempdir().unwrap();
        let held = DirectoryLock::acquire(home.path()).unwrap();
        let text = DirectoryLock::acquire(home.path()).unwrap_err().to_string();
        let wanted = format!("in use by another agent (pid {})", std::process::id());
        assert!(text.contains(&wanted), "{text}");
        drop(held);
        DirectoryLock::acquire(home.path()).unwrap();
    }

    #[test]
    fn a_directory_that_cannot_be_written_is_named() {
        let text = DirectoryLock::acquire(Path::new("/proc/nomad"))
            .unwrap_err()
            .to_string();
        assert!(text.starts_with("use data_dir /proc/nomad: "), "{text}");
    }
}
