//! The numbers in the names of a group's allocations (spec/scheduler 9.9).

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{GroupName, JobId};
use crate::model::Allocation;

/// Which numbers are taken, below which count.
#[derive(Debug)]
pub(super) struct Names {
    prefix: String,
    count: u64,
    used: BTreeMap<u64, u32>,
}

impl Names {
    pub(super) fn new<'a>(
        job: &JobId,
        group: &GroupName,
        count: u64,
        allocs: impl Iterator<Item = &'a Allocation>,
    ) -> Self {
        let mut used: BTreeMap<u64, u32> = BTreeMap::new();
        for alloc in allocs {
            *used.entry(alloc.name_index()).or_default() += 1;
        }
        Self {
            prefix: format!("{job}.{group}"),
            count,
            used,
        }
    }

    fn name(&self, index: u64) -> String {
        format!("{}[{index}]", self.prefix)
    }

    fn take(&mut self, index: u64) -> String {
        *self.used.entry(index).or_default() += 1;
        self.name(index)
    }

    /// A number is free again.
    pub(super) fn release(&mut self, index: u64) {
        self.used.remove(&index);
    }

    /// The lowest free names; when there are none left, names from 0 again.
    pub(super) fn next(&mut self, many: u64) -> Vec<String> {
        let free: Vec<u64> = (0..self.count)
            .filter(|index| !self.used.contains_key(index))
            .take(many as usize)
            .collect();
        let again = many.saturating_sub(free.len() as u64);
        let indexes: Vec<u64> = free.into_iter().chain(0..again).collect();
        indexes.into_iter().map(|index| self.take(index)).collect()
    }

    /// The highest names that are used, which are free from now on.
    pub(super) fn highest(&mut self, many: u64) -> BTreeSet<String> {
        let mut taken = BTreeSet::new();
        while (taken.len() as u64) < many {
            let Some((index, _)) = self.used.pop_last() else {
                break;
            };
            taken.insert(self.name(index));
        }
        taken
    }

    /// Names for canaries: those of the allocations that they will replace, then free ones, then
    /// beyond the count.
    pub(super) fn canaries<'a>(
        &mut self,
        many: u64,
        existing: impl Iterator<Item = &'a Allocation>,
        destructive: impl Iterator<Item = &'a Allocation>,
    ) -> Vec<String> {
        let existing: BTreeSet<u64> = existing.map(Allocation::name_index).collect();
        let replaced: BTreeSet<u64> = destructive.map(Allocation::name_index).collect();
        let shared = replaced
            .into_iter()
            .filter(|index| *index < self.count && !existing.contains(index));
        let mut names: Vec<String> = Vec::new();
        let mut chosen: Vec<u64> = shared.take(many as usize).collect();
        let free = (0..self.count).filter(|index| !self.used.contains_key(index));
        let missing = (many as usize).saturating_sub(chosen.len());
        let more: Vec<u64> = free
            .filter(|index| !chosen.contains(index))
            .take(missing)
            .collect();
        chosen.extend(more);
        let beyond = (many as usize).saturating_sub(chosen.len()) as u64;
        chosen.extend(self.count..self.count.saturating_add(beyond));
        for index in chosen {
            names.push(self.take(index));
        }
        names
    }
}
