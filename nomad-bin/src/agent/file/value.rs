//! A value as its key wants it.

use std::collections::BTreeMap;

use nomad_core::units::Span;

/// A value as its key wants it; the accessors answer what is empty for another kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// A block is entered.
    Entered,
    /// A text.
    Text(String),
    /// A whole number, in the range of its key.
    Whole(i64),
    /// Yes or no.
    Switch(bool),
    /// A length of time.
    Span(Span),
    /// Texts.
    Texts(Vec<String>),
    /// Texts by name.
    Map(BTreeMap<String, String>),
    /// Whatever stands there.
    Tree(serde_json::Value),
}

impl Value {
    /// The text.
    pub(super) fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            _ => String::new(),
        }
    }

    /// The number, cut to what the field holds.
    pub(super) fn whole<T: TryFrom<i64> + Default>(&self) -> T {
        match self {
            Self::Whole(number) => T::try_from(*number).unwrap_or_default(),
            _ => T::default(),
        }
    }

    /// Yes or no.
    pub(super) const fn is_on(&self) -> bool {
        matches!(self, Self::Switch(true))
    }

    /// The length of time.
    pub(super) const fn span(&self) -> Span {
        match self {
            Self::Span(span) => *span,
            _ => Span::ZERO,
        }
    }

    /// The texts.
    pub(super) fn texts(self) -> Vec<String> {
        match self {
            Self::Texts(texts) => texts,
            _ => Vec::new(),
        }
    }

    /// The texts by name.
    pub(super) fn map(self) -> BTreeMap<String, String> {
        match self {
            Self::Map(map) => map,
            _ => BTreeMap::new(),
        }
    }

    /// The fields of what stands there.
    pub(super) fn fields(self) -> serde_json::Map<String, serde_json::Value> {
        match self {
            Self::Tree(serde_json::Value::Object(fields)) => fields,
            _ => serde_json::Map::new(),
        }
    }
}
