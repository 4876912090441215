//! The driver `mock_driver`: tasks that only pretend, for tests (spec/client 25).
//!
//! In: how long to run, how to end, what to print, what to refuse. Out: exactly that, without any
//! process. Always true: a task lives in the memory of the agent that started it, and another agent
//! finds it by its handle, with what is left of its time.

mod config;
mod driver;

pub use config::Config;
pub use driver::Mock;
