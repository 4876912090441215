//! A simulated disk: it keeps unsynced bytes and names apart and loses them when it crashes.
//!
//! A [`SimDisk`] is the disk of one machine; each [`SimDirectory`] of it is a [`Disk`]. Changing
//! operations (create, write, truncate, sync, rename, remove, sync of the directory) are counted,
//! and a [`Fault`] can be set for any of them, so that a test can stop at every one. After a crash
//! every call fails with [`DiskCause::Crashed`] until [`SimDisk::restart`], which decides from the
//! seed what of the unsynced data the platter kept: nothing, everything, a prefix or a random
//! subset of the sectors, with a torn sector at the edge; of the names, a prefix of the changes.
//!
//! Always true: synced bytes and names survive; the same seed and calls give the same disk.

use std::cell::{Ref, RefCell, RefMut};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::seam::disk::{Disk, DiskCause, DiskError, DiskFile, DiskOperation};
use crate::seed::Seed;

mod inode;
mod names;

use inode::Inode;
use names::Names;

/// What happens at one counted operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The machine stops before the operation takes effect.
    CrashBefore,
    /// The machine stops right after the operation took effect (a sync is durable, a write is not).
    CrashAfter,
    /// The operation fails with this cause. A failed sync loses its dirty pages, as Linux does: a
    /// later sync answers `Ok` without having written them.
    Fail(DiskCause),
}

/// The disk of one simulated machine. Clones are handles to the same disk.
#[derive(Debug, Clone)]
pub struct SimDisk {
    platter: Rc<RefCell<Platter>>,
}

#[derive(Debug)]
struct Platter {
    random: Seed,
    inodes: BTreeMap<u64, Inode>,
    directories: BTreeMap<String, Names>,
    next_inode: u64,
    operations: u64,
    syncs: u64,
    faults: BTreeMap<u64, Fault>,
    capacity: Option<u64>,
    crashed: bool,
    /// Grows with each restart; handles of an earlier run no longer work.
    run: u64,
}

/// What a counted operation must do.
enum Verdict {
    Proceed,
    ProceedThenCrash,
}

impl SimDisk {
    /// An empty disk whose crashes are drawn from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let platter = Platter {
            random: Seed::new(seed),
            inodes: BTreeMap::new(),
            directories: BTreeMap::new(),
            next_inode: 1,
            operations: 0,
            syncs: 0,
            faults: BTreeMap::new(),
            capacity: None,
            crashed: false,
            run: 0,
        };
        Self {
            platter: Rc::new(RefCell::new(platter)),
        }
    }

    /// The directory called `name`, empty at first. Two handles of one name show the same files.
    #[must_use]
    pub fn directory(&self, name: &str) -> SimDirectory {
        let run = self.platter.borrow().run;
        SimDirectory {
            platter: Rc::clone(&self.platter),
            name: name.to_owned(),
            run,
        }
    }

    /// How many changing operations were attempted so far.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.platter.borrow().operations
    }

    /// How many file syncs succeeded so far.
    #[must_use]
    pub fn syncs(&self) -> u64 {
        self.platter.borrow().syncs
    }

    /// Sets a fault for the changing operation with this number (the first is 0).
    pub fn fail_at(&self, operation: u64, fault: Fault) {
        self.platter.borrow_mut().faults.insert(operation, fault);
    }

    /// Forgets every fault that is set and has not happened.
    pub fn clear_faults(&self) {
        self.platter.borrow_mut().faults.clear();
    }

    /// Limits the sum of all file lengths, in bytes; `None` lifts the limit.
    pub fn limit_capacity(&self, bytes: Option<u64>) {
        self.platter.borrow_mut().capacity = bytes;
    }

    /// Stops the machine now.
    pub fn crash(&self) {
        self.platter.borrow_mut().crashed = true;
    }

    /// Kills the process but not the machine: open handles die, unsynced data stays in the cache,
    /// still not durable.
    pub fn kill(&self) {
        self.platter.borrow_mut().run += 1;
    }

    /// True between a crash and the next restart.
    #[must_use]
    pub fn is_crashed(&self) -> bool {
        self.platter.borrow().crashed
    }

    /// Starts the machine again on what the platter kept. Pending faults are forgotten.
    pub fn restart(&self) {
        let mut platter = self.platter.borrow_mut();
        let platter = &mut *platter;
        for inode in platter.inodes.values_mut() {
            inode.crash(&mut platter.random);
        }
        for names in platter.directories.values_mut() {
            names.crash(&mut platter.random);
        }
        let named: BTreeSet<u64> = platter
            .directories
            .values()
            .flat_map(Names::inodes)
            .collect();
        platter.inodes.retain(|id, _| named.contains(id));
        platter.faults.clear();
        platter.crashed = false;
        platter.run += 1;
    }

    /// Flips one bit of a file, on the platter and in the cache. Answers false if it is not there.
    pub fn flip_bit(&self, directory: &str, file: &str, offset: u64, bit: u8) -> bool {
        let mut platter = self.platter.borrow_mut();
        let found = platter
            .directories
            .get(directory)
            .and_then(|names| names.get(file));
        found
            .and_then(|id| platter.inodes.get_mut(&id))
            .is_some_and(|inode| inode.flip_bit(offset, bit))
    }
}

