//! Settings and limits of the server machine.

use nomad_core::units::Span;

use crate::collector::GcThresholds;

/// Writes that may wait for their commit; beyond, requests are refused with "busy".
pub const PROPOSALS_MAX: usize = 8_192;
/// Plans that one log entry may commit.
pub const PLANS_PER_ENTRY_MAX: usize = 256;
/// Reports of clients that one log entry may commit.
pub const UPDATES_PER_ENTRY_MAX: usize = 4_096;
/// Reports of clients that may wait for the entry in flight.
pub const UPDATES_WAITING_MAX: usize = 65_536;
/// Longest time that a node's poll is parked.
pub const WAIT_MAX: Span = Span::from_mins(10);
/// Canceled evaluations per entry (spec/scheduler 4.3).
pub const CANCELED_PER_ENTRY_MAX: usize = 728;
/// Highest count that a job's groups may have together (spec/scheduler 2.2).
pub const JOB_MAX_COUNT: i64 = 50_000;

/// Settings of the server machine.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Decisions that are made at the same time.
    pub workers: usize,
    /// Where servers can be reached, `host:port` of their RPC address; the leader first.
    pub servers: Vec<String>,
    /// Start of the sequences of drawn ids and delays.
    pub seed: u64,
    /// Ages at which things are collected.
    pub gc: GcThresholds,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            workers: 2,
            servers: Vec::new(),
            seed: 0,
            gc: GcThresholds::default(),
        }
    }
}
