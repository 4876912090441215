//! How things look: columns, key-value blocks, times, sizes, quotes. Pure functions of their arguments.

mod calendar;
mod id;
mod json;
mod pairs;
mod quote;
mod rule;
mod size;
mod span;
mod table;
mod zone;

pub(crate) use crate::api::Moment;
pub(crate) use id::{short, shorten};
pub(crate) use json::pretty;
pub(crate) use pairs::pairs;
pub(crate) use quote::quoted;
pub(crate) use size::{bytes, mebibytes};
pub(crate) use span::{ago, go_duration};
pub(crate) use table::{or_none, table};
pub(crate) use zone::Zone;
