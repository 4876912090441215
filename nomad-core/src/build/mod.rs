//! Builders: nodes and jobs in a few words, for programs that embed this crate.
//!
//! What they make is canonical and valid, like everything that the state holds: a job goes the same
//! way as one that came over HTTP ([`crate::spec::admit`]).

mod job;
mod node;
#[cfg(feature = "hcl")]
mod text;

pub use job::{GroupBuilder, JobBuilder, TaskBuilder};
pub use node::NodeBuilder;
#[cfg(feature = "hcl")]
pub use text::TextError;
