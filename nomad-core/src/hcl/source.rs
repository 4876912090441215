//! A named text with a table of its lines: from byte offsets to lines and columns.

use super::diagnostic::Diagnostic;
use super::fault::Fault;
use super::grapheme;
use hcl_edit::Span;
use hcl_edit::expr::Expression;
use std::ops::Range;
use std::sync::Arc;

/// A place in a text, both counted from 1; columns count characters as a reader sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

/// A file's name and text.
#[derive(Clone, Debug)]
pub struct Source {
    name: Arc<str>,
    text: Arc<str>,
    line_starts: Arc<[usize]>,
}

impl Source {
    /// Takes a text and notes where its lines begin.
    #[must_use]
    pub fn new(name: &str, text: &str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            name: Arc::from(name),
            text: Arc::from(text),
            line_starts: std::iter::once(0).chain(after_breaks).collect(),
        }
    }

    /// The name that messages show.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a span; empty where the span is not one of this text.
    #[must_use]
    pub fn slice(&self, span: &Range<usize>) -> &str {
        self.text.get(span.clone()).unwrap_or("")
    }

    /// Line and column of a byte offset; offsets beyond the text mean its end.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self
            .line_starts
            .partition_point(|start| *start <= offset)
            .max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or("");
        Position {
            line,
            column: grapheme::count(before) + 1,
        }
    }

    /// The byte offset of a line and a byte column, both counted from 1, as other readers give them.
    #[must_use]
    pub fn offset(&self, line: usize, column: usize) -> usize {
        let start = self
            .line_starts
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or(0);
        (start + column.saturating_sub(1)).min(self.text.len())
    }

    /// The text of a line, counted from 1, without its line break.
    #[must_use]
    pub fn line(&self, line: usize) -> &str {
        let start = self
            .line_starts
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or(0);
        let rest = self.text.get(start..).unwrap_or("");
        rest.lines().next().unwrap_or("")
    }

    /// A finding of the engine as a message that names file, line and column.
    #[must_use]
    pub fn diagnose(&self, fault: &Fault) -> Diagnostic {
        Diagnostic::at(self, fault.span.clone(), fault.summary.clone())
            .with_detail(fault.detail.clone())
            .with_hints(fault.hints.clone())
    }
}

/// Where an expression's first meaningful character stands: inside the quotes of a text, at the
/// first operand of an operation. Messages about a value point there.
#[must_use]
pub fn start_of(expr: &Expression) -> usize {
    match expr {
        // An empty text has nothing inside its quotes: the place after it.
        Expression::String(text) if text.is_empty() => expr.span().map_or(0, |span| span.end),
        Expression::String(_) => expr.span().map_or(0, |span| span.start + 1),
        Expression::StringTemplate(template) => template
            .iter()
            .next()
            .and_then(|element| element.span())
            .or_else(|| expr.span())
            .map_or(0, |span| span.start),
        Expression::Conditional(conditional) => start_of(&conditional.cond_expr),
        Expression::BinaryOp(operation) => start_of(&operation.lhs_expr),
        Expression::Traversal(traversal) => start_of(&traversal.expr),
        _ => expr.span().map_or(0, |span| span.start),
    }
}
