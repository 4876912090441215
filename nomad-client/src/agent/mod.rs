//! The node agent as a machine without I/O: it talks to servers and runs allocations.
//!
//! In: [`Input`]s (answers of servers, results of hooks and drivers, requests, time). Out:
//! [`Effect`]s that a shell performs in order. Always true: what a crash must not lose is in a `Save`
//! effect before the effect that depends on it; tasks run on while servers are away; an answer older
//! than what was seen changes nothing.
//!
//! Read next: [`crate::alloc`] for one allocation, [`crate::task`] for one task.

mod collect;
mod config;
mod effect;
mod input;
mod lane;
mod link;
mod machine;
mod pull;
mod push;
mod request;
mod snapshot;
mod turn;

pub use config::AgentConfig;
pub use effect::Effect;
pub use input::{CallFailure, Input, Shutdown, StartFailure};
pub use lane::{CallId, Lane};
pub use machine::Agent;
pub use request::{LocalRequest, RequestError, Ticket};
pub use snapshot::{AllocSnapshot, TaskSnapshot};
pub(crate) use turn::Turn;
