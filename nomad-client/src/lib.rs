//! The node agent of a Nomad-compatible workload orchestrator: it runs tasks.
//!
//! What it promises: a task outlives its agent, ends completely, and is found again with its exit and
//! its output; nobody leaves an allocation's directory through it. What it does not do: decide where
//! tasks run, or talk HTTP.
//!
//! The two types to know are [`drivers::Driver`], one way of running tasks, and
//! `executor::Supervisor`, the small process that stays with each of them. Processes, control groups
//! and directory handles need Linux; elsewhere those modules are absent and say so.

pub mod agent;
pub mod alloc;
#[cfg(target_os = "linux")]
pub mod cgroups;
pub mod drivers;
#[cfg(target_os = "linux")]
pub mod env;
pub mod executor;
#[cfg(target_os = "linux")]
pub mod fingerprint;
#[cfg(target_os = "linux")]
pub mod fs;
#[cfg(target_os = "linux")]
pub mod logs;
#[cfg(target_os = "linux")]
pub mod shell;
pub mod signals;
pub mod store;
pub mod task;
