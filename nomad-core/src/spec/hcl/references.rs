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
pub(super) struct References {
    pub(super) named: Vec<Reference>,
    /// Whether the root is also used as a whole, as in `keys(local)`.
    pub(super) whole: bool,
}

/// Finds the references of an expression below a root.
pub(super) fn references(root: &'static str, expr: &Expression) -> References {
    let mut collector = Collector {
        root,
        found: References {
            named: Vec::new(),
            whole: false,
        },
    };
    collector.visit_expr(expr);
    collector.found
}

struct Collector {
    root: &'static str,
    found: References,
}

impl Visit for Collector {
    fn visit_expr(&mut self, node: &Expression) {
        if matches!(node, Expression::Variable(name) if name.as_str() == self.root) {
            self.found.whole = true;
        }
        visit::visit_expr(self, node);
    }

    fn visit_traversal(&mut self, node: &Traversal) {
        if let (Expression::Variable(root), Some(first)) = (&node.expr, node.operators.first()) {
            let name = match first.value() {
                TraversalOperator::GetAttr(name) => Some(name.as_str()),
                TraversalOperator::Index(Expression::String(name)) => Some(name.as_str()),
                _ => None,
            };
            if let Some(name) = name.filter(|_| root.as_str() == self.root) {
                let span = node.expr.span().unwrap_or(0..0);
                self.found.named.push(Reference {
                    name: name.to_owned(),
                    span,
                });
                for operator in &node.operators {
                    self.visit_traversal_operator(operator);
                }
                return;
            }
        }
        visit::visit_traversal(self, node);
    }
}
