//! A parsed text: its source and its syntax tree with byte spans.

use super::diagnostic::Diagnostic;
use super::fault::Fault;
use super::limits::FILE_BYTES_MAX;
use super::source::Source;
use super::syntax;
use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{BlockLabel, Body};
use hcl_edit::template::{Element, StringTemplate};
use hcl_edit::visit::{self, Visit};

/// A text that follows the grammar of the language.
#[derive(Clone, Debug)]
pub struct Document {
    source: Source,
    body: Body,
}

impl Document {
    /// Parses a text.
    ///
    /// # Errors
    /// The first place where the text leaves the grammar.
    pub fn parse(source: Source) -> Result<Self, Box<Diagnostic>> {
        if source.text().len() > FILE_BYTES_MAX {
            let detail = format!("a file may have at most {FILE_BYTES_MAX} bytes");
            return Err(Box::new(
                Diagnostic::about(source.name(), "file too large").with_detail(detail),
            ));
        }
        let body: Body = match source.text().parse() {
            Ok(body) => body,
            Err(error) => {
                return Err(Box::new(source.diagnose(&syntax::explain(&source, &error))));
            }
        };
        let mut lines = LineBreaks {
            source: &source,
            found: None,
        };
        lines.visit_body(&body);
        match lines.found {
            Some(fault) => Err(Box::new(source.diagnose(&fault))),
            None => Ok(Self { source, body }),
        }
    }

    /// Parses one expression, such as the value of `-var`.
    ///
    /// # Errors
    /// The first place where the text leaves the grammar.
    pub fn parse_expression(source: &Source) -> Result<Expression, Box<Diagnostic>> {
        if source.text().len() > FILE_BYTES_MAX {
            return Err(Box::new(Diagnostic::about(
                source.name(),
                "value too large",
            )));
        }
        match source.text().trim().parse::<Expression>() {
            Ok(expr) => Ok(expr),
            Err(error) => Err(Box::new(
                source.diagnose(&syntax::explain_expression(source, &error)),
            )),
        }
    }

    /// The text that was parsed.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The syntax tree.
    #[must_use]
    pub fn body(&self) -> &Body {
        &self.body
    }
}

/// Finds line breaks inside quotes, which the parser lets pass and the language forbids.
struct LineBreaks<'a> {
    source: &'a Source,
    found: Option<Box<Fault>>,
}

impl LineBreaks<'_> {
    fn check(&mut self, span: Option<std::ops::Range<usize>>) {
        let Some(span) = span else { return };
        let Some(at) = self.source.slice(&span).find('\n') else {
            return;
        };
        if self.found.is_none() {
            let at = span.start + at;
            let fault = Fault::new(at..at + 1, "line break in a quoted text")
                .detail("a quoted text must end on the line on which it begins")
                .hint("write \\n for a line break, or use a heredoc (<<EOF)");
            self.found = Some(fault);
        }
    }
}

impl Visit for LineBreaks<'_> {
    fn visit_expr(&mut self, node: &Expression) {
        if let Expression::String(text) = node {
            self.check(text.span());
        }
        visit::visit_expr(self, node);
    }

    fn visit_string_template(&mut self, node: &StringTemplate) {
        for element in node {
            if let Element::Literal(literal) = element {
                self.check(literal.span());
            }
        }
        visit::visit_string_template(self, node);
    }

    fn visit_block_label(&mut self, node: &BlockLabel) {
        self.check(node.span());
    }
}
