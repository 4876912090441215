//! One resource per file.

pub(super) mod agent;
pub(super) mod allocations;
pub(super) mod client;
pub(super) mod client_files;
pub(super) mod deployments;
pub(super) mod evaluations;
pub(super) mod job;
pub(super) mod job_write;
pub(super) mod jobs;
pub(super) mod lists;
pub(super) mod nodes;
pub(super) mod operator;
pub(super) mod plan;
pub(super) mod status;
pub(super) mod submit;
