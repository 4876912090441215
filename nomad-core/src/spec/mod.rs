//! From what a user wrote to a job that the state may hold.
//!
//! `text -> JobSpec -> canonicalize -> complete -> imply -> validate -> settle -> Job`. [`admit`]
//! walks the whole way from a raw job on. Every refusal names the block, its label and the field;
//! all of them are collected before anything is refused.

mod admit;
mod canonicalize;
mod complete;
#[cfg(feature = "hcl")]
mod hcl;
mod imply;
pub mod validate;

pub use admit::{AdmitError, Admitted, admit};
pub use canonicalize::canonicalize;
#[cfg(feature = "hcl")]
pub use hcl::{Inputs, SpecError, VarFile, parse_hcl, parse_hcl_reporting};
pub use validate::Limits;
