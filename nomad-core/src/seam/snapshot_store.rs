//! The snapshot seam: whole copies of the replicated state, which replace the log before them.

use super::disk::DiskError;
use super::log_store::{Damage, LogPosition};
use crate::units::Index;

/// The members of the group, by their numbers, as of some index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Members {
    /// Who votes.
    pub voters: Vec<u64>,
    /// Who follows without a vote.
    pub learners: Vec<u64>,
    /// During a change of members: who voted before.
    pub outgoing_voters: Vec<u64>,
    /// During a change of members: who follows without a vote afterwards.
    pub next_learners: Vec<u64>,
    /// During a change of members: end it as soon as it is committed.
    pub leaves_automatically: bool,
}

impl Members {
    /// A group of these voters.
    #[must_use]
    pub fn voting(voters: Vec<u64>) -> Self {
        Self {
            voters,
            ..Self::default()
        }
    }
}

/// A copy of the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The last entry that it contains.
    pub position: LogPosition,
    /// The members as of that entry.
    pub members: Members,
    /// The state, opaque here. Empty for a state that no entry has changed.
    pub data: Vec<u8>,
}

/// Snapshots kept, the latest and the one before it.
pub const SNAPSHOTS_KEPT: usize = 2;

/// Where snapshots are kept.
///
/// Misuse: folding the log up to a snapshot before `save` returned `Ok`.
pub trait SnapshotStore {
    /// Keeps a snapshot, durably and as a whole, or not at all; forgets all but the latest
    /// [`SNAPSHOTS_KEPT`].
    ///
    /// # Errors
    /// Disk errors; the earlier snapshots are still there then.
    fn save(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError>;

    /// The latest snapshot that is intact.
    ///
    /// # Errors
    /// [`SnapshotError::Damaged`] when there are some but none is intact; disk errors.
    fn latest(&self) -> Result<Option<Snapshot>, SnapshotError>;
}

/// Why a snapshot could not be kept or read. The text completes "could not ...".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// No snapshot is intact.
    #[error("read the snapshot {file}: {what}; restore the file or the server from a copy")]
    Damaged {
        /// The file.
        file: String,
        /// What is wrong.
        what: Damage,
    },
    /// A file was written by a later version.
    #[error(
        "read the snapshot {file}: it has format version {version}, this program knows up to \
         {known}"
    )]
    Version {
        /// The file.
        file: String,
        /// Its version.
        version: u32,
        /// The latest version known here.
        known: u32,
    },
    /// An older snapshot than the latest was offered.
    #[error("keep a snapshot at index {offered}: there is one at {latest}")]
    Old {
        /// Index of the snapshot offered.
        offered: Index,
        /// Index of the latest.
        latest: Index,
    },
}

/// Snapshots in memory.
#[derive(Debug, Clone, Default)]
pub struct MemorySnapshots {
    latest: Option<Snapshot>,
}

impl SnapshotStore for MemorySnapshots {
    fn save(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        check_newer(self.latest.as_ref().map(|latest| latest.position), snapshot)?;
        self.latest = Some(snapshot.clone());
        Ok(())
    }

    fn latest(&self) -> Result<Option<Snapshot>, SnapshotError> {
        Ok(self.latest.clone())
    }
}

/// Checks that `snapshot` is not older than `latest`.
///
/// # Errors
/// [`SnapshotError::Old`].
pub fn check_newer(latest: Option<LogPosition>, snapshot: &Snapshot) -> Result<(), SnapshotError> {
    match latest {
        Some(latest) if snapshot.position.index < latest.index => Err(SnapshotError::Old {
            offered: snapshot.position.index,
            latest: latest.index,
        }),
        _ => Ok(()),
    }
}
