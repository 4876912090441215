//! Consensus: [`Node`] drives the `raft` crate's state machine over a log and snapshots.
//!
//! It does no network I/O and reads no clock: messages of peers come in with [`Node::step`] and
//! leave with [`Node::take_outgoing`], time passes with `tick`. No type of the `raft` crate leaves
//! this module; messages between servers have a coding of their own.

mod config;
mod convert;
mod durable;
mod frame;
mod guard;
mod member;
mod open;
mod storage;

pub use config::NodeConfig;
pub use durable::{DurableNode, MemoryNode};
pub use frame::{FrameError, Outgoing};
pub use member::Node;
pub use open::{OpenError, Recovered};
