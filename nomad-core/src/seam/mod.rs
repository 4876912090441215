//! The seams of the core: each trait with its contract and an in-memory implementation.

pub mod disk;
pub mod log_store;
mod machine;

pub use machine::Machine;