impl Platter {
    /// Counts an operation and applies the fault set for it.
    fn count(&mut self, operation: DiskOperation, file: &str) -> Result<Verdict, DiskError> {
        let fail = |cause| Err(DiskError::new(operation, file, cause));
        if self.crashed {
            return fail(DiskCause::Crashed);
        }
        let number = self.operations;
        self.operations += 1;
        match self.faults.remove(&number) {
            None => Ok(Verdict::Proceed),
            Some(Fault::CrashAfter) => Ok(Verdict::ProceedThenCrash),
            Some(Fault::CrashBefore) => {
                self.crashed = true;
                fail(DiskCause::Crashed)
            }
            Some(Fault::Fail(cause)) => fail(cause),
        }
    }

    fn conclude(&mut self, verdict: &Verdict) {
        if matches!(verdict, Verdict::ProceedThenCrash) {
            self.crashed = true;
        }
    }

    fn used_bytes(&self) -> u64 {
        let named = self.directories.values().flat_map(Names::inodes);
        named
            .filter_map(|id| self.inodes.get(&id))
            .map(Inode::size)
            .sum()
    }
}

/// One directory of a [`SimDisk`].
#[derive(Debug, Clone)]
pub struct SimDirectory {
    platter: Rc<RefCell<Platter>>,
    name: String,
    run: u64,
}

impl SimDirectory {
    fn path(&self, file: &str) -> String {
        format!("{}/{file}", self.name)
    }

    fn alive(&self, operation: DiskOperation, file: &str) -> Result<Ref<'_, Platter>, DiskError> {
        let platter = self.platter.borrow();
        if platter.crashed || platter.run != self.run {
            return Err(DiskError::new(
                operation,
                self.path(file),
                DiskCause::Crashed,
            ));
        }
        Ok(platter)
    }

    /// Counts a change of names and performs it.
    fn change(
        &self,
        operation: DiskOperation,
        file: &str,
        perform: impl FnOnce(&mut Platter, &str) -> Result<(), DiskCause>,
    ) -> Result<(), DiskError> {
        drop(self.alive(operation, file)?);
        let mut platter: RefMut<'_, Platter> = self.platter.borrow_mut();
        let verdict = platter.count(operation, &self.path(file))?;
        let done = perform(&mut platter, &self.name);
        platter.conclude(&verdict);
        done.map_err(|cause| DiskError::new(operation, self.path(file), cause))
    }

    fn handle(&self, file: &str, inode: u64) -> SimFile {
        let directory = self.clone();
        SimFile {
            directory,
            file: file.to_owned(),
            inode,
        }
    }
}

impl Disk for SimDirectory {
    type File = SimFile;

    fn create(&self, name: &str) -> Result<SimFile, DiskError> {
        let mut inode = 0;
        self.change(DiskOperation::Create, name, |platter, directory| {
            let id = platter.next_inode;
            let names = platter.directories.entry(directory.to_owned()).or_default();
            names.add(name, id)?;
            platter.next_inode += 1;
            platter.inodes.insert(id, Inode::default());
            inode = id;
            Ok(())
        })?;
        Ok(self.handle(name, inode))
    }

