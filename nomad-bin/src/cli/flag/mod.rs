//! Flags: one table per command; from it come parsing, help and suggestions.

mod parse;
pub(crate) mod shared;
mod suggest;
mod table;

pub(crate) use parse::{Parsed, Problem, parse};
pub(crate) use suggest::nearest;
pub(crate) use table::{Flag, Shape};
