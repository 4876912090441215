//! The names of one simulated directory: as seen, as durable, and the changes in between.

use std::collections::BTreeMap;

use crate::seam::disk::DiskCause;
use crate::seed::Seed;

type Table = BTreeMap<String, u64>;

#[derive(Debug, Default)]
pub(super) struct Names {
    live: Table,
    durable: Table,
    pending: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Add(String, u64),
    Rename(String, String),
    Remove(String),
}

impl Names {
    pub(super) fn get(&self, name: &str) -> Option<u64> {
        self.live.get(name).copied()
    }

    pub(super) fn inodes(&self) -> impl Iterator<Item = u64> {
        self.live.values().copied()
    }

    pub(super) fn list(&self) -> Vec<String> {
        self.live.keys().cloned().collect()
    }

    pub(super) fn add(&mut self, name: &str, inode: u64) -> Result<(), DiskCause> {
        if self.live.contains_key(name) {
            return Err(DiskCause::AlreadyExists);
        }
        self.perform(Change::Add(name.to_owned(), inode));
        Ok(())
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) -> Result<(), DiskCause> {
        self.demand(from)?;
        self.perform(Change::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    pub(super) fn remove(&mut self, name: &str) -> Result<(), DiskCause> {
        self.demand(name)?;
        self.perform(Change::Remove(name.to_owned()));
        Ok(())
    }

    pub(super) fn sync(&mut self) {
        self.pending.clear();
        self.durable.clone_from(&self.live);
    }

    /// File systems journal names in order, so a crash keeps a prefix of the changes.
    pub(super) fn crash(&mut self, random: &mut Seed) {
        let kept = random.below(self.pending.len() as u64 + 1) as usize;
        for change in self.pending.drain(..).take(kept) {
            apply(&mut self.durable, change);
        }
        self.live.clone_from(&self.durable);
    }

    fn demand(&self, name: &str) -> Result<(), DiskCause> {
        self.live
            .contains_key(name)
            .then_some(())
            .ok_or(DiskCause::NotFound)
    }

    fn perform(&mut self, change: Change) {
        apply(&mut self.live, change.clone());
        self.pending.push(change);
    }
}

fn apply(table: &mut Table, change: Change) {
    match change {
        Change::Add(name, inode) => {
            table.insert(name, inode);
        }
        Change::Rename(from, to) => {
            if let Some(inode) = table.remove(&from) {
                table.insert(to, inode);
            }
        }
        Change::Remove(name) => {
            table.remove(&name);
        }
    }
}
