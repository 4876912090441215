//! What a server remembers: consensus, the durable log, snapshots, and the RPC between agents.
//!
//! This crate fills seams of [`nomad_core`]: [`log::Wal`] and [`log::SledLog`] are log stores,
//! [`snapshot::SnapshotFiles`] keeps snapshots, [`node::Node`] is consensus over both, and
//! [`rpc`] carries typed requests between agents. It decides nothing about jobs or nodes.
//!
//! Always true: nothing is acknowledged before it is durable; no type of the `raft` crate is
//! visible outside; after a failed sync nothing is written any more.

mod blob;
pub mod disk;
pub mod log;
pub mod node;
pub mod rpc;
pub mod snapshot;

pub use blob::Blob;
