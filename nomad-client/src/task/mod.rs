//! The life of one task: hooks, start, wait, restart or end. No I/O.
//!
//! In: results of hooks and drivers, kill and restart wishes, and time. Out: effects for the shell and
//! a [`TaskState`](nomad_core::model::TaskState) for the server. Always true: a task is started only
//! when its lifecycle gate is open and nothing of an earlier start is left, and it is dead only when
//! its driver has let go of it.

pub mod event;
pub mod hooks;
mod kill;
mod record;
pub mod restart;
mod restore;
mod runner;
mod step;

pub use record::TaskRecord;
pub(crate) use runner::TaskRunner;
pub(crate) use step::Step;
