//! How a member behaves.

use nomad_core::seam::consensus::{MemberId, UNCOMMITTED_BYTES_MAX};

/// Ticks between heartbeats of a leader.
const HEARTBEAT_TICKS: usize = 2;
/// Fewest ticks without a leader before an election.
const ELECTION_TICKS_MIN: usize = 10;
/// Different election times in a group.
const ELECTION_TICKS_SPREAD: u64 = 10;
/// Most bytes of entries in one message to a peer.
const MESSAGE_BYTES_MAX: u64 = 1024 * 1024;
/// Most messages on the way to one peer.
const MESSAGES_IN_FLIGHT_MAX: usize = 256;
/// Most bytes of entries handed over at once.
const COMMITTED_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// How a member behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeConfig {
    /// Its number, unique in the group and never 0.
    pub id: MemberId,
    /// The voters of a group that does not exist yet. Ignored once there is a log.
    pub bootstrap: Vec<MemberId>,
    /// Entries kept in the log behind a snapshot, for peers that are a little late.
    pub trailing_entries: u64,
}

impl NodeConfig {
    /// A group of one.
    #[must_use]
    pub fn single(id: MemberId) -> Self {
        Self::member(id, vec![id])
    }

    /// A member of a group that these voters found together.
    #[must_use]
    pub fn member(id: MemberId, bootstrap: Vec<MemberId>) -> Self {
        Self {
            id,
            bootstrap,
            trailing_entries: 10_240,
        }
    }

    /// Settings of the protocol. Each member has one fixed election time, by its number: the
    /// `raft` crate would draw it from a generator that no seed reaches.
    pub(super) fn protocol(&self, applied: u64) -> raft::Config {
        let election_tick = ELECTION_TICKS_MIN + (self.id.0 % ELECTION_TICKS_SPREAD) as usize;
        raft::Config {
            id: self.id.0,
            election_tick,
            heartbeat_tick: HEARTBEAT_TICKS,
            applied,
            max_size_per_msg: MESSAGE_BYTES_MAX,
            max_inflight_msgs: MESSAGES_IN_FLIGHT_MAX,
            check_quorum: true,
            pre_vote: true,
            min_election_tick: election_tick,
            max_election_tick: election_tick + 1,
            max_uncommitted_size: UNCOMMITTED_BYTES_MAX,
            max_committed_size_per_ready: COMMITTED_BYTES_MAX,
            ..raft::Config::default()
        }
    }
}
