//! A condition on nodes, compiled once per evaluation.

use std::sync::Arc;

use crate::expr::operator::{Operator, Test};
use crate::expr::target::Target;
use crate::model::{Affinity, Constraint, Node};

/// Compares two targets of a node.
#[derive(Debug, Clone)]
pub struct Matcher {
    left: Target,
    right: Target,
    operator: Operator,
    /// Compiled already when the right side does not depend on the node.
    test: Option<Test>,
    /// Nodes of one class may differ in it.
    pub escapes: bool,
}

impl Matcher {
    /// Compiles a condition.
    #[must_use]
    pub fn compile(left: &str, operator: &str, right: &str) -> Self {
        let operator = Operator::parse(operator);
        let escapes = Target::escapes_class(left) || Target::escapes_class(right);
        let (left, right) = (Target::parse(left), Target::parse(right));
        let test = match &right {
            Target::Literal(text) => Some(Test::compile(operator, text)),
            _ => None,
        };
        Self {
            left,
            right,
            operator,
            test,
            escapes,
        }
    }

    /// Does the node meet it?
    #[must_use]
    pub fn matches(&self, node: &Node) -> bool {
        let left = self.left.resolve(node);
        let right = self.right.resolve(node);
        match &self.test {
            Some(test) => test.holds(left.as_deref(), right.as_deref()),
            None => Test::compile(self.operator, right.as_deref().unwrap_or(""))
                .holds(left.as_deref(), right.as_deref()),
        }
    }
}

/// A constraint with the text that metrics show.
#[derive(Debug, Clone)]
pub struct CompiledConstraint {
    /// The condition.
    pub matcher: Matcher,
    /// `<left> <operator> <right>`.
    pub text: Arc<str>,
}

impl CompiledConstraint {
    /// Compiles a constraint; none for those judged per node and job.
    #[must_use]
    pub fn compile(constraint: &Constraint) -> Option<Self> {
        let Constraint {
            ltarget,
            rtarget,
            operand,
        } = constraint;
        if matches!(
            Operator::parse(operand),
            Operator::DistinctHosts | Operator::DistinctProperty
        ) {
            return None;
        }
        Some(Self {
            matcher: Matcher::compile(ltarget, operand, rtarget),
            text: format!("{ltarget} {operand} {rtarget}").into(),
        })
    }
}

impl From<&Affinity> for Matcher {
    fn from(affinity: &Affinity) -> Self {
        Self::compile(&affinity.ltarget, &affinity.operand, &affinity.rtarget)
    }
}