    fn open(&self, name: &str) -> Result<SimFile, DiskError> {
        let platter = self.alive(DiskOperation::Open, name)?;
        let inode = platter
            .directories
            .get(&self.name)
            .and_then(|names| names.get(name));
        inode.map(|inode| self.handle(name, inode)).ok_or_else(|| {
            DiskError::new(DiskOperation::Open, self.path(name), DiskCause::NotFound)
        })
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), DiskError> {
        self.change(DiskOperation::Rename, from, |platter, directory| {
            platter
                .directories
                .entry(directory.to_owned())
                .or_default()
                .rename(from, to)
        })
    }

    fn remove(&self, name: &str) -> Result<(), DiskError> {
        self.change(DiskOperation::Remove, name, |platter, directory| {
            platter
                .directories
                .entry(directory.to_owned())
                .or_default()
                .remove(name)
        })
    }

    fn list(&self) -> Result<Vec<String>, DiskError> {
        let platter = self.alive(DiskOperation::List, "")?;
        Ok(platter
            .directories
            .get(&self.name)
            .map(Names::list)
            .unwrap_or_default())
    }

    fn sync_dir(&self) -> Result<(), DiskError> {
        self.change(DiskOperation::SyncDirectory, "", |platter, directory| {
            platter
                .directories
                .entry(directory.to_owned())
                .or_default()
                .sync();
            Ok(())
        })
    }
}

/// An open file of a [`SimDirectory`].
#[derive(Debug)]
pub struct SimFile {
    directory: SimDirectory,
    file: String,
    inode: u64,
}

impl SimFile {
    fn read<T>(
        &self,
        operation: DiskOperation,
        read: impl FnOnce(&Inode) -> T,
    ) -> Result<T, DiskError> {
        let platter = self.directory.alive(operation, &self.file)?;
        platter.inodes.get(&self.inode).map(read).ok_or_else(|| {
            DiskError::new(
                operation,
                self.directory.path(&self.file),
                DiskCause::NotFound,
            )
        })
    }

    fn change(
        &self,
        operation: DiskOperation,
        perform: impl FnOnce(&mut Inode) -> Result<(), DiskCause>,
    ) -> Result<(), DiskError> {
        self.directory.change(operation, &self.file, |platter, _| {
            platter
                .inodes
                .get_mut(&self.inode)
                .map_or(Err(DiskCause::NotFound), perform)
        })
    }

    /// Bytes by which the file may still grow.
    fn room(&self) -> u64 {
        let platter = self.directory.platter.borrow();
        platter.capacity.map_or(u64::MAX, |capacity| {
            capacity.saturating_sub(platter.used_bytes())
        })
    }
}

impl DiskFile for SimFile {
    fn size(&self) -> Result<u64, DiskError> {
        self.read(DiskOperation::Read, Inode::size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, DiskError> {
        self.read(DiskOperation::Read, |inode| inode.read(offset, buffer))
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), DiskError> {
        let room = self.room();
        self.change(DiskOperation::Write, |inode| {
            let limit = inode.size().saturating_add(room);
            // As the system call: what fits is written, then the disk is full.
            let fits = limit.saturating_sub(offset).min(bytes.len() as u64) as usize;
            inode.write(offset, bytes.get(..fits).unwrap_or(bytes));
            if fits < bytes.len() {
                Err(DiskCause::NoSpace)
            } else {
                Ok(())
            }
        })
    }

    fn truncate(&mut self, length: u64) -> Result<(), DiskError> {
        self.change(DiskOperation::Truncate, |inode| {
            inode.truncate(length);
            Ok(())
        })
    }

    fn sync(&mut self) -> Result<(), DiskError> {
        let synced = self.change(DiskOperation::Sync, |inode| {
            inode.sync();
            Ok(())
        });
        let mut platter = self.directory.platter.borrow_mut();
        match &synced {
            Ok(()) => platter.syncs += 1,
            Err(error) if error.cause == DiskCause::Crashed => {}
            Err(_) => {
                if let Some(inode) = platter.inodes.get_mut(&self.inode) {
                    inode.forget_dirty();
                }
            }
        }
        synced
    }
}

#[cfg(test)]
mod tests;
