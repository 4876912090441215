//! What every node would mean for one group, remembered until something on the node changes.

use std::collections::BTreeMap;

use super::round::Round;
use super::tally::Tally;
use crate::feasible::{GroupChecks, JobChecks, Known, PropertySet, Refusal, distinct_hosts};
use crate::fit::{Ask, Misfit, available, judge};
use crate::model::scheduler_config::SchedulerAlgorithm;
use crate::model::{Job, Node, TaskGroup};
use crate::rank::{Affinities, Parts, Spreads, binpack_score, spread_score};

/// What a node means for a group.
#[derive(Debug, Clone)]
pub(super) enum Slot {
    /// Nobody looked since something changed.
    Unknown,
    /// It cannot run the group.
    Refused(Refusal),
    /// It has no room.
    Exhausted(Misfit),
    /// It can; the parts do not hold penalty and spread yet. `key` is its place in the spreads.
    Scored {
        parts: Parts,
        key: u32,
        /// The mean of the parts as they are.
        base: f64,
    },
}

/// What every node means for one group of one version of a job.
pub(super) struct Board<'j> {
    pub(super) job: &'j Job,
    pub(super) group: &'j TaskGroup,
    pub(super) ask: Ask<'j>,
    pub(super) checks: GroupChecks<'j>,
    pub(super) spreads: Option<Spreads>,
    /// Properties that must be distinct within the group.
    pub(super) properties: Vec<PropertySet>,
    job_checks: JobChecks,
    affinities: Option<Affinities>,
    hosts_of_job: bool,
    hosts_of_group: bool,
    /// By seat.
    slots: Vec<Slot>,
    /// Seats whose slot has to be looked at again.
    dirty: Vec<usize>,
    /// Over the seats that were looked at.
    pub(super) tally: Tally,
    keys: BTreeMap<Vec<Option<String>>, u32>,
    /// By place in the spreads.
    pub(super) key_values: Vec<Vec<Option<String>>>,
    settled: bool,
    looked_over: bool,
    /// Number in the name of the allocation that is being placed, for volumes per allocation.
    index: u64,
}

impl<'j> Board<'j> {
    pub(super) fn new(
        job: &'j Job,
        group: &'j TaskGroup,
        seats: usize,
        oversubscribe: bool,
    ) -> Self {
        let tasks = group.tasks.iter().flat_map(|task| task.constraints.iter());
        let of_group = || group.constraints.iter().chain(tasks.clone());
        Self {
            job,
            group,
            ask: Ask::of(group, oversubscribe),
            checks: GroupChecks::of(group),
            spreads: Spreads::of(job, group),
            properties: of_group().filter_map(PropertySet::of).collect(),
            job_checks: JobChecks::of(job),
            affinities: Affinities::of(job, group),
            hosts_of_job: distinct_hosts(job.constraints.iter()),
            hosts_of_group: distinct_hosts(group.constraints.iter()),
            slots: vec![Slot::Unknown; seats],
            dirty: Vec::new(),
            tally: Tally::default(),
            keys: BTreeMap::new(),
            key_values: Vec::new(),
            settled: false,
            looked_over: false,
            index: 0,
        }
    }

    /// Nodes of one class may differ for the job, and for the group.
    pub(super) fn escapes(&self) -> (bool, bool) {
        (self.job_checks.escapes, self.checks.escapes)
    }

    /// It has affinities or spreads, for which the original looks at more nodes.
    pub(super) fn has_preferences(&self) -> bool {
        self.affinities.is_some() || self.spreads.is_some()
    }

    pub(super) fn slot(&self, at: usize) -> &Slot {
        self.slots.get(at).unwrap_or(&Slot::Unknown)
    }

    /// Something changed on the node.
    pub(super) fn touch(&mut self, at: usize) {
        self.dirty.push(at);
    }

    /// The name of the allocation to place has this number. Volumes per allocation make every node
    /// look different for each number.
    pub(super) fn name_index(&mut self, index: u64, order: &[u32]) {
        let changed = std::mem::replace(&mut self.index, index) != index;
        if changed && self.group.volumes.values().any(|volume| volume.per_alloc) {
            self.dirty.extend(order.iter().map(|at| *at as usize));
        }
    }

    /// Judges a node without remembering it.
    pub(super) fn peek(&mut self, round: &mut Round<'_>, at: usize) -> Slot {
        self.judge(round, at)
    }

    /// Looks again at a node, if something changed there.
    pub(super) fn look(&mut self, round: &mut Round<'_>, at: usize) {
        let fresh = self.judge(round, at);
        let Some(node) = round.seats.0.get(at).map(|seat| seat.node) else {
            return;
        };
        let Some(slot) = self.slots.get_mut(at) else {
            return;
        };
        let old = std::mem::replace(slot, fresh);
        let new = slot.clone();
        self.count(node, &old, false);
        self.count(node, &new, true);
    }

    /// Looks at every node that nobody looked at since something changed there.
    pub(super) fn refresh(&mut self, round: &mut Round<'_>, order: &[u32]) {
        if !std::mem::replace(&mut self.looked_over, true) {
            for at in order {
                if matches!(self.slot(*at as usize), Slot::Unknown) {
                    self.look(round, *at as usize);
                }
            }
        }
        self.refresh_dirty(round);
    }

