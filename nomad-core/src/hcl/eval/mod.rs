//! Evaluation of expressions over the parser's tree. A node and a [`Scope`] come in, a
//! [`Value`](super::Value) or a [`Fault`](super::Fault) goes out; the evaluator bounds depth,
//! steps and the weight of every value.

mod call;
mod collection;
mod conditional;
mod evaluator;
mod operator;
mod scope;
mod splat;
mod template;
mod traversal;

pub use collection::elements;
pub use evaluator::Evaluator;
pub use scope::Scope;
pub(in crate::hcl) use traversal::index_value;

use hcl_edit::Span;
use std::ops::Range;

/// The bytes of a node.
fn span_of(node: &impl Span) -> Range<usize> {
    node.span().unwrap_or(0..0)
}
