//! `condition ? a : b`: one type for both branches, only the chosen one must have a value.

use super::evaluator::{Evaluated, Evaluator};
use super::scope::Scope;
use super::span_of;
use crate::hcl::convert::convert;
use crate::hcl::fault::Fault;
use crate::hcl::source::start_of;
use crate::hcl::types::Type;
use crate::hcl::unify::unify;
use crate::hcl::value::Value;
use hcl_edit::expr::{Conditional, Expression};

impl Evaluator<'_> {
    pub(super) fn conditional(&self, node: &Conditional, scope: &Scope<'_>) -> Evaluated {
        let (chosen, other) = if self.condition(&node.cond_expr, scope)? {
            (&node.true_expr, &node.false_expr)
        } else {
            (&node.false_expr, &node.true_expr)
        };
        let value = self.evaluate(chosen, scope)?;
        let other = match self.evaluate(other, scope) {
            Ok(other) => Type::of(&other),
            Err(_) => return Ok(value),
        };
        match unify(&[Type::of(&value), other.clone()]) {
            Some(joint) => Ok(convert(&value, &joint).unwrap_or(value)),
            // Collections that have no common type stay as they are.
            None if is_collection(&value) && !other.is_primitive() => Ok(value),
            None => Err(Fault::new(start_of(chosen)..span_of(chosen).end, "branches of different types")
                .detail(format!(
                    "both branches of \"condition ? a : b\" must have one type; here they are {} and {other}",
                    value.type_name()
                ))),
        }
    }

    /// The truth of a condition.
    pub(super) fn condition(
        &self,
        expr: &Expression,
        scope: &Scope<'_>,
    ) -> Result<bool, Box<Fault>> {
        let value = self.evaluate(expr, scope)?;
        let refuse = |detail: &str| {
            let start = start_of(expr);
            let span = start..span_of(expr).end.max(start);
            Fault::new(span, "not a condition").detail(detail)
        };
        match convert(&value, &Type::Bool) {
            Ok(Value::Bool(truth)) => Ok(truth),
            Ok(_) => Err(refuse("the condition is null; it must be true or false")),
            Err(_) => Err(refuse(&format!(
                "the condition must be true or false, not a {}",
                value.type_name()
            ))),
        }
    }
}

fn is_collection(value: &Value) -> bool {
    matches!(value, Value::Items(_) | Value::Fields(_))
}
