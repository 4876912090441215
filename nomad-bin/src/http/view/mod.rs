//! What the public JSON shows, made from what the state holds (spec/api-cli 2.24).

pub mod alloc;
pub mod deployment;
pub mod eval;
pub mod job;
pub mod node;
mod sparse;
mod time;

pub use sparse::without_empty;
pub use time::moment;
