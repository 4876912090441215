//! Opening a member: bring snapshot, log and hard state together, or refuse with the reason.

use nomad_core::seam::consensus::{ConsensusError, MemberId};
use nomad_core::seam::disk::DiskError;
use nomad_core::seam::log_store::{HardState, LogError, LogPosition, LogStore};
use nomad_core::seam::snapshot_store::{Members, Snapshot, SnapshotError, SnapshotStore};
use nomad_core::units::Index;

use super::config::NodeConfig;
use super::storage::Storage;

/// Where a group begins: its first voters are the only content of this snapshot.
const BIRTH: LogPosition = LogPosition {
    index: Index(1),
    term: nomad_core::seam::log_store::Term(1),
};

/// What a member starts from. The entries behind the snapshot follow as committed events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The latest snapshot; empty data is the state before any command.
    pub snapshot: Snapshot,
    /// Entries behind it in the log, committed or not.
    pub entries: u64,
}

/// Why a member cannot take part. The text completes "could not ...".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The log failed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The snapshots failed.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// A log without its snapshot.
    #[error(
        "recover the state: the log begins after entry {base}, but no snapshot is there; restore \
         the snapshot files or the server from a copy"
    )]
    NoSnapshot {
        /// Last index folded out of the log.
        base: Index,
    },
    /// Entries between the snapshot and the log are missing.
    #[error(
        "recover the state: the log begins after entry {base}, but the latest intact snapshot \
         ends at {snapshot}; restore the snapshot files or the server from a copy"
    )]
    Behind {
        /// Last index folded out of the log.
        base: Index,
        /// Last index of the snapshot.
        snapshot: Index,
    },
    /// Committed entries are missing from the end of the log.
    #[error(
        "recover the state: entry {committed} was committed, but the log ends at {last}; restore \
         the log files or the server from a copy"
    )]
    Short {
        /// Last index that was committed.
        committed: Index,
        /// Last index of the log.
        last: Index,
    },
    /// No voters were given for a new group.
    #[error("begin a group: no voters are given")]
    NoVoters,
    /// The protocol refuses the state.
    #[error(transparent)]
    Protocol(#[from] ConsensusError),
}

impl OpenError {
    pub(super) fn disk(error: DiskError) -> Self {
        Self::Log(LogError::Disk(error))
    }

    /// True when the cause is a full disk.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Log(error) => error.is_disk_full(),
            Self::Snapshot(SnapshotError::Disk(error)) => error.is_disk_full(),
            Self::Protocol(error) => error.is_disk_full(),
            _ => false,
        }
    }
}

/// Brings log and snapshots together.
pub(super) fn recover<L: LogStore, S: SnapshotStore>(
    config: &NodeConfig,
    mut log: L,
    mut snapshots: S,
) -> Result<(Storage<L, S>, Recovered), OpenError> {
    let snapshot = match snapshots.latest()? {
        Some(snapshot) => snapshot,
        None => found_group(config, &log, &mut snapshots)?,
    };
    align(&mut log, snapshot.position)?;
    let state = log.hard_state();
    if state.commit > log.last().index {
        return Err(OpenError::Short {
            committed: state.commit,
            last: log.last().index,
        });
    }
    let entries = log.last().index.0 - snapshot.position.index.0;
    let storage = Storage::new(log, snapshots, &snapshot);
    Ok((storage, Recovered { snapshot, entries }))
}

fn found_group<L: LogStore, S: SnapshotStore>(
    config: &NodeConfig,
    log: &L,
    snapshots: &mut S,
) -> Result<Snapshot, OpenError> {
    if log.last() != LogPosition::default() {
        return Err(OpenError::NoSnapshot {
            base: log.base().index,
        });
    }
    let voters: Vec<u64> = config.bootstrap.iter().map(|MemberId(id)| *id).collect();
    if voters.is_empty() {
        return Err(OpenError::NoVoters);
    }
    let members = Members::voting(voters);
    let birth = Snapshot {
        position: BIRTH,
        members,
        data: Vec::new(),
    };
    snapshots.save(&birth)?;
    Ok(birth)
}

/// Makes the log begin at or before the snapshot's end and reach at least to it. A crash between
/// keeping a snapshot and folding the log leaves the log behind.
fn align<L: LogStore>(log: &mut L, snapshot: LogPosition) -> Result<(), OpenError> {
    let base = log.base().index;
    if base > snapshot.index {
        return Err(OpenError::Behind {
            base,
            snapshot: snapshot.index,
        });
    }
    if log.term(snapshot.index) != Some(snapshot.term) {
        log.compact_to(snapshot)?;
    }
    let state = log.hard_state();
    if state.commit < snapshot.index {
        let term = state.term.max(snapshot.term);
        let vote = if term == state.term { state.vote } else { 0 };
        log.save_hard_state(HardState {
            term,
            vote,
            commit: snapshot.index,
        })?;
        log.sync()?;
    }
    Ok(())
}