    /// Looks again at the nodes that changed, if they had been looked at.
    pub(super) fn refresh_dirty(&mut self, round: &mut Round<'_>) {
        for at in std::mem::take(&mut self.dirty) {
            if !matches!(self.slot(at), Slot::Unknown) {
                self.look(round, at);
            }
        }
    }

    fn count(&mut self, node: &Node, slot: &Slot, more: bool) {
        match slot {
            Slot::Unknown => return,
            Slot::Refused(refusal) => self.tally.refuse(node, refusal, more),
            Slot::Exhausted(misfit) => self.tally.exhaust(node, misfit, more),
            Slot::Scored { .. } => {}
        }
        self.tally.evaluate(more);
    }

    /// After a pass over the nodes, classes that were refused are known to be
    /// (spec/scheduler 6.4).
    pub(super) fn settle(&mut self, round: &Round<'_>) {
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        for at in 0..self.slots.len() {
            let Some(seat) = round.seats.0.get(at) else {
                continue;
            };
            let known = matches!(self.slot(at), Slot::Refused(refusal) if *refusal != Refusal::Class)
                && self.is_known_ineligible(round, &seat.node.computed_class);
            if let (true, Some(slot)) = (known, self.slots.get_mut(at)) {
                let old = std::mem::replace(slot, Slot::Refused(Refusal::Class));
                self.count(seat.node, &old, false);
                self.count(seat.node, &Slot::Refused(Refusal::Class), true);
            }
        }
    }

    fn is_known_ineligible(&self, round: &Round<'_>, class: &str) -> bool {
        let job = !self.job_checks.escapes && round.classes.of_job(class) == Known::Ineligible;
        let group = round.classes.of_group(self.group.name.as_str(), class);
        job || (!self.checks.escapes && group == Known::Ineligible)
    }

    /// Judges a node: what it can run, what room it has, how good it is.
    fn judge(&mut self, round: &mut Round<'_>, at: usize) -> Slot {
        let Some(node) = round.seats.0.get(at).map(|seat| seat.node) else {
            return Slot::Unknown;
        };
        if let Err(refusal) = self.judge_class(round, node) {
            return Slot::Refused(refusal);
        }
        let namespace = self.job.namespace.as_str();
        if let Err(refusal) = self.checks.judge_volumes(node, namespace, self.index) {
            return Slot::Refused(refusal);
        }
        let Some(seat) = round.seats.0.get(at) else {
            return Slot::Unknown;
        };
        let own = seat.own_of(&self.group.name);
        if (self.hosts_of_job && seat.own_all() > 0) || (self.hosts_of_group && own > 0) {
            return Slot::Refused(Refusal::DistinctHosts);
        }
        let judged = match judge(node, seat.ledger(), &self.ask) {
            Ok(judged) => judged,
            Err(misfit) => return Slot::Exhausted(misfit),
        };
        let room = available(node);
        let crowded = round.policy.job_anti_affinity && own > 0;
        let parts = Parts {
            room: match round.algorithm {
                SchedulerAlgorithm::Binpack => binpack_score(&room, &judged.used),
                SchedulerAlgorithm::Spread => spread_score(&room, &judged.used),
            },
            devices: judged
                .device_affinity
                .map(|(matched, weights)| matched / weights),
            anti_affinity: crowded.then(|| -f64::from(own + 1) / self.group.count.max(1) as f64),
            affinity: self
                .affinities
                .as_ref()
                .map(|affinities| affinities.score(node)),
            ..Parts::default()
        };
        Slot::Scored {
            base: parts.mean(),
            parts,
            key: self.key(node),
        }
    }

    fn key(&mut self, node: &Node) -> u32 {
        let Some(spreads) = &self.spreads else {
            return 0;
        };
        let values = spreads.key(node);
        if let Some(key) = self.keys.get(&values) {
            return *key;
        }
        let key = u32::try_from(self.key_values.len()).unwrap_or(u32::MAX);
        self.key_values.push(values.clone());
        self.keys.insert(values, key);
        key
    }

    /// The checks whose answer holds for the node's whole class.
    fn judge_class(&self, round: &mut Round<'_>, node: &Node) -> Result<(), Refusal> {
        let (class, name) = (node.computed_class.as_str(), self.group.name.as_str());
        let known = match self.job_checks.escapes {
            true => Known::Unknown,
            false => round.classes.of_job(class),
        };
        match known {
            Known::Ineligible => return Err(Refusal::Class),
            Known::Eligible => {}
            Known::Unknown => {
                let verdict = self.job_checks.judge(node);
                if !self.job_checks.escapes {
                    round.classes.learn_job(class, verdict.is_ok());
                }
                verdict?;
            }
        }
        let known = match self.checks.escapes {
            true => Known::Unknown,
            false => round.classes.of_group(name, class),
        };
        match known {
            Known::Ineligible => Err(Refusal::Class),
            Known::Eligible => Ok(()),
            Known::Unknown => {
                let verdict = self.checks.judge(node);
                if !self.checks.escapes {
                    round.classes.learn_group(name, class, verdict.is_ok());
                }
                verdict
            }
        }
    }
}
