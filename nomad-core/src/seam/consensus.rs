//! The consensus seam: bytes go in, and come out in one order that all servers share.
//!
//! A server proposes commands and polls for events. [`Loopback`] is a group of one in memory that
//! agrees at once; `nomad-raft` has the real one.

use super::log_store::{LogError, LogPosition, Term};
use super::snapshot_store::{Snapshot, SnapshotError};
use crate::units::Index;

mod loopback;

pub use loopback::Loopback;

/// Names a proposal of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProposalId(pub u64);

/// Names a read barrier of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BarrierId(pub u64);

/// A member of the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberId(pub u64);

/// Something that consensus has settled. Events are handed over in the order of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsensusEvent {
    /// Apply this. It is durable on a majority; `data` is never empty. Indexes grow but may skip
    /// numbers that consensus needs for itself.
    Committed {
        /// Index and term of the entry.
        position: LogPosition,
        /// The bytes proposed.
        data: Vec<u8>,
        /// The proposal of this process that it answers, if it is one.
        proposal: Option<ProposalId>,
    },
    /// This proposal lost its place to another leader's entry and will not be applied.
    Dropped(ProposalId),
    /// This proposal's place lies within an installed snapshot: it may have been applied or not.
    Uncertain(ProposalId),
    /// This server leads, and everything that earlier leaders committed has been handed over.
    Leading {
        /// Its term.
        term: Term,
    },
    /// This server does not lead any more, or follows another one now. Barriers that were not
    /// answered so far never will be.
    Following {
        /// The current term.
        term: Term,
        /// Who leads, if known.
        leader: Option<MemberId>,
    },
    /// Every write acknowledged before the barrier was asked for has been handed over.
    Readable(BarrierId),
    /// Replace the whole state by this copy.
    Install(Snapshot),
}

/// Where consensus stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsensusStatus {
    /// The current term.
    pub term: Term,
    /// Who leads, if known.
    pub leader: Option<MemberId>,
    /// True while this server leads and has handed over all earlier entries.
    pub is_leading: bool,
    /// Last entry of the log here.
    pub last: Index,
    /// Last entry known to be committed.
    pub committed: Index,
    /// The last entry that the latest snapshot contains.
    pub snapshot: Index,
}

/// A group of servers that agree on an order of commands.
///
/// Misuse: acknowledging a proposal before its [`ConsensusEvent::Committed`]; applying events in
/// another order; going on after `poll` failed.
pub trait Consensus {
    /// Offers a command. Many proposals before one `poll` share one write to the disk.
    ///
    /// # Errors
    /// See [`ProposeError`]; nothing was proposed then.
    fn propose(&mut self, data: Vec<u8>) -> Result<ProposalId, ProposeError>;

    /// Asks for [`ConsensusEvent::Readable`].
    ///
    /// # Errors
    /// [`ProposeError::NotLeader`].
    fn read_barrier(&mut self) -> Result<BarrierId, ProposeError>;

    /// Lets one unit of time pass.
    fn tick(&mut self);

    /// Makes what was proposed durable, and appends what has been settled since.
    ///
    /// # Errors
    /// See [`ConsensusError`]: the server must stop.
    fn poll(&mut self, events: &mut Vec<ConsensusEvent>) -> Result<(), ConsensusError>;

    /// Keeps a copy of the state as of `index`, an entry that was handed over, and folds the log.
    ///
    /// # Errors
    /// See [`ConsensusError`].
    fn take_snapshot(&mut self, index: Index, data: Vec<u8>) -> Result<(), ConsensusError>;

    /// Where it stands.
    fn status(&self) -> ConsensusStatus;
}

/// Most bytes of proposals that may wait for a majority; above it proposals are refused for now.
pub const UNCOMMITTED_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Why a command was not proposed. The text completes "could not ...".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProposeError {
    /// Another server leads, or none does: ask there, or later.
    #[error("write: this server is not the leader")]
    NotLeader {
        /// Who leads, if known.
        leader: Option<MemberId>,
    },
    /// Too much is waiting: later.
    #[error("write: more than {UNCOMMITTED_BYTES_MAX} bytes are waiting to be committed")]
    Busy,
    /// The command is too large, or empty.
    #[error("write: a command of {bytes} bytes is outside of the limits 1 to {limit}")]
    Size {
        /// Its size.
        bytes: usize,
        /// The largest allowed.
        limit: usize,
    },
    /// Consensus has stopped.
    #[error("write: this server has stopped taking part in consensus")]
    Stopped,
}

/// Why consensus has stopped. The text completes "could not ...".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConsensusError {
    /// The log failed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The snapshots failed.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// It stopped earlier.
    #[error("take part in consensus: it stopped earlier")]
    Stopped,
    /// The protocol met a state that must not be.
    #[error("take part in consensus: the protocol failed: {what}")]
    Protocol {
        /// What the protocol's implementation says.
        what: String,
    },
    /// A snapshot of an entry that was not handed over.
    #[error("take a snapshot at {index}: it must lie in {first} to {last}")]
    SnapshotRange {
        /// The index given.
        index: Index,
        /// The first possible.
        first: Index,
        /// The last possible.
        last: Index,
    },
}

impl ConsensusError {
    /// True when the cause is a full disk.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Log(error) => error.is_disk_full(),
            Self::Snapshot(SnapshotError::Disk(error)) => error.is_disk_full(),
            _ => false,
        }
    }
}
