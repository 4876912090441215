//! What the public JSON shows, made from what the state holds (spec/api-cli 2.24).

pub(super) mod alloc;
pub(super) mod deployment;
pub(super) mod eval;
pub(super) mod job;
pub(super) mod node;
mod sparse;
mod time;

pub(super) use sparse::without_empty;
pub(super) use time::moment;
