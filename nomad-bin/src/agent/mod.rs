//! The agent: server, client, HTTP and RPC in one process.
//!
//! In: an [`AgentConfig`]. Out: a running [`Agent`]. Always true: what was started is stopped again
//! in reverse, and a dev agent leaves no file, process or control group behind.

mod banner;
mod client;
pub mod clock;
mod config;
mod console;
mod file;
mod link;
mod listen;
mod log;
mod run;
mod start;

pub use client::ClientStartError;
pub use config::{
    Addresses as AddressConfig, AgentConfig, ClientPart, ConfigError, LogLevel, PORT_HTTP,
    PORT_RPC, PORT_SERF, Plugins, Ports, Reserved, ServerPart,
};
pub use file::{FileError, load};
pub use listen::ListenError;
pub use run::run;
pub use start::{Addresses, Agent, AgentError, start};
