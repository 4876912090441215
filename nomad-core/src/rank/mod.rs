//! How good is a node for a group (spec/scheduler 6.13)?
//!
//! In: what a node would hold, what the job prefers. Out: each scorer's part and their mean. What is
//! always true: every score is finite.

mod affinity;
mod parts;
mod room;
mod spread;

pub use affinity::Affinities;
pub use parts::{Part, Parts};
pub use room::{binpack_score, spread_score};
pub use spread::Spreads;
