//! Typed facts about devices, with units, and the operators on them (spec/scheduler 6.8).

use std::cmp::Ordering;

use super::number::{parse_bool, parse_float};
use super::operator::{Operator, Test};
use crate::model::device::DeviceAttribute;

/// A typed value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A whole number with its unit, empty for none.
    Int(i64, &'static str),
    /// A number with its unit.
    Float(f64, &'static str),
    /// Yes or no.
    Bool(bool),
    /// Text.
    Text(String),
}

/// Units with their dimension and size in the dimension's smallest unit.
const UNITS: [(&str, u8, i128); 35] = [
    ("B/s", 2, 1),
    ("kB/s", 2, 1_000),
    ("KB/s", 2, 1_000),
    ("MB/s", 2, 1_000_000),
    ("GB/s", 2, 1_000_000_000),
    ("TB/s", 2, 1_000_000_000_000),
    ("PB/s", 2, 1_000_000_000_000_000),
    ("EB/s", 2, 1_000_000_000_000_000_000),
    ("KiB/s", 2, 1 << 10),
    ("MiB/s", 2, 1 << 20),
    ("GiB/s", 2, 1 << 30),
    ("TiB/s", 2, 1 << 40),
    ("PiB/s", 2, 1 << 50),
    ("EiB/s", 2, 1 << 60),
    ("B", 1, 1),
    ("kB", 1, 1_000),
    ("KB", 1, 1_000),
    ("MB", 1, 1_000_000),
    ("GB", 1, 1_000_000_000),
    ("TB", 1, 1_000_000_000_000),
    ("PB", 1, 1_000_000_000_000_000),
    ("EB", 1, 1_000_000_000_000_000_000),
    ("KiB", 1, 1 << 10),
    ("MiB", 1, 1 << 20),
    ("GiB", 1, 1 << 30),
    ("TiB", 1, 1 << 40),
    ("PiB", 1, 1 << 50),
    ("EiB", 1, 1 << 60),
    ("MHz", 3, 1),
    ("GHz", 3, 1_000),
    ("mW", 4, 1),
    ("W", 4, 1_000),
    ("kW", 4, 1_000_000),
    ("MW", 4, 1_000_000_000),
    ("GW", 4, 1_000_000_000_000),
];

/// Dimension and size of a unit; no unit is a dimension of its own.
fn scale(unit: &str) -> Option<(u8, i128)> {
    if unit.is_empty() {
        return Some((0, 1));
    }
    UNITS
        .iter()
        .find(|(name, ..)| *name == unit)
        .map(|(_, dimension, size)| (*dimension, *size))
}

impl Value {
    /// Reads a literal: number with or without unit, bool, else text.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let longest = UNITS
            .iter()
            .filter_map(|(name, ..)| Some((*name, text.strip_suffix(name)?)))
            .max_by_key(|(name, _)| name.len());
        let (unit, number) = match longest {
            Some((unit, rest)) => (unit, rest.trim()),
            None => ("", text),
        };
        if let Ok(value) = number.parse::<i64>() {
            return Self::Int(value, unit);
        }
        if let Some(value) = parse_float(number) {
            return Self::Float(value, unit);
        }
        match parse_bool(number) {
            Some(value) if unit.is_empty() => Self::Bool(value),
            _ => Self::Text(text.to_owned()),
        }
    }

    /// The value of a device's fact; none when no value or an unknown unit is set.
    #[must_use]
    pub fn of(fact: &DeviceAttribute) -> Option<Self> {
        let known = UNITS
            .iter()
            .map(|(name, ..)| *name)
            .find(|name| *name == fact.unit);
        let unit = match known {
            Some(unit) => unit,
            None if fact.unit.is_empty() => "",
            None => return None,
        };
        fact.int
            .map(|value| Self::Int(value, unit))
            .or_else(|| fact.float.map(|value| Self::Float(value, unit)))
            .or_else(|| fact.string.clone().map(Self::Text))
            .or_else(|| fact.bool.map(Self::Bool))
    }

    fn unit(&self) -> &'static str {
        match self {
            Self::Int(_, unit) | Self::Float(_, unit) => unit,
            _ => "",
        }
    }

    fn as_float(&self) -> Option<f64> {
        match self {
            Self::Int(value, _) => Some(*value as f64),
            Self::Float(value, _) => Some(*value),
            _ => None,
        }
    }

    /// Text for the version operators: whole numbers count without their unit.
    fn version_text(&self) -> Option<String> {
        match self {
            Self::Int(value, _) => Some(value.to_string()),
            Self::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// The order of two values; none when they cannot be compared. Bools are only equal or not.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Comparison {
        match (self, other) {
            (Self::Text(left), Self::Text(right)) => Comparison::Ordered(left.cmp(right)),
            (Self::Bool(left), Self::Bool(right)) if left == right => {
                Comparison::Ordered(Ordering::Equal)
            }
            (Self::Bool(_), Self::Bool(_)) => Comparison::Different,
            _ => self
                .compare_numbers(other)
                .unwrap_or(Comparison::Incomparable),
        }
    }

    fn compare_numbers(&self, other: &Self) -> Option<Comparison> {
        let ((left, l), (right, r)) = (scale(self.unit())?, scale(other.unit())?);
        if left != right {
            return None;
        }
        if let (Self::Int(a, _), Self::Int(b, _)) = (self, other) {
            return Some(Comparison::Ordered(
                (i128::from(*a) * l).cmp(&(i128::from(*b) * r)),
            ));
        }
        let (a, b) = (self.as_float()?, other.as_float()?);
        // Both in the smaller of the two units, so that equal units compare untouched.
        let base = l.min(r);
        let order = (a * (l / base) as f64).partial_cmp(&(b * (r / base) as f64));
        Some(order.map_or(Comparison::Different, Comparison::Ordered))
    }
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// They have an order.
    Ordered(Ordering),
    /// They differ and have no order.
    Different,
    /// They are of different kinds.
    Incomparable,
}

