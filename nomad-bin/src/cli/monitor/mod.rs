//! Following what a command set in motion.

mod deployment;
mod evaluation;

pub(crate) use deployment::{follow as follow_deployment, follow_with_wait};
pub(crate) use evaluation::follow as follow_evaluation;

/// Exit status when something went wrong on the way.
pub(crate) const FAILED: u8 = 1;
/// Exit status when not all allocations could be placed.
pub(crate) const NOT_PLACED: u8 = 2;
