//! What operators ask, one noun per file: each request is checked against the state and becomes one
//! command, or a refusal.

mod deployments;
mod jobs;
mod nodes;
mod request;
