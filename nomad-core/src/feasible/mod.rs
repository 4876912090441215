//! Which nodes could run a group at all, whatever room they have (spec/scheduler 6.5, 6.8)?
//!
//! In: a job, compiled once per evaluation, and a node. Out: nothing, or the first [`Refusal`].
//! What is always true: what is not supported yet refuses; nothing passes silently.

mod checks;
mod class;
mod constraint;
mod distinct;
mod node_class;
mod refusal;

pub use checks::{GroupChecks, JobChecks};
pub use class::{Classes, Known};
pub use constraint::{CompiledConstraint, Matcher};
pub use distinct::{PropertySet, PropertyUse, distinct_hosts};
pub use node_class::node_class;
pub use refusal::Refusal;
