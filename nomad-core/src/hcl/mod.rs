//! The language of job files and agent configuration: HCL 2. Text comes in; a syntax tree with
//! byte spans ([`Document`]), values ([`Value`]) and findings ([`Diagnostic`]) go out. Nothing
//! here knows what a job is.
//!
//! Always true: no I/O, clock or randomness of its own ([`FileSource`] and [`RandomSource`] are
//! passed in), no panic and no unbounded work on any input (see [`limits`]), objects and maps in
//! the order of their keys.

mod convert;
mod diagnostic;
mod document;
mod duration;
mod equal;
mod eval;
mod fault;
mod function;
mod grapheme;
mod json;
pub mod limits;
mod near;
mod nfc;
mod number;
mod outside;
mod source;
mod syntax;
mod tokens;
mod type_expr;
mod types;
mod unify;
mod value;

pub use convert::{ConvertError, convert};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use document::Document;
pub use duration::{DurationError, go_duration};
pub use eval::{Evaluator, Scope, elements};
pub use fault::Fault;
pub use json::{json_text, value_from_json};
pub use near::did_you_mean;
pub use number::{Number, ReadNumberError};
pub use outside::{FileSource, FileSourceError, RandomSource};
pub use source::{Position, Source, start_of};
pub use type_expr::read_type;
pub use types::Type;
pub use value::{Fields, FieldsKind, Items, ItemsKind, Value};
