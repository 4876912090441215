//! The nodes of a state with what the plan would change on them.

use std::sync::LazyLock;

use crate::fit::Ledger;
use crate::id::{GroupName, NodeId};
use crate::model::{Allocation, Node};
use crate::state::State;

/// The ledger of an empty node.
static EMPTY: LazyLock<Ledger> = LazyLock::new(Ledger::default);

/// A node as the plan would leave it.
#[derive(Debug)]
pub(super) struct Seat<'s> {
    pub(super) node: &'s Node,
    /// What occupies it in the state; none for an empty node.
    base: Option<&'s Ledger>,
    /// The same with the plan on top, once the plan changes it.
    changed: Option<Ledger>,
    /// Allocations of the job, per group, that occupy it.
    own: Vec<(GroupName, u32)>,
}

impl<'s> Seat<'s> {
    fn new(state: &'s State, node: &'s Node) -> Self {
        Self {
            node,
            base: state.ledger(&node.id).map(AsRef::as_ref),
            changed: None,
            own: Vec::new(),
        }
    }

    /// What occupies the node.
    pub(super) fn ledger(&self) -> &Ledger {
        self.changed.as_ref().or(self.base).unwrap_or(&EMPTY)
    }

    /// What occupies the node, to be changed.
    pub(super) fn ledger_mut(&mut self) -> &mut Ledger {
        let base = self.base;
        self.changed
            .get_or_insert_with(|| base.cloned().unwrap_or_default())
    }

    /// Allocations of the job in `group` on the node.
    pub(super) fn own_of(&self, group: &GroupName) -> u32 {
        self.own
            .iter()
            .find(|(name, _)| name == group)
            .map_or(0, |(_, count)| *count)
    }

    /// Allocations of the job on the node.
    pub(super) fn own_all(&self) -> u32 {
        self.own.iter().map(|(_, count)| count).sum()
    }

    /// One more, or one fewer, of the job in `group`.
    pub(super) fn count_own(&mut self, group: &GroupName, more: bool) {
        match self.own.iter_mut().find(|(name, _)| name == group) {
            Some((_, count)) if more => *count += 1,
            Some((_, count)) => *count = count.saturating_sub(1),
            None if more => self.own.push((group.clone(), 1)),
            None => {}
        }
    }
}

/// All nodes, by id.
#[derive(Debug)]
pub(super) struct Seats<'s>(pub(super) Vec<Seat<'s>>);

impl<'s> Seats<'s> {
    pub(super) fn of(state: &'s State, own: &[&'s Allocation]) -> Self {
        let mut seats = Self(state.nodes().map(|node| Seat::new(state, node)).collect());
        for alloc in own.iter().filter(|alloc| Ledger::counts(alloc)) {
            if let Some(seat) = seats
                .find(&alloc.node_id)
                .and_then(|at| seats.0.get_mut(at))
            {
                seat.count_own(&alloc.task_group, true);
            }
        }
        seats
    }

    /// The position of a node.
    pub(super) fn find(&self, id: &NodeId) -> Option<usize> {
        self.0.binary_search_by(|seat| seat.node.id.cmp(id)).ok()
    }
}
