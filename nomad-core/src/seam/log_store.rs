//! The log seam: the durable, contiguous list of entries that consensus agrees on.
//!
//! A log is a run of entries `base + 1 ..= last` without a gap, plus the [`HardState`] of the
//! consensus protocol. Everything up to and including `base` has been folded into a snapshot.
//! Changes take effect for readers at once and become durable with [`LogStore::sync`].

use std::ops::Range;

use super::disk::DiskError;
use crate::units::Index;

/// A period of leadership; never decreases along the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Term(pub u64);

impl std::fmt::Display for Term {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// An index with the term of the entry there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LogPosition {
    /// Where.
    pub index: Index,
    /// Under which leader.
    pub term: Term,
}

impl LogPosition {
    /// A position from plain numbers.
    #[must_use]
    pub fn new(index: u64, term: u64) -> Self {
        Self {
            index: Index(index),
            term: Term(term),
        }
    }
}

/// What an entry is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// Bytes for the replicated state; empty ones only mark a new leader.
    Command,
    /// A change of the group's members, opaque to the log.
    Membership,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Index and term.
    pub position: LogPosition,
    /// What the bytes are.
    pub kind: EntryKind,
    /// The bytes.
    pub data: Vec<u8>,
}

/// What a member of the group must remember besides the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HardState {
    /// The latest term it has seen.
    pub term: Term,
    /// The member it voted for in that term, 0 for none.
    pub vote: u64,
    /// The latest index it knows to be committed.
    pub commit: Index,
}

/// The durable log.
///
/// Misuse: acknowledging anything before [`LogStore::sync`] returned `Ok`; going on after a
/// changing call failed (every later change answers [`LogError::Stopped`]; the process must end
/// and open the log anew); appending over existing entries without `truncate_from`.
pub trait LogStore {
    /// The last index that is folded into a snapshot, `(0, 0)` for none.
    fn base(&self) -> LogPosition;

    /// The last entry, or `base` when there is none.
    fn last(&self) -> LogPosition;

    /// The term of the entry at `index`, or of `base`; `None` outside of the log.
    fn term(&self, index: Index) -> Option<Term>;

    /// The entries of `range` in order, as many as fit in `max_bytes` of data but at least one.
    ///
    /// # Errors
    /// [`LogError::OutOfRange`] unless `range` lies within `base + 1 ..= last`;
    /// [`LogError::Damaged`] when an entry can no longer be read as it was written.
    fn entries(&self, range: Range<Index>, max_bytes: u64) -> Result<Vec<LogEntry>, LogError>;

    /// The hard state saved last, zeros at first.
    fn hard_state(&self) -> HardState;

    /// Adds entries behind `last`.
    ///
    /// # Errors
    /// [`LogError::Gap`] when they do not follow on; [`LogError::TooLarge`]; disk errors.
    fn append(&mut self, entries: &[LogEntry]) -> Result<(), LogError>;

    /// Saves the hard state.
    ///
    /// # Errors
    /// Disk errors.
    fn save_hard_state(&mut self, state: HardState) -> Result<(), LogError>;

    /// Removes `index` and everything behind it (another leader has overruled it).
    ///
    /// # Errors
    /// [`LogError::OutOfRange`] when `index` is not behind `base`; disk errors.
    fn truncate_from(&mut self, index: Index) -> Result<(), LogError>;

    /// Folds everything up to and including `position` into the base, durably. Entries behind it
    /// stay if the entry at `position` has this term; otherwise the log becomes empty (a snapshot
    /// from the leader replaces it).
    ///
    /// # Errors
    /// [`LogError::OutOfRange`] when `position` is before `base`; disk errors.
    fn compact_to(&mut self, position: LogPosition) -> Result<(), LogError>;

    /// Makes every change so far durable and returns the last index, durable now.
    ///
    /// # Errors
    /// Disk errors, after which the log has stopped.
    fn sync(&mut self) -> Result<Index, LogError>;
}

/// Largest data of one entry, in bytes. Above it a proposal is refused.
pub const MAX_ENTRY_BYTES: usize = 32 * 1024 * 1024;

/// Why the log could not do what was asked. The text completes "could not ...".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The disk failed; the log has stopped if this was a change.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// An earlier change failed, so the log takes no more: restart the agent.
    #[error(
        "change the log: it stopped when it could not {0}; free the cause and restart the agent"
    )]
    Stopped(DiskError),
    /// Bytes that were durable have changed.
    #[error(
        "read the log: {file} is damaged at byte {offset} ({what}), and later records show that \
         this part had been written completely; restore the file or the server from a copy"
    )]
    Damaged {
        /// The file.
        file: String,
        /// Where in the file, in bytes.
        offset: u64,
        /// What is wrong there.
        what: Damage,
    },
    /// A file of the log is not there.
    #[error("read the log: {file} is missing; restore it or the server from a copy")]
    Missing {
        /// The file.
        file: String,
    },
    /// A file was written by a later version.
    #[error("read the log: {file} has format version {version}, this program knows up to {known}")]
    Version {
        /// The file.
        file: String,
        /// Its version.
        version: u32,
        /// The latest version known here.
        known: u32,
    },
    /// Entries that do not follow the last one.
    #[error("append to the log: entry {got} does not follow entry {last}")]
    Gap {
        /// Last index in the log.
        last: Index,
        /// Index that was offered.
        got: Index,
    },
    /// An index outside of the log.
    #[error("reach entry {index}: the log holds entries {first} to {last}")]
    OutOfRange {
        /// Index asked for.
        index: Index,
        /// First index held.
        first: Index,
        /// Last index held.
        last: Index,
    },
    /// An entry above the limit.
    #[error("append to the log: an entry of {bytes} bytes is above the limit of {limit}")]
    TooLarge {
        /// Size offered.
        bytes: usize,
        /// Largest size taken.
        limit: usize,
    },
    /// The storage engine underneath failed.
    #[error("use the log engine {engine}: {message}")]
    Engine {
        /// Its name.
        engine: &'static str,
        /// What it says.
        message: String,
    },
}

/// How bytes of the log are wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The checksum does not match.
    #[error("checksum mismatch")]
    Checksum,
    /// Zeros where a record must be.
    #[error("a hole")]
    Hole,
    /// The file ends too early.
    #[error("the file ends too early")]
    Short,
    /// Not a header of this format.
    #[error("no valid header")]
    Header,
    /// The records contradict each other.
    #[error("records out of order")]
    Order,
}

impl LogError {
    /// True when the cause is a full disk.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::Disk(e) | Self::Stopped(e) if e.is_disk_full())
    }
}

pub use memory::{MemoryLog, check_append};

mod memory;
