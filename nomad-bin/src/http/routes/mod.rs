//! One resource per file.

pub mod agent;
pub mod allocations;
pub mod deployments;
pub mod evaluations;
pub mod job;
pub mod job_write;
pub mod jobs;
pub mod lists;
pub mod nodes;
pub mod operator;
pub mod status;
pub mod submit;
