//! Syntax errors in words for people. The parser says that a text is wrong; the recognizer here
//! walks the text again by the grammar and finds the place and the cause that a person would name:
//! the brace that is never closed, the quote that is missing, the line that is no argument. It
//! only runs on texts that the parser refused.

mod body;
mod expression;
mod scan;
mod template;

use super::fault::Fault;
use super::source::Source;
use hcl_edit::parser::Error;
use scan::Scan;

/// The parser's finding as a fault of ours.
pub(super) fn explain(source: &Source, error: &Error) -> Box<Fault> {
    let mut scan = Scan::new(source.text());
    if let Err(fault) = scan.file() {
        return fault;
    }
    let offset = error.location().offset().min(source.text().len());
    let next = source
        .text()
        .get(offset..)
        .and_then(|rest| rest.chars().next());
    let end = offset + next.map_or(0, char::len_utf8);
    Fault::new(offset..end, "syntax error").detail(readable(error.message()))
}

/// The same for a text that is one expression.
pub(super) fn explain_expression(source: &Source, error: &Error) -> Box<Fault> {
    let mut scan = Scan::new(source.text());
    match scan.whole_expression() {
        Err(fault) => fault,
        Ok(()) => {
            Fault::new(0..source.text().len(), "syntax error").detail(readable(error.message()))
        }
    }
}

/// The parser's words on one line, with visible line breaks.
fn readable(message: &str) -> String {
    message.replace("`\n`", "a line break").replace('\n', "; ")
}
