//! What commands print, as pure functions: views in, text out. One noun per file; columns and blocks come from
//! [`super::layout`].

pub(crate) mod alloc;
pub(crate) mod allocs;
pub(crate) mod deployment;
pub(crate) mod diff;
pub(crate) mod eval;
pub(crate) mod history;
pub(crate) mod job;
pub(crate) mod job_section;
pub(crate) mod look;
pub(crate) mod members;
pub(crate) mod metric;
pub(crate) mod node;
pub(crate) mod node_usage;
pub(crate) mod plan;
pub(crate) mod task;
pub(crate) mod task_event;

pub(crate) use look::Look;
