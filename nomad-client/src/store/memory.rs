//! A store in memory: for development agents, tests and the simulator.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use nomad_core::id::AllocId;
use nomad_core::wire::node::Assignment;

use super::{AllocRecord, Restored, StateStore, StoreError, Write};
use crate::alloc::AllocProgress;

#[derive(Debug, Default)]
struct Tables {
    assignments: BTreeMap<AllocId, Assignment>,
    progress: BTreeMap<AllocId, AllocProgress>,
    full: bool,
}

/// Keeps records as long as it lives.
#[derive(Debug, Default)]
pub struct MemoryStore {
    tables: Mutex<Tables>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Refuses writes from now on, as a full disk does, or takes them again.
    pub fn set_full(&self, full: bool) {
        self.tables().full = full;
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        // The tables are never left half changed: a panic elsewhere does no harm.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StateStore for MemoryStore {
    fn write(&self, writes: &[Write]) -> Result<(), StoreError> {
        let mut tables = self.tables();
        if tables.full {
            return Err(StoreError::Full);
        }
        for write in writes {
            match write {
                Write::Assignment(assignment) => {
                    let id = assignment.alloc.id;
                    tables.assignments.insert(id, assignment.clone());
                }
                Write::Progress(id, progress) => {
                    tables.progress.insert(*id, (**progress).clone());
                }
                Write::Forget(id) => {
                    tables.assignments.remove(id);
                    tables.progress.remove(id);
                }
            }
        }
        Ok(())
    }

    fn load(&self) -> Result<Restored, StoreError> {
        let tables = self.tables();
        let records = tables
            .assignments
            .iter()
            .map(|(id, assignment)| AllocRecord {
                assignment: assignment.clone(),
                progress: tables.progress.get(id).cloned().unwrap_or_default(),
            });
        Ok(Restored {
            records: records.collect(),
            damaged: Vec::new(),
        })
    }
}
