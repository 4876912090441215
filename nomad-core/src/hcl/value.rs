//! Values of the language. Cloning is cheap (shared); a value knows its weight, so that a file
//! cannot build something huge out of shared parts.

use super::nfc::composed;
use super::number::Number;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A value that an expression has.
#[derive(Clone, Debug)]
pub enum Value {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    String(Arc<str>),
    /// A list, a set or a tuple.
    Items(Items),
    /// A map or an object.
    Fields(Fields),
}

/// What kind of sequence a value is: it decides equality and which functions take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemsKind {
    /// Each element has its own type (`[1, "a"]`).
    Tuple,
    /// Elements of one type.
    List,
    /// Elements of one type, sorted, each once.
    Set,
}

/// What kind of mapping a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldsKind {
    /// Each attribute has its own type (`{ a = 1, b = "x" }`).
    Object,
    /// Values of one type.
    Map,
}

/// A sequence of values.
#[derive(Clone, Debug)]
pub struct Items {
    kind: ItemsKind,
    list: Arc<[Value]>,
    weight: u64,
}

/// Named values, in the order of their names.
#[derive(Clone, Debug)]
pub struct Fields {
    kind: FieldsKind,
    map: Arc<BTreeMap<Arc<str>, Value>>,
    weight: u64,
}

/// What a value weighs beside its text.
const NODE_WEIGHT: u64 = 1;

impl Items {
    /// Makes a sequence; elements of a set must come sorted and without repetition.
    #[must_use]
    pub fn new(kind: ItemsKind, list: Vec<Value>) -> Self {
        let weight = list
            .iter()
            .map(Value::weight)
            .fold(NODE_WEIGHT, u64::saturating_add);
        Self {
            kind,
            list: list.into(),
            weight,
        }
    }

    /// The kind of sequence.
    #[must_use]
    pub fn kind(&self) -> ItemsKind {
        self.kind
    }

    /// The elements.
    #[must_use]
    pub fn list(&self) -> &[Value] {
        &self.list
    }
}

impl Fields {
    /// Makes a mapping.
    #[must_use]
    pub fn new(kind: FieldsKind, map: BTreeMap<Arc<str>, Value>) -> Self {
        let weight = map
            .iter()
            .map(|(key, value)| value.weight().saturating_add(key.len() as u64))
            .fold(NODE_WEIGHT, u64::saturating_add);
        Self {
            kind,
            map: Arc::new(map),
            weight,
        }
    }

    /// The kind of mapping.
    #[must_use]
    pub fn kind(&self) -> FieldsKind {
        self.kind
    }

    /// The values by name.
    #[must_use]
    pub fn map(&self) -> &BTreeMap<Arc<str>, Value> {
        &self.map
    }
}

impl Value {
    /// A text, in composed form.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::String(Arc::from(&*composed(text)))
    }

    /// A tuple of these elements.
    #[must_use]
    pub fn tuple(list: Vec<Self>) -> Self {
        Self::Items(Items::new(ItemsKind::Tuple, list))
    }

    /// A list of these elements.
    #[must_use]
    pub fn list(list: Vec<Self>) -> Self {
        Self::Items(Items::new(ItemsKind::List, list))
    }

    /// An object with these attributes.
    #[must_use]
    pub fn object(map: BTreeMap<Arc<str>, Self>) -> Self {
        Self::Fields(Fields::new(FieldsKind::Object, map))
    }

    /// A map with these entries.
    #[must_use]
    pub fn map(map: BTreeMap<Arc<str>, Self>) -> Self {
        Self::Fields(Fields::new(FieldsKind::Map, map))
    }

    /// True for null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text of a text value.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of a list, set or tuple.
    #[must_use]
    pub fn as_items(&self) -> Option<&[Self]> {
        match self {
            Self::Items(items) => Some(items.list()),
            _ => None,
        }
    }

    /// The entries of a map or object.
    #[must_use]
    pub fn as_fields(&self) -> Option<&BTreeMap<Arc<str>, Self>> {
        match self {
            Self::Fields(fields) => Some(fields.map()),
            _ => None,
        }
    }

    /// Nodes and bytes of the value, shared parts counted as often as they occur.
    #[must_use]
    pub fn weight(&self) -> u64 {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) => NODE_WEIGHT,
            Self::String(text) => NODE_WEIGHT + text.len() as u64,
            Self::Items(items) => items.weight,
            Self::Fields(fields) => fields.weight,
        }
    }

    /// The word for the value's type in messages.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Items(items) => match items.kind {
                ItemsKind::Tuple => "tuple",
                ItemsKind::List => "list",
                ItemsKind::Set => "set",
            },
            Self::Fields(fields) => match fields.kind {
                FieldsKind::Object => "object",
                FieldsKind::Map => "map",
            },
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Number> for Value {
    fn from(value: Number) -> Self {
        Self::Number(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::text(&value)
    }
}
