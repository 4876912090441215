//! Time-keeping machines of a Nomad-compatible server.
//!
//! [`server::Server`] is the machine: requests, committed log entries and the clock go in;
//! proposals, answers and decisions to make come out. It holds the replicated state and, while it
//! leads, everything that is rebuilt from that state on a change of leadership: the [`broker`] of
//! evaluations, the [`blocked`] ones, the [`applier`] of plans, [`heartbeat`] deadlines, the
//! [`deployments`] watcher and the [`collector`]. Nothing durable lives only here.

pub mod applier;
pub mod blocked;
pub mod broker;
pub mod collector;
pub mod deployments;
pub mod heartbeat;
pub mod reschedule;
pub mod server;
