//! The faces of the orchestrator: command line, HTTP API, web UI, agent wiring.
//!
//! It is a library too, so that another program can mount the HTTP API. The two types to know are
//! [`http::Api`], what handlers work with, and [`server::ServerHandle`], a running server.

mod api;
pub mod cli;
pub mod http;
pub mod server;
pub mod ui;

/// Version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
