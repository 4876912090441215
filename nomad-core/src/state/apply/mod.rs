//! Writing the state: one log entry at a time, the same on every server.
//!
//! In: an index and an [`Entry`](crate::command::Entry); out: what changed. A refused entry changes
//! nothing but the index. No clock, no chance: two servers that applied the same log are equal.
//! One file per noun; `write` holds what they share.

mod alloc;
mod applied;
mod client;
mod collect;
mod counters;
mod deployment;
mod entry;
mod error;
mod eval;
mod job;
mod node;
mod plan;
mod retention;
mod settings;
mod write;

#[cfg(test)]
mod tests;

pub use applied::{Applied, Topic};
pub use error::ApplyError;
