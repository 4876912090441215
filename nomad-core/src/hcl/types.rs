//! Types of values, as `variable` blocks and `convert` name them.

use super::value::{FieldsKind, ItemsKind, Value};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A type that values can be converted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Any type; also that of null.
    Any,
    /// Text.
    String,
    /// Numbers.
    Number,
    /// True or false.
    Bool,
    /// A list of elements of one type.
    List(Box<Type>),
    /// A sorted list without repetition.
    Set(Box<Type>),
    /// Text keys to values of one type.
    Map(Box<Type>),
    /// A list of fixed length with a type for each place.
    Tuple(Vec<Type>),
    /// Named attributes with a type each.
    Object(BTreeMap<Arc<str>, Type>),
}

impl Type {
    /// The type of a value. Elements of lists, sets and maps share one type, or any.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Any,
            Value::Bool(_) => Self::Bool,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Items(items) => {
                let mut types = items.list().iter().map(Self::of);
                match items.kind() {
                    ItemsKind::Tuple => Self::Tuple(types.collect()),
                    ItemsKind::List => Self::List(Box::new(common(&mut types))),
                    ItemsKind::Set => Self::Set(Box::new(common(&mut types))),
                }
            }
            Value::Fields(fields) => match fields.kind() {
                FieldsKind::Object => Self::Object(
                    fields
                        .map()
                        .iter()
                        .map(|(k, v)| (Arc::clone(k), Self::of(v)))
                        .collect(),
                ),
                FieldsKind::Map => {
                    Self::Map(Box::new(common(&mut fields.map().values().map(Self::of))))
                }
            },
        }
    }

    /// True for text, numbers and bools.
    #[must_use]
    pub fn is_primitive(&self) -> bool {
        matches!(self, Self::String | Self::Number | Self::Bool)
    }
}

/// The one type of all that are not null.
fn common(types: &mut dyn Iterator<Item = Type>) -> Type {
    let mut known = types.filter(|one| *one != Type::Any);
    let Some(first) = known.next() else {
        return Type::Any;
    };
    if known.all(|one| one == first) {
        first
    } else {
        Type::Any
    }
}

impl fmt::Display for Type {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => out.write_str("any type"),
            Self::String => out.write_str("string"),
            Self::Number => out.write_str("number"),
            Self::Bool => out.write_str("bool"),
            Self::List(element) => write!(out, "list of {element}"),
            Self::Set(element) => write!(out, "set of {element}"),
            Self::Map(element) => write!(out, "map of {element}"),
            Self::Tuple(_) => out.write_str("tuple"),
            Self::Object(_) => out.write_str("object"),
        }
    }
}
