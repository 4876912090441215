//! Filters of lists: `Status == "ready" and Meta.rack != "r1"` (spec/api-cli 1.7).
//!
//! In: the text of a filter, then the public JSON of one object at a time. Out: kept or not. What is
//! always true: an expression is read once, before any object is seen; a missing entry of a map does
//! not match, a field that objects do not have is an error.

mod evaluate;
mod parse;

use serde_json::Value;

pub use evaluate::EvaluateError;
pub use parse::ParseError;

/// A filter that was read.
#[derive(Debug, Clone)]
pub struct Filter(Expr);

impl Filter {
    /// Reads the text of a filter.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with the place and what was expected there.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        parse::parse(text).map(Self)
    }

    /// Whether `object` passes.
    ///
    /// # Errors
    ///
    /// [`EvaluateError`] for a field that the object does not have, and for a value that cannot be
    /// compared with the field's.
    pub fn keeps(&self, object: &Value) -> Result<bool, EvaluateError> {
        evaluate::evaluate(&self.0, object, &mut Vec::new())
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Expr {
    Or(Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Match {
        path: Vec<String>,
        test: Test,
        value: String,
    },
    Each {
        every: bool,
        path: Vec<String>,
        names: (String, Option<String>),
        inner: Box<Expr>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Test {
    Equal,
    NotEqual,
    Contains,
    NotContains,
    Empty,
    NotEmpty,
    Matches,
    NotMatches,
}
