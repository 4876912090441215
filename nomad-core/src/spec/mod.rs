//! From what a user wrote to a job that the state may hold.
//!
//! `text -> JobSpec -> canonicalize -> complete -> imply -> validate -> settle -> Job`. [`admit`]
//! walks the whole way from a raw job on. Every refusal names the block, its label and the field;
//! all of them are collected before anything is refused.

mod admit;
mod canonicalize;
mod complete;
mod imply;
pub mod validate;

pub use admit::{AdmitError, Admitted, admit};
pub use canonicalize::canonicalize;
pub use validate::Limits;
