//! Control groups: a task's identity, its limits, and the sure way to end all of it.
//!
//! In: the machine's hierarchies (version 2, or the version 1 controllers), a parent name, limits.
//! Out: a [`Group`] per task that can be joined, counted, killed and removed. Every path is relative
//! to mount points given as arguments, so that tests run on plain directories. Always true: a group
//! that a job file names itself (`cgroup_v1_override`) is joined, never limited, killed or removed.

mod error;
mod file;
mod group;
mod hierarchy;
mod kill;
mod limits;
mod share;
#[cfg(test)]
mod tests;
mod tree;
mod usage;

pub use error::CgroupError;
pub use group::{Group, Own};
pub use hierarchy::Hierarchy;
pub use limits::Limits;
pub(crate) use limits::core_list;
pub use tree::Tree;
pub use usage::{GroupMemory, GroupThrottling};
