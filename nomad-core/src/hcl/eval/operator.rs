//! Unary and binary operators. Text converts to numbers and bools where these are needed;
//! equality compares type and content.

use super::evaluator::{Evaluated, Evaluator};
use super::scope::Scope;
use super::span_of;
use crate::hcl::convert::convert;
use crate::hcl::fault::Fault;
use crate::hcl::number::Number;
use crate::hcl::types::Type;
use crate::hcl::value::Value;
use hcl_edit::expr::{BinaryOp, BinaryOperator, Expression, UnaryOp, UnaryOperator};
use std::cmp::Ordering;
use std::ops::Range;

impl Evaluator<'_> {
    pub(super) fn unary(
        &self,
        node: &UnaryOp,
        span: &Range<usize>,
        scope: &Scope<'_>,
    ) -> Evaluated {
        let operand = self.evaluate(&node.expr, scope)?;
        let side = Side {
            name: "operand",
            expr: &node.expr,
            whole: span,
        };
        match node.operator.value() {
            UnaryOperator::Neg => Ok(Value::Number(side.number(&operand)?.negate())),
            UnaryOperator::Not => Ok(Value::Bool(!side.bool(&operand)?)),
        }
    }

    pub(super) fn binary(
        &self,
        node: &BinaryOp,
        span: &Range<usize>,
        scope: &Scope<'_>,
    ) -> Evaluated {
        use BinaryOperator as Op;
        let left = self.evaluate(&node.lhs_expr, scope)?;
        let right = self.evaluate(&node.rhs_expr, scope)?;
        self.spend_on(&left);
        self.spend_on(&right);
        let operator = *node.operator.value();
        match operator {
            Op::Eq => return Ok(Value::Bool(left == right)),
            Op::NotEq => return Ok(Value::Bool(left != right)),
            _ => {}
        }
        let left_side = Side {
            name: "left operand",
            expr: &node.lhs_expr,
            whole: span,
        };
        let right_side = Side {
            name: "right operand",
            expr: &node.rhs_expr,
            whole: span,
        };
        if matches!(operator, Op::And | Op::Or) {
            let (a, b) = (left_side.bool(&left)?, right_side.bool(&right)?);
            return Ok(Value::Bool(if operator == Op::And {
                a && b
            } else {
                a || b
            }));
        }
        let (a, b) = (left_side.number(&left)?, right_side.number(&right)?);
        compute(operator, &a, &b).ok_or_else(|| {
            Fault::new(span.clone(), "no such number")
                .detail("the result is not defined or out of the range that is computed with")
        })
    }
}

fn compute(operator: BinaryOperator, a: &Number, b: &Number) -> Option<Value> {
    use BinaryOperator as Op;
    let order = a.compare(b);
    match operator {
        Op::Plus => a.add(b).map(Value::Number),
        Op::Minus => a.subtract(b).map(Value::Number),
        Op::Mul => a.multiply(b).map(Value::Number),
        Op::Div => a.divide(b).map(Value::Number),
        Op::Mod => a.remainder(b).map(Value::Number),
        Op::Less => Some(Value::Bool(order == Ordering::Less)),
        Op::LessEq => Some(Value::Bool(order != Ordering::Greater)),
        Op::Greater => Some(Value::Bool(order == Ordering::Greater)),
        Op::GreaterEq => Some(Value::Bool(order != Ordering::Less)),
        Op::Eq | Op::NotEq | Op::And | Op::Or => None,
    }
}

/// One operand, for its conversion and its message.
struct Side<'a> {
    name: &'static str,
    expr: &'a Expression,
    whole: &'a Range<usize>,
}

impl Side<'_> {
    fn number(&self, value: &Value) -> Result<Number, Box<Fault>> {
        match self.converted(value, &Type::Number)? {
            Value::Number(number) => Ok(number),
            _ => Err(self.null()),
        }
    }

    fn bool(&self, value: &Value) -> Result<bool, Box<Fault>> {
        match self.converted(value, &Type::Bool)? {
            Value::Bool(bool) => Ok(bool),
            _ => Err(self.null()),
        }
    }

    fn converted(&self, value: &Value, wanted: &Type) -> Evaluated {
        convert(value, wanted).map_err(|error| {
            Fault::new(span_of(self.expr), format!("unsuitable {}", self.name))
                .detail(error.to_string())
        })
    }

    fn null(&self) -> Box<Fault> {
        Fault::new(self.whole.clone(), "null cannot be computed with")
            .detail(format!("the {} is null", self.name))
    }
}
