//! Which faults a seed brings: a swarm, in which each kind is on or off, and strong or weak.

use crate::seed::Seed;
use crate::units::Span;

/// What the network does to messages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NetworkFaults {
    /// Messages lost.
    pub loss_per_mille: u64,
    /// Messages that arrive twice.
    pub duplicate_per_mille: u64,
    /// Messages that arrive late.
    pub delay_per_mille: u64,
    /// How late.
    pub delay_max: Span,
}

/// What a world does to its inhabitants. Rates are chances in a thousand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults {
    /// Of the network.
    pub network: NetworkFaults,
    /// A server's disk crashes at one of its next writes or syncs: mean number of operations
    /// between crashes, 0 for never.
    pub disk_crash_every: u64,
    /// Client agents die: mean time between, zero for never.
    pub client_restart_every: Span,
    /// Starts that a driver cannot do.
    pub start_failure_per_mille: u64,
    /// Tasks that die by themselves.
    pub task_crash_per_mille: u64,
    /// Clients fall silent for a time: mean time between, zero for never.
    pub partition_every: Span,
}

impl Faults {
    /// No fault at all.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The faults of a seed.
    pub fn draw(seed: &mut Seed) -> Self {
        let mut faults = Self::default();
        if seed.chance(1, 2) {
            faults.network.loss_per_mille = 1 + seed.below(200);
        }
        if seed.chance(1, 2) {
            faults.network.duplicate_per_mille = 1 + seed.below(300);
        }
        if seed.chance(1, 2) {
            faults.network.delay_per_mille = 1 + seed.below(300);
            faults.network.delay_max = Span::from_millis(1 + seed.below(20_000) as i64);
        }
        if seed.chance(1, 2) {
            faults.disk_crash_every = 10 + seed.below(400);
        }
        if seed.chance(1, 2) {
            faults.client_restart_every = Span::from_secs(20 + seed.below(200) as i64);
        }
        if seed.chance(1, 3) {
            faults.partition_every = Span::from_secs(60 + seed.below(200) as i64);
        }
        if seed.chance(1, 2) {
            faults.start_failure_per_mille = 1 + seed.below(200);
        }
        if seed.chance(1, 2) {
            faults.task_crash_per_mille = 1 + seed.below(200);
        }
        faults
    }
}

impl std::fmt::Display for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let network = &self.network;
        write!(
            f,
            "loss={} dup={} delay={}/{} disk-crash={} restart={} partition={} start-fail={} \
             task-crash={}",
            network.loss_per_mille,
            network.duplicate_per_mille,
            network.delay_per_mille,
            network.delay_max,
            self.disk_crash_every,
            self.client_restart_every,
            self.partition_every,
            self.start_failure_per_mille,
            self.task_crash_per_mille,
        )
    }
}
