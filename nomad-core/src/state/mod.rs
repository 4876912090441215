//! What is true: the replicated state, its indexes, and immutable snapshots of it.
//!
//! Tables are persistent ordered maps, so that a snapshot costs a handful of reference counts.
//! Only `apply` writes. The read side lives in `read`; `encode` and `digest` see the whole.

mod apply;
mod digest;
mod encode;
mod ledgers;
mod load;
mod read;
mod tables;

pub use apply::{Applied, ApplyError, Topic};
pub use digest::Digest;
pub use encode::{IMAGE_VERSION, RestoreError, StateImage};
pub use tables::{
    GroupSummary, JOB_VERSIONS_MAX, JobRecord, OpenCounts, Snapshot, State, TableName,
};
