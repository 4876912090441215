//! Names, attributes, indexes. A name that nobody declared stays as `${text}` for the server and
//! the client to fill in at run time.

use super::evaluator::{Evaluated, Evaluator};
use super::scope::Scope;
use super::span_of;
use crate::hcl::convert::convert;
use crate::hcl::fault::Fault;
use crate::hcl::near::did_you_mean;
use crate::hcl::types::Type;
use crate::hcl::value::Value;
use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::{Decorated, Span};
use std::ops::Range;

/// One step of a traversal with the bytes that it has in the source, dot or brackets included.
pub(super) struct Step<'a> {
    pub(super) operator: &'a TraversalOperator,
    pub(super) span: Range<usize>,
}

impl Evaluator<'_> {
    pub(super) fn variable(&self, name: &str, span: &Range<usize>, scope: &Scope<'_>) -> Evaluated {
        if self.constants_only {
            return Err(Fault::new(span.clone(), "variables may not be used here")
                .detail("a constant is expected")
                .maybe_hint(
                    (!name.is_empty()).then(|| format!("a text needs quotes: \"{name}\"")),
                ));
        }
        match scope.value(name) {
            Some(value) => Ok(value.clone()),
            None => Ok(Value::from(format!("${{{name}}}"))),
        }
    }

    pub(super) fn traversal(&self, node: &Traversal, scope: &Scope<'_>) -> Evaluated {
        let steps = self.steps(node);
        if let Expression::Variable(root) = &node.expr
            && scope.value(root.as_str()).is_none()
            && !self.constants_only
        {
            return self.unknown_root(node, &steps, scope);
        }
        let base = self.evaluate(&node.expr, scope)?;
        self.walk(base, &steps, scope)
    }

    /// The steps with their places: the parser's spans leave out dots and brackets.
    fn steps<'n>(&self, node: &'n Traversal) -> Vec<Step<'n>> {
        let mut from = span_of(&node.expr).end;
        let mut steps = Vec::with_capacity(node.operators.len());
        for operator in &node.operators {
            let span = self.step_span(operator, from);
            from = span.end;
            steps.push(Step {
                operator: operator.value(),
                span,
            });
        }
        steps
    }

    fn step_span(&self, operator: &Decorated<TraversalOperator>, from: usize) -> Range<usize> {
        let text = self.source.text();
        let find = |from: usize, mark: [char; 2]| {
            text.get(from..)
                .and_then(|rest| rest.find(mark))
                .map_or(from, |at| from + at)
        };
        let start = find(from, ['.', '[']);
        let inner = match operator.value() {
            TraversalOperator::GetAttr(name) => name.span(),
            TraversalOperator::Index(expr) => expr.span(),
            TraversalOperator::LegacyIndex(index) => index.span(),
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => None,
        };
        let inner_end = inner.map_or(start + 1, |span| span.end.max(start + 1));
        let end = match operator.value() {
            TraversalOperator::Index(_) | TraversalOperator::FullSplat(_) => {
                find(inner_end, [']', ']']) + 1
            }
            TraversalOperator::AttrSplat(_) => find(inner_end, ['*', '*']) + 1,
            TraversalOperator::GetAttr(_) => inner_end,
            TraversalOperator::LegacyIndex(_) => {
                let digits = text.get(start + 1..).unwrap_or("");
                let blanks = digits.len() - digits.trim_start().len();
                let count = digits
                    .trim_start()
                    .bytes()
                    .take_while(u8::is_ascii_digit)
                    .count();
                start + 1 + blanks + count
            }
        };
        start..end.min(text.len())
    }

    /// Keeps the text of the constant steps after an unknown name.
    fn unknown_root(&self, node: &Traversal, steps: &[Step<'_>], scope: &Scope<'_>) -> Evaluated {
        let constant = steps
            .iter()
            .take_while(|step| is_constant(step.operator))
            .count();
        let (kept, rest) = steps.split_at(constant);
        let start = span_of(&node.expr).start;
        let end = kept
            .last()
            .map_or(span_of(&node.expr).end, |step| step.span.end);
        let text = Value::from(format!("${{{}}}", self.source.slice(&(start..end))));
        self.walk(text, rest, scope)
    }

    pub(super) fn walk(&self, base: Value, steps: &[Step<'_>], scope: &Scope<'_>) -> Evaluated {
        let mut value = base;
        let mut rest = steps;
        while let Some((step, after)) = rest.split_first() {
            rest = after;
            value = match step.operator {
                TraversalOperator::GetAttr(name) => attribute(&value, name.as_str(), &step.span)?,
                TraversalOperator::LegacyIndex(index) => {
                    let key = Value::Number(crate::hcl::Number::from(u128::from(*index.value())));
                    index_value(&value, &key, &step.span)?
                }
                TraversalOperator::Index(expr) => {
                    let key = self.evaluate(expr, scope)?;
                    index_value(&value, &key, &step.span)?
                }
                TraversalOperator::FullSplat(_) => return self.splat(&value, rest, scope),
                TraversalOperator::AttrSplat(_) => {
                    let each = rest
                        .iter()
                        .take_while(|step| is_attribute(step.operator))
                        .count();
                    let (inside, after) = rest.split_at(each);
                    rest = after;
                    self.splat(&value, inside, scope)?
                }
            };
        }
        Ok(value)
    }
}

fn is_attribute(operator: &TraversalOperator) -> bool {
    matches!(
        operator,
        TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_)
    )
}

