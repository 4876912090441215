//! Objects whose empty fields are left out (spec/api-cli 1.10).

use serde_json::{Map, Value};

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
    }
}

/// `object` without its empty fields, except those in `always`.
pub(crate) fn without_empty(object: Value, always: &[&str]) -> Value {
    match object {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .filter(|(key, value)| always.contains(&key.as_str()) || !is_empty(value))
                .collect::<Map<_, _>>(),
        ),
        other => other,
    }
}
