//! One evaluation's view of the cluster: the state with the plan so far on top.

use std::collections::BTreeMap;

use super::board::Board;
use super::field::Field;
use super::policy::Policy;
use super::seat::Seats;
use crate::feasible::{Classes, PropertySet};
use crate::fit::Ledger;
use crate::id::GroupName;
use crate::model::alloc::AllocatedResources;
use crate::model::scheduler_config::SchedulerAlgorithm;
use crate::model::{Allocation, Job, Node};
use crate::state::State;
use crate::units::JobVersion;

/// What all boards share.
pub(super) struct Round<'s> {
    pub(super) state: &'s State,
    pub(super) policy: &'s Policy,
    pub(super) algorithm: SchedulerAlgorithm,
    pub(super) oversubscribe: bool,
    pub(super) seats: Seats<'s>,
    pub(super) classes: Classes,
    /// Properties that must be distinct over the whole job.
    pub(super) properties: Vec<PropertySet>,
    order_seed: u64,
}

/// The boards and fields of an evaluation, and what they share.
pub(super) struct Cluster<'s> {
    pub(super) round: Round<'s>,
    boards: BTreeMap<(JobVersion, GroupName), Board<'s>>,
    fields: BTreeMap<JobVersion, Field>,
    /// The job's live allocations and what the plan did to them: (seat, group, more).
    journal: Vec<(usize, GroupName, bool)>,
}

impl<'s> Cluster<'s> {
    pub(super) fn new(
        state: &'s State,
        policy: &'s Policy,
        job: Option<&'s Job>,
        allocs: &[&'s Allocation],
        order_seed: u64,
    ) -> Self {
        let config = state.scheduler_config();
        let constraints = job.map(|job| job.constraints.iter()).into_iter().flatten();
        let round = Round {
            state,
            policy,
            algorithm: config.scheduler_algorithm,
            oversubscribe: config.memory_oversubscription_enabled,
            seats: Seats::of(state, allocs),
            classes: Classes::default(),
            properties: constraints.filter_map(PropertySet::of).collect(),
            order_seed,
        };
        let (boards, fields, journal) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let mut cluster = Self {
            round,
            boards,
            fields,
            journal,
        };
        let incarnation = job.map(|job| job.create_index);
        let live = allocs
            .iter()
            .filter(|alloc| !alloc.is_terminal() && Some(alloc.job_create_index) == incarnation);
        for alloc in live {
            if let Some(at) = cluster.round.seats.find(&alloc.node_id) {
                cluster.use_property(at, &alloc.task_group, true);
            }
        }
        cluster
    }

    /// The board of a group of a version of the job, the version's field, and what they share.
    pub(super) fn board(
        &mut self,
        job: &'s Job,
        name: &GroupName,
    ) -> Option<(&mut Board<'s>, &mut Field, &mut Round<'s>)> {
        let key = (job.version, name.clone());
        if !self.boards.contains_key(&key) {
            let group = job.group(name.as_str())?;
            let seats = self.round.seats.0.len();
            let mut board = Board::new(job, group, seats, self.round.oversubscribe);
            for (at, group, more) in &self.journal {
                if let (true, Some(seat)) = (group == name, self.round.seats.0.get(*at)) {
                    use_on(&mut board, seat.node, *more);
                }
            }
            let (job_escapes, group_escapes) = board.escapes();
            self.round.classes.escape(job_escapes || group_escapes);
            self.boards.insert(key.clone(), board);
        }
        let (seats, seed) = (&self.round.seats, self.round.order_seed);
        let field = self
            .fields
            .entry(job.version)
            .or_insert_with(|| Field::of(job, seats, seed));
        Some((self.boards.get_mut(&key)?, field, &mut self.round))
    }

    fn use_property(&mut self, at: usize, group: &GroupName, more: bool) {
        let Some(node) = self.round.seats.0.get(at).map(|seat| seat.node) else {
            return;
        };
        self.journal.push((at, group.clone(), more));
        for set in &mut self.round.properties {
            count_in(set, node, more);
        }
        let boards = self
            .boards
            .iter_mut()
            .filter(|((_, name), _)| name == group);
        for (_, board) in boards {
            use_on(board, node, more);
        }
    }

    fn touch(&mut self, at: usize) {
        for board in self.boards.values_mut() {
            board.touch(at);
        }
    }

    /// An allocation of the job leaves its node in this plan.
    pub(super) fn leave(&mut self, alloc: &Allocation) {
        self.shift(alloc, false);
    }

    /// It stays after all.
    pub(super) fn come_back(&mut self, alloc: &Allocation) {
        self.shift(alloc, true);
    }

    fn shift(&mut self, alloc: &Allocation, back: bool) {
        let Some(at) = self.round.seats.find(&alloc.node_id) else {
            return;
        };
        if let (true, Some(seat)) = (Ledger::counts(alloc), self.round.seats.0.get_mut(at)) {
            let ledger = seat.ledger_mut();
            match back {
                true => drop(ledger.add(alloc)),
                false => ledger.remove(alloc),
            }
            seat.count_own(&alloc.task_group, back);
        }
        if !alloc.is_terminal() {
            self.use_property(at, &alloc.task_group, back);
        }
        self.touch(at);
    }

    /// A new allocation of the job comes to a node in this plan.
    pub(super) fn arrive(&mut self, at: usize, group: &GroupName, granted: &AllocatedResources) {
        if let Some(seat) = self.round.seats.0.get_mut(at) {
            seat.ledger_mut().add_granted(granted);
            seat.count_own(group, true);
        }
        self.use_property(at, group, true);
        self.touch(at);
    }
}

fn count_in(set: &mut PropertySet, node: &Node, more: bool) {
    if let Some(value) = set.target.resolve(node) {
        match more {
            true => set.used.add(&value),
            false => set.used.remove(&value),
        }
    }
}

fn use_on(board: &mut Board<'_>, node: &Node, more: bool) {
    for set in &mut board.properties {
        count_in(set, node, more);
    }
    if let Some(spreads) = &mut board.spreads {
        match more {
            true => spreads.add(node),
            false => spreads.remove(node),
        }
    }
}
