//! The table of keys (spec/inventory/agent_config.csv).

mod agent;
mod client;
mod driver;
mod outside;
mod server;

pub(super) use agent::AGENT;
