//! Equality and order of values. Equal means: the same type and the same content.

use super::types::Type;
use super::value::{ItemsKind, Value};
use std::cmp::Ordering;

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Items(a), Self::Items(b)) => a.kind() == b.kind() && a.list() == b.list(),
            (Self::Fields(a), Self::Fields(b)) => a.kind() == b.kind() && a.map() == b.map(),
            _ => false,
        }
    }
}

impl Eq for Value {}

impl Value {
    /// A total order: by type, then by content. Sets and maps keep their elements in it.
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.compare(b),
            (Self::String(a), Self::String(b)) => a.cmp(b),
            (Self::Items(a), Self::Items(b)) => order_all(a.list().iter(), b.list().iter()),
            (Self::Fields(a), Self::Fields(b)) => a
                .map()
                .keys()
                .cmp(b.map().keys())
                .then_with(|| order_all(a.map().values(), b.map().values())),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    /// A set of these elements, already of one type.
    #[must_use]
    pub fn set(mut list: Vec<Self>) -> Self {
        list.sort_by(Self::order);
        list.dedup_by(|a, b| a == b);
        Self::Items(super::value::Items::new(ItemsKind::Set, list))
    }

    /// The type of the value.
    #[must_use]
    pub fn value_type(&self) -> Type {
        Type::of(self)
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Number(_) => 2,
            Self::String(_) => 3,
            Self::Items(_) => 4,
            Self::Fields(_) => 5,
        }
    }
}

fn order_all<'a>(
    left: impl Iterator<Item = &'a Value>,
    mut right: impl Iterator<Item = &'a Value>,
) -> Ordering {
    for a in left {
        let Some(b) = right.next() else {
            return Ordering::Greater;
        };
        let order = a.order(b);
        if order != Ordering::Equal {
            return order;
        }
    }
    if right.next().is_some() {
        Ordering::Less
    } else {
        Ordering::Equal
    }
}
