//! Agent configuration files: HCL of the older kind (no expressions) or JSON, merged in order.
//!
//! In: paths of files and directories. Out: an [`AgentConfig`](super::AgentConfig) and remarks, or
//! what is wrong, with file, line and column. Always true: every key is in the table of [`keys`],
//! and a key that is not there is an error.

mod error;
mod key;
mod keys;
mod load;
mod quoted;
mod read;
mod tree;
mod value;

pub use error::FileError;
pub use load::load;
