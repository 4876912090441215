//! The member that a server with a data directory runs.
//!
//! ```text
//! <directory>/raft/wal-*.log            the log
//! <directory>/snapshots/snapshot-*.snap
//! ```

use std::path::Path;

use nomad_core::seam::log_store::MemoryLog;
use nomad_core::seam::snapshot_store::MemorySnapshots;

use super::config::NodeConfig;
use super::member::Node;
use super::open::{OpenError, Recovered};
use crate::disk::FileDisk;
use crate::log::{Wal, WalLimits};
use crate::snapshot::SnapshotFiles;

/// A member over files.
pub type DurableNode = Node<Wal<FileDisk>, SnapshotFiles<FileDisk>>;

/// A member that forgets, for `agent -dev`.
pub type MemoryNode = Node<MemoryLog, MemorySnapshots>;

impl DurableNode {
    /// Opens the member in `directory`, or founds its group there. The caller holds the lock of
    /// the data directory ([`crate::disk::DirectoryLock`]). What had to be repaired is logged.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open_directory(
        directory: &Path,
        config: &NodeConfig,
    ) -> Result<(Self, Recovered), OpenError> {
        let disk = FileDisk::open(directory.join("raft")).map_err(OpenError::disk)?;
        let (log, recovery) = Wal::open(disk, WalLimits::default())?;
        if let Some(torn) = recovery.torn {
            tracing::warn!("recovered the log: {torn}; nothing acknowledged was in it");
        }
        if let Some(file) = recovery.unfinished {
            tracing::warn!("recovered the log: removed {file}, which was only being made");
        }
        let disk = FileDisk::open(directory.join("snapshots")).map_err(OpenError::disk)?;
        Self::open(config, log, SnapshotFiles::open(disk)?)
    }
}

impl MemoryNode {
    /// A member in memory that founds its group.
    ///
    /// # Errors
    /// [`OpenError::NoVoters`].
    pub fn in_memory(config: &NodeConfig) -> Result<Self, OpenError> {
        let (log, snapshots) = (MemoryLog::new(), MemorySnapshots::default());
        Self::open(config, log, snapshots).map(|(node, _)| node)
    }
}

#[cfg(test)]
mod tests {
    use nomad_core::seam::consensus::{Consensus, ConsensusEvent, MemberId};

    use super::*;

    fn is_send<T: Send>(_: &T) {}

    fn commits(node: &mut dyn Consensus) -> Vec<Vec<u8>> {
        let mut events = Vec::new();
        node.poll(&mut events).unwrap();
        events
            .into_iter()
            .filter_map(|event| match event {
                ConsensusEvent::Committed { data, .. } => Some(data),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn a_directory_remembers() {
        let home = tempfile::tempdir().unwrap();
        let config = NodeConfig::single(MemberId(1));
        let (mut node, _) = DurableNode::open_directory(home.path(), &config).unwrap();
        is_send(&node);
        commits(&mut node);
        node.propose(b"remember".to_vec()).unwrap();
        assert_eq!(commits(&mut node), [b"remember"]);
        drop(node);
        let (mut node, recovered) = DurableNode::open_directory(home.path(), &config).unwrap();
        assert!(recovered.entries >= 2);
        assert_eq!(commits(&mut node), [b"remember"]);
    }

    #[test]
    fn memory_leads_at_once() {
        let mut node = MemoryNode::in_memory(&NodeConfig::single(MemberId(1))).unwrap();
        commits(&mut node);
        node.propose(b"x".to_vec()).unwrap();
        assert_eq!(commits(&mut node), [b"x"]);
    }
}
