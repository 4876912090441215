//! Conditions over all allocations of a job: distinct hosts, distinct properties
//! (spec/scheduler 6.5, 6.7).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::refusal::Refusal;
use crate::expr::number::parse_bool;
use crate::expr::operator::Operator;
use crate::expr::target::Target;
use crate::model::{Constraint, Node};

/// Is there an active `distinct_hosts` among the constraints? A right side of false switches it
/// off.
#[must_use]
pub fn distinct_hosts<'j>(mut constraints: impl Iterator<Item = &'j Constraint>) -> bool {
    constraints.any(|constraint| {
        Operator::parse(&constraint.operand) == Operator::DistinctHosts
            && parse_bool(&constraint.rtarget) != Some(false)
    })
}

/// How often each value of a property is used by allocations of the job.
#[derive(Debug, Clone, Default)]
pub struct PropertyUse {
    counts: BTreeMap<Arc<str>, i64>,
}

impl PropertyUse {
    /// An allocation uses the value.
    pub fn add(&mut self, value: &str) {
        match self.counts.get_mut(value) {
            Some(count) => *count += 1,
            None => {
                self.counts.insert(value.into(), 1);
            }
        }
    }

    /// An allocation does not use the value any more.
    pub fn remove(&mut self, value: &str) {
        if let Some(count) = self.counts.get_mut(value) {
            *count -= 1;
        }
    }

    /// How many use the value.
    #[must_use]
    pub fn count(&self, value: &str) -> u64 {
        self.counts
            .get(value)
            .map_or(0, |count| u64::try_from(*count).unwrap_or(0))
    }

    /// Fewest and most uses over the values that were ever used; none when there are none.
    #[must_use]
    pub fn extremes(&self) -> Option<(u64, u64)> {
        let counts = || {
            self.counts
                .values()
                .map(|count| u64::try_from(*count).unwrap_or(0))
        };
        Some((counts().min()?, counts().max()?))
    }
}

/// A `distinct_property` constraint with its counts.
#[derive(Debug, Clone)]
pub struct PropertySet {
    /// The property.
    pub target: Target,
    text: Arc<str>,
    limit: Result<u64, String>,
    /// How often each value is used.
    pub used: PropertyUse,
}

impl PropertySet {
    /// The constraint's set, empty; none when it is another constraint.
    #[must_use]
    pub fn of(constraint: &Constraint) -> Option<Self> {
        if Operator::parse(&constraint.operand) != Operator::DistinctProperty {
            return None;
        }
        let limit = match constraint.rtarget.as_str() {
            "" => Ok(1),
            text => text.parse().map_err(|_| text.to_owned()),
        };
        Some(Self {
            target: Target::parse(&constraint.ltarget),
            text: constraint.ltarget.as_str().into(),
            limit,
            used: PropertyUse::default(),
        })
    }

    /// Judges a node.
    ///
    /// # Errors
    ///
    /// The property is missing there, or its value is used often enough.
    pub fn judge(&self, node: &Node) -> Result<(), Refusal> {
        let limit = self
            .limit
            .as_ref()
            .map_err(|text| Refusal::DistinctLimit(text.clone()))?;
        let Some(value) = self.target.resolve(node) else {
            return Err(Refusal::MissingProperty(self.text.clone()));
        };
        match self.used.count(&value) {
            used if used >= *limit => Err(Refusal::DistinctProperty {
                property: self.text.clone(),
                value: value.as_ref().into(),
                used,
            }),
            _ => Ok(()),
        }
    }
}
