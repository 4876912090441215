//! The server machine, driven by a log that commits at once.

mod deployments;
mod driver;
mod jobs;
mod nodes;
