//! The faces of the orchestrator: command line, HTTP API, web UI, agent wiring.
//!
//! It is a library too, so that another program can mount the HTTP API. The two types to know are
//! [`http::Api`], what handlers work with, and [`server::ServerHandle`], a running server.

pub mod agent;
mod api;
pub mod cli;
mod dev;
mod draw;
mod dry_run;
pub mod http;
pub mod server;
pub mod ui;

/// Version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Version of the API and job language that this program keeps to; constraints on
/// `${attr.nomad.version}` compare with it.
pub const COMPATIBLE_VERSION: &str = "2.0.6";
