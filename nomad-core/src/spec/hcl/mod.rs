//! Job files: from HCL text to the raw job, [`JobSpec`](crate::model::JobSpec).
//!
//! Text and [`Inputs`] (variables, files) come in, a job or a list of findings goes out. What the
//! language has and this program has not is refused, never dropped. The fields of the language are
//! the tables in `schema`; the rest of this folder walks the syntax tree along them.

mod argument;
mod decode;
mod dynamic;
mod file;
mod free;
mod inherit;
mod inputs;
mod json_form;
mod locals;
mod place;
mod references;
mod schema;
mod variable_values;
mod variables;

pub use file::{parse_hcl, parse_hcl_reporting};
pub use inputs::{Inputs, SpecError, VarFile};

#[cfg(test)]
mod tests;
