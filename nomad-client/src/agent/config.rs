//! What the machine is told once.

use nomad_core::units::Span;

/// Settings of the machine; none of them changes while it lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentConfig {
    /// Longest time that a task may take to stop, whatever its job says.
    pub max_kill_timeout: Span,
    /// Allocations kept here, running and ended together, before ended ones are collected.
    pub gc_max_allocs: usize,
    /// How long a server may let a question for allocations wait.
    pub pull_wait: Span,
    /// How long an answer of a server may take, beyond what it was allowed to wait.
    pub answer_within: Span,
}

impl Default for AgentConfig {
    /// The original's defaults (spec/client 35).
    fn default() -> Self {
        Self {
            max_kill_timeout: Span::from_secs(30),
            gc_max_allocs: 50,
            pull_wait: Span::from_mins(5),
            answer_within: Span::from_secs(15),
        }
    }
}
