//! Spreads: how far a node helps to even out the allocations of a group (spec/scheduler 6.14).

use std::collections::BTreeMap;

use crate::expr::target::Target;
use crate::feasible::PropertyUse;
use crate::model::{Job, Node, Spread, TaskGroup};

/// Stands for every value that is not listed.
const OTHERS: &str = "*";

/// The spreads of a job and a group, with the counts that they look at.
#[derive(Debug, Clone)]
pub struct Spreads {
    each: Vec<OneSpread>,
    /// The lowest boost so far in this evaluation.
    lowest: f64,
}

#[derive(Debug, Clone)]
struct OneSpread {
    target: Target,
    /// Its weight over the weights of all.
    share: f64,
    /// Allocations wanted per value; empty for an even spread.
    desired: BTreeMap<String, f64>,
    listed: bool,
    used: PropertyUse,
}

impl OneSpread {
    fn of(spread: &Spread, weights: f64, count: f64) -> Self {
        let targets = spread.targets.iter();
        let mut desired: BTreeMap<String, f64> = targets
            .map(|target| (target.value.clone(), target.percent as f64 / 100.0 * count))
            .collect();
        let sum: f64 = desired.values().sum();
        if sum > 0.0 && sum < count {
            desired.insert(OTHERS.to_owned(), count - sum);
        }
        Self {
            target: Target::parse(&spread.attribute),
            share: if weights > 0.0 {
                spread.weight as f64 / weights
            } else {
                0.0
            },
            listed: !spread.targets.is_empty(),
            desired,
            used: PropertyUse::default(),
        }
    }

    /// The node's value, with values that are not listed as [`OTHERS`].
    fn value<'a>(&'a self, node: &'a Node) -> Option<std::borrow::Cow<'a, str>> {
        let value = self.target.resolve(node)?;
        let folds = self.listed && !self.desired.contains_key(&*value);
        Some(if folds { OTHERS.into() } else { value })
    }

    /// Towards the wanted number per value. None asks for the lowest boost so far.
    fn towards_targets(&self, value: &str) -> Option<f64> {
        let Some(desired) = self.desired.get(value) else {
            return Some(-1.0);
        };
        let used = self.used.count(value) as f64 + 1.0;
        (*desired != 0.0).then(|| (desired - used) / desired * self.share)
    }

    /// Towards equal numbers everywhere.
    fn evenly(&self, value: &str) -> f64 {
        let Some((min, max)) = self.used.extremes() else {
            return 0.0;
        };
        let current = self.used.count(value);
        let (cur, min_f, max_f) = (current as f64, min as f64, max as f64);
        match (current == min, min) {
            (false, 0) => -1.0,
            (false, _) => (min_f - cur) / min_f,
            (true, _) if min == max => -1.0,
            (true, 0) => 1.0,
            (true, _) => (max_f - min_f) / min_f,
        }
    }
}

impl Spreads {
    /// Compiles them; none when there are none.
    #[must_use]
    pub fn of(job: &Job, group: &TaskGroup) -> Option<Self> {
        let all = || job.spreads.iter().chain(group.spreads.iter());
        let weights: f64 = all().map(|spread| spread.weight as f64).sum();
        let each: Vec<_> = all()
            .map(|spread| OneSpread::of(spread, weights, group.count as f64))
            .collect();
        (!each.is_empty()).then_some(Self { each, lowest: -1.0 })
    }

    /// An allocation of the group is on the node.
    pub fn add(&mut self, node: &Node) {
        for spread in &mut self.each {
            if let Some(value) = spread.value(node).map(std::borrow::Cow::into_owned) {
                spread.used.add(&value);
            }
        }
    }

    /// An allocation of the group leaves the node.
    pub fn remove(&mut self, node: &Node) {
        for spread in &mut self.each {
            if let Some(value) = spread.value(node).map(std::borrow::Cow::into_owned) {
                spread.used.remove(&value);
            }
        }
    }

    /// The node's values, as one key: nodes of equal keys score alike.
    #[must_use]
    pub fn key(&self, node: &Node) -> Vec<Option<String>> {
        let values = self.each.iter().map(|spread| spread.value(node));
        values
            .map(|value| value.map(std::borrow::Cow::into_owned))
            .collect()
    }

    /// The sum over all spreads for nodes with these values.
    pub fn score(&mut self, key: &[Option<String>]) -> f64 {
        let mut total = 0.0;
        for (spread, value) in self.each.iter().zip(key) {
            total += match value {
                None => -1.0,
                Some(value) if spread.listed => match spread.towards_targets(value) {
                    None => self.lowest,
                    Some(boost) => {
                        self.lowest = self.lowest.min(boost);
                        boost
                    }
                },
                Some(value) => spread.evenly(value),
            };
        }
        total
    }
}
