//! Deadlines by which nodes must be heard of (spec/scheduler 15.2).
//!
//! Always true: on the leader every node that is not down has a deadline (A28).

use std::collections::{BTreeMap, BTreeSet};

use nomad_core::id::NodeId;
use nomad_core::seed::Seed;
use nomad_core::units::{Span, Timestamp};

/// Shortest time between heartbeats.
pub const TTL_MIN: Span = Span::from_secs(10);
/// Heartbeats per second that a server takes from all nodes together.
pub const HEARTBEATS_PER_SECOND: i64 = 50;
/// Time beyond the TTL before a node counts as lost.
pub const GRACE: Span = Span::from_secs(10);
/// The first deadline under a new leader.
pub const FAILOVER_TTL: Span = Span::from_mins(5);

/// Deadlines of nodes.
#[derive(Default)]
pub struct Heartbeats {
    deadlines: BTreeMap<NodeId, Timestamp>,
    queue: BTreeSet<(Timestamp, NodeId)>,
}

impl Heartbeats {
    /// Sets a node's deadline.
    pub fn arm(&mut self, node: NodeId, deadline: Timestamp) {
        self.disarm(node);
        self.deadlines.insert(node, deadline);
        self.queue.insert((deadline, node));
    }

    /// Forgets a node's deadline.
    pub fn disarm(&mut self, node: NodeId) {
        if let Some(old) = self.deadlines.remove(&node) {
            self.queue.remove(&(old, node));
        }
    }

    /// True when the node has a deadline.
    #[must_use]
    pub fn is_armed(&self, node: NodeId) -> bool {
        self.deadlines.contains_key(&node)
    }

    /// Nodes whose deadline is over; they have none any more.
    pub fn take_late(&mut self, now: Timestamp) -> Vec<NodeId> {
        let mut late = Vec::new();
        while let Some((at, node)) = self.queue.first().copied()
            && at <= now
        {
            self.disarm(node);
            late.push(node);
        }
        late
    }

    /// The earliest deadline.
    #[must_use]
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        self.queue.first().map(|(at, _)| *at)
    }
}

/// The time that a node gets, among `nodes` nodes: so long that all of them together stay below
/// [`HEARTBEATS_PER_SECOND`], plus up to as much again at random.
pub fn draw_ttl(nodes: usize, seed: &mut Seed) -> Span {
    let nodes = i64::try_from(nodes).unwrap_or(i64::MAX);
    let shared = Span::from_secs(nodes / HEARTBEATS_PER_SECOND);
    let ttl = TTL_MIN.max(shared);
    let jitter = seed.below(ttl.0.unsigned_abs());
    Span(ttl.0.saturating_add_unsigned(jitter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_word_counts() {
        let mut heartbeats = Heartbeats::default();
        let node = Seed::new(1).node_id();
        heartbeats.arm(node, Timestamp(5));
        heartbeats.arm(node, Timestamp(9));
        assert!(heartbeats.take_late(Timestamp(8)).is_empty());
        assert_eq!(heartbeats.take_late(Timestamp(9)), [node]);
        assert_eq!(heartbeats.next_wakeup(), None);
    }

    #[test]
    fn many_nodes_are_asked_less_often() {
        let mut seed = Seed::new(1);
        for (nodes, ttl) in [(1, 10), (500, 10), (5000, 100)] {
            let drawn = draw_ttl(nodes, &mut seed);
            assert!(drawn >= Span::from_secs(ttl) && drawn < Span::from_secs(2 * ttl));
        }
    }
}
