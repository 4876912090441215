//! The seams of the core: each trait with its contract and an in-memory implementation.

pub mod consensus;
pub mod disk;
pub mod log_store;
mod machine;
pub mod snapshot_store;

pub use machine::Machine;
