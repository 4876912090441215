//! Conversions: text to numbers and bools, numbers and bools to text, tuples to lists and sets,
//! objects to maps, element by element. Null stays null.

use super::number::Number;
use super::types::Type;
use super::unify::unify;
use super::value::{FieldsKind, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why a value is not one of the wanted type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}{reason}")]
pub struct ConvertError {
    /// The element that does not fit, with a colon, where it is not the whole value.
    path: String,
    /// What is required and what is there.
    reason: String,
}

impl ConvertError {
    fn new(reason: impl Into<String>) -> Self {
        Self {
            path: String::new(),
            reason: reason.into(),
        }
    }

    fn inside(self, step: &str) -> Self {
        Self {
            path: format!("{step}: {}", self.path),
            ..self
        }
    }
}

/// Brings a value to a type.
///
/// # Errors
/// Says what is required and what the value (or which of its elements) is instead.
pub fn convert(value: &Value, wanted: &Type) -> Result<Value, ConvertError> {
    match (value, wanted) {
        (Value::Null, _) => Ok(Value::Null),
        (_, Type::Any)
        | (Value::String(_), Type::String)
        | (Value::Number(_), Type::Number)
        | (Value::Bool(_), Type::Bool) => Ok(value.clone()),
        (Value::Number(number), Type::String) => Ok(Value::from(number.to_string())),
        (Value::Bool(bool), Type::String) => Ok(Value::text(if *bool { "true" } else { "false" })),
        (Value::String(text), Type::Number) => to_number(text),
        (Value::String(text), Type::Bool) => to_bool(text),
        (Value::Items(items), Type::List(element)) => {
            Ok(Value::list(convert_items(items.list(), element)?))
        }
        (Value::Items(items), Type::Set(element)) => {
            Ok(Value::set(convert_items(items.list(), element)?))
        }
        (Value::Items(items), Type::Tuple(types)) => convert_tuple(items.list(), types),
        (Value::Fields(fields), Type::Map(element)) => convert_map(fields.map(), element),
        (Value::Fields(fields), Type::Object(types)) => convert_object(fields.map(), types),
        _ => Err(mismatch(value, wanted)),
    }
}

fn mismatch(value: &Value, wanted: &Type) -> ConvertError {
    match wanted {
        Type::Tuple(_) => ConvertError::new("tuple required"),
        _ => ConvertError::new(format!("{wanted} required, but have {}", value.type_name())),
    }
}

fn to_number(text: &str) -> Result<Value, ConvertError> {
    text.parse::<Number>()
        .map(Value::Number)
        .map_err(|error| ConvertError::new(error.to_string()))
}

fn to_bool(text: &str) -> Result<Value, ConvertError> {
    match text {
        "true" => Ok(Value::Bool(true)),
        "false" => Ok(Value::Bool(false)),
        "True" | "TRUE" | "False" | "FALSE" => Err(ConvertError::new(format!(
            "a bool is required; to convert from string, use lowercase \"{}\"",
            text.to_lowercase()
        ))),
        _ => Err(ConvertError::new("a bool is required")),
    }
}

/// For a list of any type: the type that all elements are brought to.
fn element_type<'a>(
    wanted: &Type,
    values: impl Iterator<Item = &'a Value>,
) -> Result<Type, ConvertError> {
    if *wanted != Type::Any {
        return Ok(wanted.clone());
    }
    unify(&values.map(Type::of).collect::<Vec<_>>())
        .ok_or_else(|| ConvertError::new("all elements must have the same type"))
}

fn convert_items(list: &[Value], element: &Type) -> Result<Vec<Value>, ConvertError> {
    let element = element_type(element, list.iter())?;
    list.iter()
        .enumerate()
        .map(|(at, one)| {
            convert(one, &element).map_err(|error| error.inside(&format!("element {at}")))
        })
        .collect()
}

fn convert_tuple(list: &[Value], types: &[Type]) -> Result<Value, ConvertError> {
    if list.len() != types.len() {
        return Err(ConvertError::new("tuple required"));
    }
    let items = list
        .iter()
        .zip(types)
        .enumerate()
        .map(|(at, (value, wanted))| {
            convert(value, wanted).map_err(|error| error.inside(&format!("element {at}")))
        });
    Ok(Value::tuple(items.collect::<Result<_, _>>()?))
}

fn convert_map(map: &BTreeMap<Arc<str>, Value>, element: &Type) -> Result<Value, ConvertError> {
    let element = element_type(element, map.values())?;
    let entries = map.iter().map(|(key, value)| {
        convert(value, &element)
            .map(|value| (Arc::clone(key), value))
            .map_err(|error| error.inside(&format!("element \"{key}\"")))
    });
    Ok(Value::map(entries.collect::<Result<_, _>>()?))
}

fn convert_object(
    map: &BTreeMap<Arc<str>, Value>,
    types: &BTreeMap<Arc<str>, Type>,
) -> Result<Value, ConvertError> {
    let mut entries = BTreeMap::new();
    for (name, wanted) in types {
        let value = map
            .get(name)
            .ok_or_else(|| ConvertError::new(format!("attribute \"{name}\" is required")))?;
        let value = convert(value, wanted)
            .map_err(|error| error.inside(&format!("attribute \"{name}\"")))?;
        entries.insert(Arc::clone(name), value);
    }
    Ok(Value::Fields(super::value::Fields::new(
        FieldsKind::Object,
        entries,
    )))
}