fn is_constant(operator: &TraversalOperator) -> bool {
    match operator {
        TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_) => true,
        TraversalOperator::Index(expr) => {
            matches!(expr, Expression::String(_) | Expression::Number(_))
        }
        TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => false,
    }
}

fn attribute(value: &Value, name: &str, span: &Range<usize>) -> Evaluated {
    let refuse = |detail: String| Fault::new(span.clone(), "no such attribute").detail(detail);
    match value {
        Value::Fields(fields) => fields.map().get(name).cloned().ok_or_else(|| {
            refuse(format!(
                "this {} has no attribute \"{name}\"",
                value.type_name()
            ))
            .maybe_hint(did_you_mean(name, fields.map().keys().map(|key| &**key)))
        }),
        Value::Null => Err(refuse("this value is null".to_owned())),
        _ => Err(refuse(format!("a {} has no attributes", value.type_name()))),
    }
}

/// The element of a collection at a key; the `index` function asks the same way.
pub(crate) fn index_value(value: &Value, key: &Value, span: &Range<usize>) -> Evaluated {
    lookup(value, key).map_err(|detail| Fault::new(span.clone(), "no such element").detail(detail))
}

fn lookup(value: &Value, key: &Value) -> Result<Value, String> {
    if value.is_null() {
        return Err("this value is null, it has no elements".to_owned());
    }
    if key.is_null() {
        return Err("null cannot be an index".to_owned());
    }
    match value {
        Value::Items(items) if items.kind() == crate::hcl::ItemsKind::Set => {
            Err("elements of a set have no index".to_owned())
        }
        Value::Items(items) => {
            let at = whole_index(key)?;
            let length = items.list().len();
            items
                .list()
                .get(at.ok_or_else(|| "an index must not be negative".to_owned())?)
                .cloned()
                .ok_or_else(|| format!("there are {length} elements, counted from 0"))
        }
        Value::Fields(fields) => {
            let name = convert(key, &Type::String).map_err(|error| error.to_string())?;
            let name = name.as_text().unwrap_or_default();
            fields
                .map()
                .get(name)
                .cloned()
                .ok_or_else(|| format!("there is no key \"{name}\""))
        }
        _ => Err(format!("a {} has no elements", value.type_name())),
    }
}

/// A key as the index of a list; `None` where it is negative.
fn whole_index(key: &Value) -> Result<Option<usize>, String> {
    let Ok(Value::Number(number)) = convert(key, &Type::Number) else {
        return Err(format!(
            "the index of a list is a number, not a {}",
            key.type_name()
        ));
    };
    if !number.is_whole() {
        return Err("the index of a list is a whole number".to_owned());
    }
    if number.is_negative() {
        return Ok(None);
    }
    Ok(Some(
        number
            .to_u64()
            .and_then(|at| usize::try_from(at).ok())
            .unwrap_or(usize::MAX),
    ))
}
