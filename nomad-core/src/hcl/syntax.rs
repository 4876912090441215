//! Syntax errors: from what the parser reports to what a person needs to read.

use super::fault::Fault;
use super::source::Source;
use hcl_edit::parser::Error;

/// The parser's finding as a fault of ours.
pub(super) fn explain(source: &Source, error: &Error) -> Box<Fault> {
    let offset = error.location().offset().min(source.text().len());
    let next = source
        .text()
        .get(offset..)
        .and_then(|rest| rest.chars().next());
    let end = offset + next.map_or(0, char::len_utf8);
    Fault::new(offset..end, "syntax error").detail(readable(error.message()))
}

/// The parser's words on one line, with visible line breaks.
fn readable(message: &str) -> String {
    message.replace("`\n`", "a line break").replace('\n', "; ")
}
