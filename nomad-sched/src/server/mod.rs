//! The server machine: everything a server decides over time, in one value without I/O.
//!
//! In: requests of nodes and operators, committed entries, decisions of workers, leadership, the
//! clock. Out: proposals, answers, decisions to make, snapshots to publish. Always true: the state
//! changes only by committed entries; an answer to a write follows the snapshot that shows it; what
//! a leader keeps in memory is a function of the state.

mod cleanup;
mod commit;
mod config;
mod decide;
mod evals;
mod input;
mod leadership;
mod machine;
mod nodes;
mod operators;
mod plans;
mod polls;
mod proposals;
mod turn;
mod updates;
mod watch;

#[cfg(test)]
mod tests;

pub use config::{
    CANCELED_PER_ENTRY_MAX, JOB_MAX_COUNT, PLANS_PER_ENTRY_MAX, PROPOSALS_MAX, ServerConfig,
    UPDATES_PER_ENTRY_MAX, UPDATES_WAITING_MAX, WAIT_MAX,
};
pub use input::{DecideError, DecisionTask, Effect, Input, ProposalId, Ticket, Token};
pub use machine::Server;
pub use nomad_core::schedule::Decision;
