//! Which variables and locals an expression refers to.

use hcl_edit::Span;
use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::visit::{self, Visit};
use std::ops::Range;

/// A reference such as `var.name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) name: String,
    pub(super) span: Range<usize>,
}

/// The references of an expression below one root (`var` or `local`).
pub(super) fn references(root: &'static str, expr: &Expression) -> Vec<Reference> {
    let mut collector = Collector {
        root,
        found: Vec::new(),
    };
    collector.visit_expr(expr);
    collector.found
}

struct Collector {
    root: &'static str,
    found: Vec<Reference>,
}

impl Visit for Collector {
    fn visit_traversal(&mut self, node: &Traversal) {
        if let (Expression::Variable(root), Some(first)) = (&node.expr, node.operators.first()) {
            let name = match first.value() {
                TraversalOperator::GetAttr(name) => Some(name.as_str()),
                TraversalOperator::Index(Expression::String(name)) => Some(name.as_str()),
                _ => None,
            };
            if let Some(name) = name.filter(|_| root.as_str() == self.root) {
                let span = node.expr.span().unwrap_or(0..0);
                self.found.push(Reference {
                    name: name.to_owned(),
                    span,
                });
            }
        }
        visit::visit_traversal(self, node);
    }
}
