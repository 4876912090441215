//! The seams of the core as the `raft` crate's storage.

use std::cell::RefCell;

use nomad_core::seam::consensus::ConsensusError;
use nomad_core::seam::log_store::{LogEntry, LogError, LogPosition, LogStore};
use nomad_core::seam::snapshot_store::{Snapshot, SnapshotStore};
use nomad_core::units::Index;
use raft::eraftpb;
use raft::{GetEntriesContext, RaftState, StorageError};

use super::convert::{entry_to_raft, hard_state_to_raft, members_to_raft, snapshot_to_raft};

/// Log and snapshots of a member.
#[derive(Debug)]
pub(super) struct Storage<L, S> {
    pub(super) log: L,
    pub(super) snapshots: S,
    /// The latest snapshot, without its data.
    pub(super) latest: Snapshot,
    /// What went wrong in a read. The `raft` crate panics then; this is the reason to show.
    pub(super) failure: RefCell<Option<ConsensusError>>,
}

impl<L: LogStore, S: SnapshotStore> Storage<L, S> {
    pub(super) fn new(log: L, snapshots: S, latest: &Snapshot) -> Self {
        let latest = without_data(latest);
        Self {
            log,
            snapshots,
            latest,
            failure: RefCell::new(None),
        }
    }

    /// Appends entries; those they contradict are overruled.
    pub(super) fn append(&mut self, entries: &[LogEntry]) -> Result<(), LogError> {
        let Some(first) = entries.first() else {
            return Ok(());
        };
        if first.position.index <= self.log.last().index {
            self.log.truncate_from(first.position.index)?;
        }
        self.log.append(entries)
    }

    /// Keeps a snapshot of the state here.
    pub(super) fn keep(&mut self, snapshot: &Snapshot) -> Result<(), ConsensusError> {
        self.snapshots.save(snapshot)?;
        self.latest = without_data(snapshot);
        Ok(())
    }

    /// Folds the log up to `index`, if it holds that entry still.
    pub(super) fn fold(&mut self, index: Index) -> Result<(), LogError> {
        match self.log.term(index) {
            Some(term) if index > self.log.base().index => {
                self.log.compact_to(LogPosition { index, term })
            }
            _ => Ok(()),
        }
    }

    /// Keeps a snapshot of the leader; the log continues behind it.
    pub(super) fn install(&mut self, snapshot: &Snapshot) -> Result<(), ConsensusError> {
        self.keep(snapshot)?;
        Ok(self.log.compact_to(snapshot.position)?)
    }

    fn note<E: Clone + Into<ConsensusError>>(&self, error: E) -> raft::Error {
        self.failure.replace(Some(error.into()));
        raft::Error::Store(StorageError::Unavailable)
    }
}

fn without_data(snapshot: &Snapshot) -> Snapshot {
    let Snapshot {
        position, members, ..
    } = snapshot;
    Snapshot {
        position: *position,
        members: members.clone(),
        data: Vec::new(),
    }
}

impl<L: LogStore, S: SnapshotStore> raft::Storage for Storage<L, S> {
    fn initial_state(&self) -> raft::Result<RaftState> {
        let hard_state = hard_state_to_raft(self.log.hard_state());
        Ok(RaftState::new(
            hard_state,
            members_to_raft(&self.latest.members),
        ))
    }

    fn entries(
        &self,
        low: u64,
        high: u64,
        max_size: impl Into<Option<u64>>,
        _context: GetEntriesContext,
    ) -> raft::Result<Vec<eraftpb::Entry>> {
        if low <= self.log.base().index.0 {
            return Err(StorageError::Compacted.into());
        }
        let limit = max_size.into().unwrap_or(u64::MAX);
        let entries = self.log.entries(Index(low)..Index(high), limit);
        let entries = entries.map_err(|error| self.note(error))?;
        Ok(entries.into_iter().map(entry_to_raft).collect())
    }

    fn term(&self, index: u64) -> raft::Result<u64> {
        let missing = if index < self.log.base().index.0 {
            StorageError::Compacted
        } else {
            StorageError::Unavailable
        };
        self.log
            .term(Index(index))
            .map(|term| term.0)
            .ok_or(missing.into())
    }

    fn first_index(&self) -> raft::Result<u64> {
        Ok(self.log.base().index.next().0)
    }

    fn last_index(&self) -> raft::Result<u64> {
        Ok(self.log.last().index.0)
    }

    fn snapshot(&self, request_index: u64, _to: u64) -> raft::Result<eraftpb::Snapshot> {
        match self.snapshots.latest() {
            Ok(Some(snapshot)) if snapshot.position.index.0 >= request_index => {
                Ok(snapshot_to_raft(snapshot))
            }
            Ok(_) => Err(StorageError::SnapshotTemporarilyUnavailable.into()),
            Err(error) => Err(self.note(error)),
        }
    }
}
