//! Counting what became of the nodes that were looked at (spec/scheduler 8).

use std::collections::BTreeMap;

use crate::feasible::Refusal;
use crate::fit::Misfit;
use crate::model::{AllocMetric, Node};

/// What became of the nodes that were looked at.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    evaluated: u64,
    refused: BTreeMap<String, u64>,
    refused_class: BTreeMap<String, u64>,
    refused_count: u64,
    exhausted: BTreeMap<String, u64>,
    exhausted_class: BTreeMap<String, u64>,
    exhausted_count: u64,
}

fn change(counts: &mut BTreeMap<String, u64>, key: &str, more: bool) {
    if key.is_empty() {
        return;
    }
    match counts.get_mut(key) {
        Some(count) if more => *count += 1,
        Some(count) => {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(key);
            }
        }
        None if more => {
            counts.insert(key.to_owned(), 1);
        }
        None => {}
    }
}

fn step(count: &mut u64, more: bool) {
    *count = if more {
        *count + 1
    } else {
        count.saturating_sub(1)
    };
}

impl Tally {
    /// One more node was looked at, or one fewer.
    pub(super) fn evaluate(&mut self, more: bool) {
        step(&mut self.evaluated, more);
    }

    /// A node was refused, or is not any more.
    pub(super) fn refuse(&mut self, node: &Node, refusal: &Refusal, more: bool) {
        change(&mut self.refused, &refusal.to_string(), more);
        change(&mut self.refused_class, &node.node_class, more);
        step(&mut self.refused_count, more);
    }

    /// A node has no room, or has it again.
    pub(super) fn exhaust(&mut self, node: &Node, misfit: &Misfit, more: bool) {
        change(&mut self.exhausted, &misfit.to_string(), more);
        change(&mut self.exhausted_class, &node.node_class, more);
        step(&mut self.exhausted_count, more);
    }

    /// The numbers as metrics show them.
    pub(super) fn metric(&self) -> AllocMetric {
        AllocMetric {
            nodes_evaluated: self.evaluated,
            nodes_filtered: self.refused_count,
            class_filtered: self.refused_class.clone().into(),
            constraint_filtered: self.refused.clone().into(),
            nodes_exhausted: self.exhausted_count,
            class_exhausted: self.exhausted_class.clone().into(),
            dimension_exhausted: self.exhausted.clone().into(),
            ..AllocMetric::default()
        }
    }
}
