//! How nodes are searched and scored.

/// How nodes are searched and scored: a value, chosen per call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Which nodes are looked at.
    pub search: Search,
    /// Allocations of one group keep away from each other.
    pub job_anti_affinity: bool,
}

/// Which nodes are looked at for a placement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// All of them: the best of all feasible nodes, ties broken by a drawn order.
    Full,
    /// Some, as the original does: a drawn order, a limit, a few skips (spec/scheduler 6.15).
    Sampled,
}

impl Policy {
    /// The best of all feasible nodes.
    #[must_use]
    pub const fn full() -> Self {
        Self {
            search: Search::Full,
            job_anti_affinity: true,
        }
    }

    /// The original's limits over a drawn order.
    #[must_use]
    pub const fn sampled() -> Self {
        Self {
            search: Search::Sampled,
            job_anti_affinity: true,
        }
    }

    /// As [`Policy::full`], packing groups as tightly as other work.
    #[must_use]
    pub const fn dense() -> Self {
        Self {
            search: Search::Full,
            job_anti_affinity: false,
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::full()
    }
}
