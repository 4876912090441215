//! Object literals and `for` expressions.

use super::evaluator::{Evaluated, Evaluator};
use super::scope::Scope;
use super::span_of;
use crate::hcl::convert::convert;
use crate::hcl::fault::Fault;
use crate::hcl::number::Number;
use crate::hcl::source::start_of;
use crate::hcl::types::Type;
use crate::hcl::value::{ItemsKind, Value};
use hcl_edit::expr::{Expression, ForExpr, Object, ObjectKey};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Evaluator<'_> {
    pub(super) fn object(&self, object: &Object, scope: &Scope<'_>) -> Evaluated {
        let mut fields = BTreeMap::new();
        for (key, value) in object {
            let key = self.object_key(key, scope)?;
            fields.insert(key, self.evaluate(value.expr(), scope)?);
        }
        Ok(Value::object(fields))
    }

    fn object_key(&self, key: &ObjectKey, scope: &Scope<'_>) -> Result<Arc<str>, Box<Fault>> {
        match key {
            ObjectKey::Ident(name) => Ok(Arc::from(name.as_str())),
            // A bare word is its own name, whatever it would mean elsewhere.
            ObjectKey::Expression(Expression::Null(_)) => Ok(Arc::from("null")),
            ObjectKey::Expression(expr) => {
                let value = self.evaluate(expr, scope)?;
                self.key_text(expr, &value)
            }
        }
    }

    /// A value as a key; null and collections are not keys.
    fn key_text(&self, expr: &Expression, value: &Value) -> Result<Arc<str>, Box<Fault>> {
        let refuse = |detail: String| {
            let start = start_of(expr);
            Fault::new(start..span_of(expr).end.max(start), "not a key").detail(detail)
        };
        match convert(value, &Type::String) {
            Ok(Value::String(text)) => Ok(text),
            Ok(_) => Err(refuse("null cannot be a key".to_owned())),
            Err(error) => Err(refuse(error.to_string())),
        }
    }

    pub(super) fn for_expr(&self, node: &ForExpr, scope: &Scope<'_>) -> Evaluated {
        let elements = self.iterate(&node.intro.collection_expr, scope)?;
        let mut results = Results::default();
        for (key, element) in elements {
            let mut inner = scope.inner();
            if let Some(name) = &node.intro.key_var {
                inner.set(name.as_str(), key);
            }
            inner.set(node.intro.value_var.as_str(), element);
            if let Some(condition) = &node.cond
                && !self.condition(&condition.expr, &inner)?
            {
                continue;
            }
            self.for_element(node, &inner, &mut results)?;
        }
        Ok(results.into_value(node))
    }

    fn for_element(
        &self,
        node: &ForExpr,
        scope: &Scope<'_>,
        results: &mut Results,
    ) -> Result<(), Box<Fault>> {
        let Some(key_expr) = &node.key_expr else {
            results.list.push(self.evaluate(&node.value_expr, scope)?);
            return Ok(());
        };
        let key = self.evaluate(key_expr, scope)?;
        let key = self.key_text(key_expr, &key)?;
        let value = self.evaluate(&node.value_expr, scope)?;
        let group = results.groups.entry(Arc::clone(&key)).or_default();
        if !group.is_empty() && !node.grouping {
            let start = start_of(key_expr);
            return Err(
                Fault::new(start..span_of(key_expr).end.max(start), "duplicate key")
                    .detail(format!("two elements have the key \"{key}\""))
                    .hint("put \"...\" after the value to collect the values of a key in a list"),
            );
        }
        group.push(value);
        Ok(())
    }

    /// Keys and values of a collection, in order.
    pub(super) fn iterate(
        &self,
        expr: &Expression,
        scope: &Scope<'_>,
    ) -> Result<Vec<(Value, Value)>, Box<Fault>> {
        let value = self.evaluate(expr, scope)?;
        elements(&value).ok_or_else(|| {
            let start = start_of(expr);
            let start = if matches!(expr, Expression::String(_)) {
                start - 1
            } else {
                start
            };
            let what = value.type_name();
            Fault::new(start..span_of(expr).end.max(start), "not a collection").detail(format!(
                "a loop needs a list, set, map or object, not a {what}"
            ))
        })
    }
}

/// What a `for` with a key collects: the values of each key.
#[derive(Default)]
struct Results {
    list: Vec<Value>,
    groups: BTreeMap<Arc<str>, Vec<Value>>,
}

impl Results {
    fn into_value(self, node: &ForExpr) -> Value {
        if node.key_expr.is_none() {
            return Value::tuple(self.list);
        }
        let fields = self.groups.into_iter().map(|(key, mut group)| {
            let value = if node.grouping {
                Value::tuple(group)
            } else {
                group.pop().unwrap_or(Value::Null)
            };
            (key, value)
        });
        Value::object(fields.collect())
    }
}

/// Keys and values of a value that can be iterated; `None` for others. The key of a set's element
/// is the element.
#[must_use]
pub fn elements(value: &Value) -> Option<Vec<(Value, Value)>> {
    match value {
        Value::Items(items) if items.kind() == ItemsKind::Set => Some(
            items
                .list()
                .iter()
                .map(|one| (one.clone(), one.clone()))
                .collect(),
        ),
        Value::Items(items) => Some(
            items
                .list()
                .iter()
                .enumerate()
                .map(|(at, one)| (Value::Number(Number::from(at)), one.clone()))
                .collect(),
        ),
        Value::Fields(fields) => Some(
            fields
                .map()
                .iter()
                .map(|(key, one)| (Value::String(Arc::clone(key)), one.clone()))
                .collect(),
        ),
        _ => None,
    }
}
