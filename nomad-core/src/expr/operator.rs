//! The operators of constraints and affinities, compiled (spec/scheduler 6.8).

use std::cmp::Ordering;

use regex::Regex;

use super::number::{parse_float, parse_int};
use super::pattern;
use super::version::{Reading, Requirement};

/// The operator of a constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`, `==`, `is`.
    Equal,
    /// `!=`, `not`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `version`.
    Version,
    /// `semver`.
    Semver,
    /// `regexp`.
    Regexp,
    /// `set_contains`, `set_contains_all`.
    SetContainsAll,
    /// `set_contains_any`.
    SetContainsAny,
    /// `is_set`.
    IsSet,
    /// `is_not_set`.
    IsNotSet,
    /// `distinct_hosts`; judged per node and job, not per value.
    DistinctHosts,
    /// `distinct_property`; judged per node and job, not per value.
    DistinctProperty,
    /// Anything else; never true.
    Unknown,
}

impl Operator {
    /// The operator that `text` names; case matters.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "=" | "==" | "is" => Self::Equal,
            "!=" | "not" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            "version" => Self::Version,
            "semver" => Self::Semver,
            "regexp" => Self::Regexp,
            "set_contains" | "set_contains_all" => Self::SetContainsAll,
            "set_contains_any" => Self::SetContainsAny,
            "is_set" => Self::IsSet,
            "is_not_set" => Self::IsNotSet,
            "distinct_hosts" => Self::DistinctHosts,
            "distinct_property" => Self::DistinctProperty,
            _ => Self::Unknown,
        }
    }

    /// Does an order of left to right satisfy this operator?
    #[must_use]
    pub(crate) fn accepts(self, order: Option<Ordering>) -> bool {
        match self {
            Self::Less => order == Some(Ordering::Less),
            Self::Greater => order == Some(Ordering::Greater),
            Self::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Self::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            _ => false,
        }
    }
}

/// What is compiled from the right side.
#[derive(Debug, Clone)]
enum Right {
    Nothing,
    Pattern(Option<Regex>),
    Requirement(Option<Requirement>),
}

/// An operator with its right side compiled, if that is known before a node is.
#[derive(Debug, Clone)]
pub struct Test {
    operator: Operator,
    right: Right,
}

impl Test {
    /// Compiles `operator` for the right side `right`.
    #[must_use]
    pub fn compile(operator: Operator, right: &str) -> Self {
        let right = match operator {
            Operator::Regexp => Right::Pattern(pattern::compile(right)),
            Operator::Version => Right::Requirement(Requirement::parse(right, Reading::Lenient)),
            Operator::Semver => Right::Requirement(Requirement::parse(right, Reading::Strict)),
            _ => Right::Nothing,
        };
        Self { operator, right }
    }

    /// Does it hold between two values, each missing or not?
    #[must_use]
    pub fn holds(&self, left: Option<&str>, right: Option<&str>) -> bool {
        match self.operator {
            Operator::DistinctHosts | Operator::DistinctProperty => return true,
            Operator::IsSet => return left.is_some(),
            Operator::IsNotSet => return left.is_none(),
            Operator::NotEqual => return left.unwrap_or("") != right.unwrap_or(""),
            _ => {}
        }
        let (Some(left), Some(right)) = (left, right) else {
            return false;
        };
        match (self.operator, &self.right) {
            (Operator::Equal, _) => left == right,
            (Operator::Regexp, Right::Pattern(Some(pattern))) => pattern.is_match(left),
            (Operator::Version | Operator::Semver, Right::Requirement(Some(requirement))) => {
                requirement.is_met_by(left)
            }
            (Operator::SetContainsAll, _) => {
                items(right).all(|item| items(left).any(|have| have == item))
            }
            (Operator::SetContainsAny, _) => {
                items(right).any(|item| items(left).any(|have| have == item))
            }
            (operator, _) => operator.accepts(order(left, right)),
        }
    }
}

fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim)
}

/// The order of two values: as integers, else as floats, else as text.
fn order(left: &str, right: &str) -> Option<Ordering> {
    if let (Some(left), Some(right)) = (parse_int(left), parse_int(right)) {
        return Some(left.cmp(&right));
    }
    if let (Some(left), Some(right)) = (parse_float(left), parse_float(right)) {
        return left.partial_cmp(&right);
    }
    Some(left.cmp(right))
}
