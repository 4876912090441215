//! The functions of the language, one file per family. Each is a row of a table: name,
//! parameters, body. Bodies see converted arguments, have no side effects and bound their output.

mod cidr;
mod collection;
mod csv;
mod date;
mod encoding;
mod file;
mod format;
mod format_verb;
mod hash;
mod numeric;
mod registry;
mod set;
mod string;
mod yaml;
mod yaml_flow;
mod yaml_read;
mod yaml_scalar;

pub(super) use registry::{Call, Function, Parameter, find, names};
