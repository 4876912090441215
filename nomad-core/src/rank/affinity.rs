//! Affinities: the share of preferences that a node meets.

use crate::feasible::Matcher;
use crate::model::{Affinity, Job, Node, TaskGroup};

/// The affinities of a job, a group and its tasks, compiled.
#[derive(Debug, Clone)]
pub struct Affinities {
    each: Vec<(Matcher, f64)>,
    weights: f64,
}

impl Affinities {
    /// Compiles them; none when there are none.
    #[must_use]
    pub fn of(job: &Job, group: &TaskGroup) -> Option<Self> {
        let of_tasks = group.tasks.iter().flat_map(|task| task.affinities.iter());
        let all = job
            .affinities
            .iter()
            .chain(group.affinities.iter())
            .chain(of_tasks);
        let weigh = |affinity: &Affinity| (Matcher::from(affinity), affinity.weight as f64);
        let each: Vec<(Matcher, f64)> = all.map(weigh).collect();
        let weights: f64 = each.iter().map(|(_, weight)| weight.abs()).sum();
        (!each.is_empty()).then_some(Self { each, weights })
    }

    /// From -1 to 1: the weights that match over all absolute weights.
    #[must_use]
    pub fn score(&self, node: &Node) -> f64 {
        let matched = self
            .each
            .iter()
            .filter(|(matcher, _)| matcher.matches(node));
        let matched: f64 = matched.map(|(_, weight)| weight).sum();
        if self.weights > 0.0 {
            matched / self.weights
        } else {
            0.0
        }
    }
}
