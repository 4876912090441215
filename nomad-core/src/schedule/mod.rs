//! From an evaluation to a plan.
//!
//! In: a snapshot of the state, an evaluation, a [`Policy`], the present, a seed for ids. Out: a
//! [`Decision`]. What is always true: equal input gives equal output, byte for byte; every placement
//! of the plan passes the applier's `fit` at the same snapshot.

mod board;
mod decision;
mod driver;
mod explain;
mod field;
mod finish;
mod full;
mod inplace;
mod place;
mod policy;
mod round;
mod sampled;
mod seat;
mod tally;
#[cfg(test)]
mod tests;

pub use decision::Decision;
pub use driver::schedule;
pub use explain::{NodeReason, Verdict, explain};
pub use policy::{Policy, Search};
