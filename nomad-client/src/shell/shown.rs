//! What readers see of the machine, without asking it.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use nomad_core::id::AllocId;
use nomad_core::model::Node;
use tokio::sync::watch;

use crate::agent::{Agent, AllocSnapshot, Effect};

/// What readers see of the machine.
#[derive(Debug)]
pub(super) struct Shown {
    node: RwLock<Arc<Node>>,
    allocs: RwLock<BTreeMap<AllocId, Arc<AllocSnapshot>>>,
    /// Grows with every change.
    version: watch::Sender<u64>,
    contacted: watch::Sender<bool>,
}

impl Shown {
    pub(super) fn new(node: Node) -> Self {
        Self {
            node: RwLock::new(Arc::new(node)),
            allocs: RwLock::default(),
            version: watch::Sender::new(0),
            contacted: watch::Sender::new(false),
        }
    }

    pub(super) fn node(&self) -> Arc<Node> {
        Arc::clone(&self.node.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn alloc(&self, id: AllocId) -> Option<Arc<AllocSnapshot>> {
        let allocs = self.allocs.read().unwrap_or_else(PoisonError::into_inner);
        allocs.get(&id).cloned()
    }

    pub(super) fn allocs(&self) -> Vec<Arc<AllocSnapshot>> {
        let allocs = self.allocs.read().unwrap_or_else(PoisonError::into_inner);
        allocs.values().cloned().collect()
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    pub(super) fn contact(&self) -> watch::Receiver<bool> {
        self.contacted.subscribe()
    }

    /// Shows what `effects` of the machine have changed.
    pub(super) fn refresh(&self, agent: &Agent, effects: &[Effect]) {
        let changed = effects.iter().filter_map(|effect| match effect {
            Effect::SaveAssignment(assignment) => Some(assignment.alloc.id),
            Effect::SaveProgress { alloc, .. } => Some(*alloc),
            Effect::Forget(id) => Some(*id),
            _ => None,
        });
        let changed: Vec<AllocId> = changed.collect();
        if let Some(node) = agent.node().filter(|node| **node != *self.node()) {
            *self.node.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(node.clone());
        }
        self.contacted
            .send_if_modified(|shown| !std::mem::replace(shown, agent.contacted()) && *shown);
        if changed.is_empty() {
            return;
        }
        let mut allocs = self.allocs.write().unwrap_or_else(PoisonError::into_inner);
        for id in changed {
            match agent.snapshot(id) {
                Some(snapshot) => allocs.insert(id, Arc::new(snapshot)),
                None => allocs.remove(&id),
            };
        }
        drop(allocs);
        self.version.send_modify(|version| *version += 1);
    }
}