/// Does `operator` hold between two typed values, each missing or not?
#[must_use]
pub fn holds(operator: Operator, left: Option<&Value>, right: Option<&Value>) -> bool {
    let (left, right) = match (operator, left, right) {
        (Operator::IsSet, left, _) => return left.is_some(),
        (Operator::IsNotSet, left, _) => return left.is_none(),
        (Operator::DistinctHosts | Operator::DistinctProperty, ..) => return true,
        (Operator::NotEqual, None, None) => return false,
        (Operator::NotEqual, None, Some(_)) | (Operator::NotEqual, Some(_), None) => return true,
        (_, Some(left), Some(right)) => (left, right),
        _ => return false,
    };
    match operator {
        Operator::Equal => left.compare(right) == Comparison::Ordered(Ordering::Equal),
        Operator::NotEqual => !matches!(
            left.compare(right),
            Comparison::Ordered(Ordering::Equal) | Comparison::Incomparable
        ),
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
            match left.compare(right) {
                Comparison::Ordered(order) => operator.accepts(Some(order)),
                _ => false,
            }
        }
        Operator::Version | Operator::Semver => match (left.version_text(), right) {
            (Some(left), Value::Text(right)) => {
                Test::compile(operator, right).holds(Some(&left), Some(right))
            }
            _ => false,
        },
        Operator::Regexp | Operator::SetContainsAll | Operator::SetContainsAny => {
            match (left, right) {
                (Value::Text(left), Value::Text(right)) => {
                    Test::compile(operator, right).holds(Some(left), Some(right))
                }
                _ => false,
            }
        }
        Operator::IsSet
        | Operator::IsNotSet
        | Operator::DistinctHosts
        | Operator::DistinctProperty
        | Operator::Unknown => false,
    }
}
