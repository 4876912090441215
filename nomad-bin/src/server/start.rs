//! Starting a server: lock its directory, recover its log, spawn its thread.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::sync_channel;

use arc_swap::ArcSwap;
use nomad_core::seam::consensus::MemberId;
use nomad_core::units::Index;
use nomad_raft::disk::{DirectoryLock, FileDisk, LockError};
use nomad_raft::log::{Wal, WalLimits};
use nomad_raft::node::{Node, NodeConfig, OpenError};
use nomad_raft::snapshot::SnapshotFiles;
use nomad_sched::server::{Server, ServerConfig};
use tokio::sync::watch;

use super::handle::{CALLS_WAITING_MAX, ServerHandle, Shared};
use super::image;
use super::run::{Ledger, RunError, Runner};
use super::watch::Watchers;
use super::workers::Workers;

/// How a server starts.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Where it keeps its log and snapshots.
    pub directory: PathBuf,
    /// Settings of the machine.
    pub machine: ServerConfig,
}

/// Why a server cannot start. The text completes "could not ...".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The directory cannot be used.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A disk operation failed.
    #[error(transparent)]
    Disk(#[from] nomad_core::seam::disk::DiskError),
    /// The log is damaged.
    #[error(transparent)]
    Log(#[from] nomad_core::seam::log_store::LogError),
    /// The snapshots are damaged.
    #[error(transparent)]
    Snapshot(#[from] nomad_core::seam::snapshot_store::SnapshotError),
    /// Log and snapshots do not fit together.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The state cannot be restored.
    #[error(transparent)]
    Restore(#[from] RunError),
    /// The system has no thread left.
    #[error("start a thread: {0}")]
    Thread(std::io::Error),
}

/// The member number of a group of one.
const ONLY_MEMBER: MemberId = MemberId(1);

type RealNode = Node<Wal<FileDisk>, SnapshotFiles<FileDisk>>;

/// Starts a server and answers a handle onto it. Blocks while the log is read.
///
/// # Errors
///
/// See [`StartError`].
pub fn start(options: &ServerOptions) -> Result<ServerHandle, StartError> {
    let lock = DirectoryLock::acquire(&options.directory)?;
    let (consensus, recovered, entries) = open(&options.directory)?;
    let state = image::restore(&recovered)?;
    let snapshot_index = state.index();
    tracing::info!(snapshot = %snapshot_index, entries, "log recovered");
    let shared = Arc::new(Shared {
        snapshot: ArcSwap::from_pointee(state.snapshot()),
        watchers: Watchers::default(),
        leading: AtomicBool::new(false),
        ended: watch::Sender::new(None),
    });
    let (events, inbox) = sync_channel(CALLS_WAITING_MAX);
    let workers = Workers::start(options.machine.workers, &events).map_err(StartError::Thread)?;
    let runner = Runner {
        consensus,
        server: Server::new(options.machine.clone(), state),
        shared: shared.clone(),
        workers,
        events: inbox,
        ledger: Ledger::default(),
        snapshot_index: Index(snapshot_index.0),
    };
    let ended = shared.clone();
    let body = move || {
        let result = runner.run();
        let reason = result
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        drop(lock);
        ended.ended.send_replace(Some(reason));
    };
    let thread = std::thread::Builder::new()
        .name("server".to_owned())
        .spawn(body);
    thread.map_err(StartError::Thread)?;
    Ok(ServerHandle::new(shared, events))
}

fn open(directory: &Path) -> Result<(RealNode, Vec<u8>, u64), StartError> {
    let (log, recovery) = Wal::open(FileDisk::open(directory.join("log"))?, WalLimits::default())?;
    if let Some(torn) = recovery.torn {
        tracing::warn!(%torn, "the end of the log was torn by a crash and cut off; nothing acknowledged was lost");
    }
    let snapshots = SnapshotFiles::open(FileDisk::open(directory.join("snapshots"))?)?;
    let (node, recovered) = Node::open(&NodeConfig::single(ONLY_MEMBER), log, snapshots)?;
    Ok((node, recovered.snapshot.data, recovered.entries))
}
