//! What is true: the replicated state, its indexes, and immutable snapshots of it.
//!
//! Tables are persistent ordered maps, so that a snapshot costs a handful of reference counts.
//! Only `apply` writes. The read side lives in `read`.

mod read;
mod tables;

pub use tables::{GroupSummary, JOB_VERSIONS_MAX, JobRecord, Snapshot, State, TableName};
