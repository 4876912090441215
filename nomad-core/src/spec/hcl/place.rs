//! Places of blocks in the source that the parser's spans do not name.

use crate::hcl::Source;
use hcl_edit::Span;
use hcl_edit::structure::{Block, BlockLabel};
use std::ops::Range;

/// The bytes of a node.
pub(super) fn span_of(node: &impl Span) -> Range<usize> {
    node.span().unwrap_or(0..0)
}

/// The bytes of a label.
pub(super) fn label_span(label: &BlockLabel) -> Range<usize> {
    span_of(label)
}

/// The opening brace of a block.
pub(super) fn open_brace(source: &Source, block: &Block) -> Range<usize> {
    let header = match block.labels.last() {
        Some(label) => label_span(label),
        None => span_of(&block.ident),
    };
    let rest = source.text().get(header.end..).unwrap_or("");
    let at = header.end + rest.find('{').unwrap_or(0);
    at..at + 1
}
