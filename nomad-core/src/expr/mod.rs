//! Small languages of the job file: versions, patterns, targets, numbers, units.
//!
//! Constraints and affinities are compiled once per evaluation and then asked for every node.

pub mod attribute;
pub mod filter;
pub mod glob;
pub mod number;
pub mod operator;
pub mod pattern;
pub mod target;
pub mod version;
