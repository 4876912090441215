//! A finding inside one source, before it is rendered: a span instead of line and column.

use std::ops::Range;

/// What is wrong, and at which bytes of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The bytes that the caret points at.
    pub span: Range<usize>,
    /// One line that says what is wrong.
    pub summary: String,
    /// Why, or what was expected; may be empty.
    pub detail: String,
    /// What to do about it.
    pub hints: Vec<String>,
}

impl Fault {
    /// A finding with no more than its summary.
    pub fn new(span: Range<usize>, summary: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            span,
            summary: summary.into(),
            detail: String::new(),
            hints: Vec::new(),
        })
    }

    /// Adds why, or what was expected.
    #[must_use]
    pub fn detail(mut self: Box<Self>, detail: impl Into<String>) -> Box<Self> {
        self.detail = detail.into();
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self: Box<Self>, hint: impl Into<String>) -> Box<Self> {
        self.hints.push(hint.into());
        self
    }

    /// Adds a hint where there is one.
    #[must_use]
    pub fn maybe_hint(self: Box<Self>, hint: Option<String>) -> Box<Self> {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }
}
