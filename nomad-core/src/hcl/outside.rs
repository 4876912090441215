//! What the engine asks of the world: file contents and random bytes. Who embeds it passes an
//! implementation, or nothing: then the functions that need it are errors.

/// Why a file could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct FileSourceError {
    /// A lower-case fragment: what failed and at which path.
    pub reason: String,
}

/// Files for `file()`, `fileexists()`, `fileset()` and friends.
///
/// Contract: paths are as written in the job file; a relative one means the folder of that file.
/// Answers are stable while one file is parsed. Implementations bound what they read to
/// [`FILE_BYTES_MAX`](super::limits::FILE_BYTES_MAX) per call.
///
/// Misuse: handing this to text that came over the network lets its author read local files.
pub trait FileSource {
    /// The bytes of a file.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileSourceError>;
    /// Whether there is a file at this path.
    fn exists(&self, path: &str) -> Result<bool, FileSourceError>;
    /// Paths below `base` that match the glob pattern, relative to it, sorted.
    fn glob(&self, base: &str, pattern: &str) -> Result<Vec<String>, FileSourceError>;
    /// The absolute form of a path.
    fn absolute(&self, path: &str) -> Result<String, FileSourceError>;
    /// The path with a leading `~` replaced by the home folder.
    fn expand_home(&self, path: &str) -> Result<String, FileSourceError>;
}

/// Random bytes for `uuidv4()`.
///
/// Misuse: a fixed implementation gives the same identifiers in every parse.
pub trait RandomSource {
    /// Sixteen random bytes.
    fn sixteen_bytes(&self) -> [u8; 16];
}
