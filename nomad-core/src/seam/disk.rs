//! The disk seam: one directory of files, written and synced by hand.
//!
//! The write-ahead log and the snapshot files of `nomad-raft` are written against [`Disk`], so
//! that a simulator can tear a write, drop what was never synced, fill up or fail. It is
//! synchronous: the caller is the one thread that owns the log.
//!
//! What a crash leaves behind is the contract. Bytes are durable only after [`DiskFile::sync`]
//! returned `Ok`; a name (created, renamed, removed) only after [`Disk::sync_dir`] returned `Ok`.
//! Anything else may be lost, kept, or kept in part, sector by sector.

use std::fmt;

/// Bytes written at once by [`DiskFile::zero_fill`].
const ZERO_CHUNK_BYTES: usize = 64 * 1024;

/// One directory: a flat set of named files.
///
/// Misuse: taking a name for durable before `sync_dir`; using a path (a name has no `/`);
/// opening the same file twice for writing.
pub trait Disk {
    /// An open file of this disk.
    type File: DiskFile;

    /// Creates an empty file, open for reading and writing.
    ///
    /// # Errors
    /// [`DiskCause::AlreadyExists`] when the name is taken; see [`DiskCause`] for the rest.
    fn create(&self, name: &str) -> Result<Self::File, DiskError>;

    /// Opens an existing file for reading and writing.
    ///
    /// # Errors
    /// [`DiskCause::NotFound`] when there is none; see [`DiskCause`] for the rest.
    fn open(&self, name: &str) -> Result<Self::File, DiskError>;

    /// Gives a file another name, replacing the file that had it, in one step.
    ///
    /// # Errors
    /// See [`DiskCause`].
    fn rename(&self, from: &str, to: &str) -> Result<(), DiskError>;

    /// Removes a file.
    ///
    /// # Errors
    /// See [`DiskCause`].
    fn remove(&self, name: &str) -> Result<(), DiskError>;

    /// All file names, in ascending order.
    ///
    /// # Errors
    /// See [`DiskCause`].
    fn list(&self) -> Result<Vec<String>, DiskError>;

    /// Makes every create, rename and remove so far durable.
    ///
    /// # Errors
    /// See [`DiskCause`]; after an error nothing may be assumed about the names.
    fn sync_dir(&self) -> Result<(), DiskError>;
}

/// An open file.
///
/// Misuse: calling [`DiskFile::sync`] again after it failed. The kernel may have thrown away the
/// dirty pages, so that the second call answers `Ok` for bytes that are gone.
pub trait DiskFile {
    /// Length in bytes.
    ///
    /// # Errors
    /// See [`DiskCause`].
    fn size(&self) -> Result<u64, DiskError>;

    /// Reads up to `buffer.len()` bytes at `offset`; fewer only at the end of the file.
    ///
    /// # Errors
    /// See [`DiskCause`].
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, DiskError>;

    /// Writes all of `bytes` at `offset`, growing the file if needed. Not durable before `sync`.
    ///
    /// # Errors
    /// See [`DiskCause`]; after an error any part of `bytes` may have been written.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), DiskError>;

    /// Cuts or grows (with zeros) the file.
    ///
    /// # Errors
    /// See [`DiskCause`].
    fn truncate(&mut self, length: u64) -> Result<(), DiskError>;

    /// Makes the bytes and the length durable (`fdatasync`).
    ///
    /// # Errors
    /// See [`DiskCause`]; never call it again on the same file then.
    fn sync(&mut self) -> Result<(), DiskError>;

    /// Writes `length` zero bytes at `offset`, so that later writes there change no metadata.
    ///
    /// # Errors
    /// As [`DiskFile::write_at`].
    fn zero_fill(&mut self, offset: u64, length: u64) -> Result<(), DiskError> {
        let zeros = [0_u8; ZERO_CHUNK_BYTES];
        let mut done = 0;
        while done < length {
            let step = (length - done).min(ZERO_CHUNK_BYTES as u64);
            let chunk = zeros.get(..step as usize).unwrap_or(&zeros);
            self.write_at(offset + done, chunk)?;
            done += step;
        }
        Ok(())
    }

    /// Reads up to `length` bytes at `offset` into a vector; shorter only at the end of the file.
    ///
    /// # Errors
    /// As [`DiskFile::read_at`].
    fn read_vec(&self, offset: u64, length: usize) -> Result<Vec<u8>, DiskError> {
        let mut bytes = vec![0; length];
        let read = self.read_at(offset, &mut bytes)?;
        bytes.truncate(read);
        Ok(bytes)
    }
}

/// What was attempted when the disk failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskOperation {
    /// Making a file.
    Create,
    /// Opening a file.
    Open,
    /// Reading bytes.
    Read,
    /// Writing bytes.
    Write,
    /// Making bytes durable.
    Sync,
    /// Making names durable.
    SyncDirectory,
    /// Changing a length.
    Truncate,
    /// Changing a name.
    Rename,
    /// Deleting a file.
    Remove,
    /// Reading the names.
    List,
    /// Taking the lock of a directory.
    Lock,
}

impl fmt::Display for DiskOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "create",
            Self::Open => "open",
            Self::Read => "read",
            Self::Write => "write",
            Self::Sync => "sync",
            Self::SyncDirectory => "sync the directory",
            Self::Truncate => "change the length of",
            Self::Rename => "rename",
            Self::Remove => "remove",
            Self::List => "list",
            Self::Lock => "lock",
        })
    }
}

/// Why the disk failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiskCause {
    /// No such file.
    #[error("there is no such file")]
    NotFound,
    /// The name is taken.
    #[error("it exists already")]
    AlreadyExists,
    /// No space or quota left.
    #[error("the disk is full")]
    NoSpace,
    /// Not allowed.
    #[error("permission denied")]
    PermissionDenied,
    /// The file system is mounted read-only.
    #[error("the file system is read-only")]
    ReadOnly,
    /// The device failed (`EIO`), or the file is no longer usable after such a failure.
    #[error("the device reports an input/output error")]
    Device,
    /// The simulated machine has crashed: nothing works until it restarts.
    #[error("the simulated machine has crashed")]
    Crashed,
    /// Any other answer of the operating system, by its number (0 when it has none).
    #[error("the operating system reports error {0}")]
    Other(i32),
}

/// A failed disk operation. The text completes "could not ...".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation} {file}: {cause}")]
pub struct DiskError {
    /// What was attempted.
    pub operation: DiskOperation,
    /// The file or directory concerned, as shown to the user.
    pub file: String,
    /// Why it failed.
    pub cause: DiskCause,
}

impl DiskError {
    /// An error about `file`.
    #[must_use]
    pub fn new(operation: DiskOperation, file: impl Into<String>, cause: DiskCause) -> Self {
        Self {
            operation,
            file: file.into(),
            cause,
        }
    }

    /// True when there is no space left: the cure is to free some and start again.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        self.cause == DiskCause::NoSpace
    }
}
