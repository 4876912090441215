//! Values as text, blocks as flat tables of values.

use serde_json::Value;

use super::shape::Shape;
use super::tree::Flat;

/// Deepest free tree that is flattened; what lies deeper is shown as JSON text.
const DEPTH_MAX: usize = 32;

/// A scalar as text; none for null, lists and maps.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The values of a block that `shape` compares.
pub(super) fn values(block: &Value, shape: &Shape) -> Flat {
    let mut flat = Flat::new();
    let Some(object) = block.as_object() else {
        return flat;
    };
    for (name, default) in shape.absent {
        flat.insert((*name).to_owned(), (*default).to_owned());
    }
    for (name, value) in object {
        if shape.maps.contains(&name.as_str()) {
            entries(value, name, &mut flat);
            continue;
        }
        let is_compared = if shape.only_absent {
            flat.contains_key(name)
        } else {
            !shape.ignored.contains(&name.as_str())
        };
        if is_compared && let Some(text) = text(value) {
            flat.insert(name.clone(), text);
        }
    }
    flat
}

fn entries(map: &Value, name: &str, flat: &mut Flat) {
    for (key, value) in map.as_object().into_iter().flatten() {
        if let Some(text) = text(value) {
            flat.insert(format!("{name}[{key}]"), text);
        }
    }
}

/// All of a free tree: `a`, `a[0]`, `a[0][b]`.
pub(super) fn tree(value: &Value) -> Flat {
    let mut flat = Flat::new();
    for (name, value) in value.as_object().into_iter().flatten() {
        descend(value, name.clone(), 0, &mut flat);
    }
    flat
}

fn descend(value: &Value, name: String, depth: usize, flat: &mut Flat) {
    match value {
        _ if depth > DEPTH_MAX => {
            flat.insert(name, value.to_string());
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                descend(item, format!("{name}[{at}]"), depth + 1, flat);
            }
        }
        Value::Object(entries) => {
            for (key, item) in entries {
                descend(item, format!("{name}[{key}]"), depth + 1, flat);
            }
        }
        scalar => {
            if let Some(text) = text(scalar) {
                flat.insert(name, text);
            }
        }
    }
}
