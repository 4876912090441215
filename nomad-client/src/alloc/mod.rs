//! The life of one allocation: hooks, the order of its tasks, its status, its health. No I/O.
//!
//! In: assignments, results, time. Out: effects and, for the server, an
//! [`AllocUpdate`](nomad_core::command::AllocUpdate). Always true: a terminal status is reported only
//! when nothing of the tasks is left, because the server then gives their resources away.

mod health;
pub mod hooks;
mod kill;
pub mod lifecycle;
mod progress;
mod runner;
mod site;
mod status;

pub use health::{HealthRule, HealthWatch, Verdict};
pub use progress::AllocProgress;
pub(crate) use runner::{AllocRunner, Phase};
pub(crate) use site::Site;
pub use status::derive_status;
