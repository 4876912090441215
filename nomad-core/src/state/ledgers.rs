//! Running ledgers: what occupies each node, moved with every change of an allocation.

use std::sync::Arc;

use super::State;
use crate::fit::Ledger;
use crate::id::NodeId;
use crate::model::Allocation;

impl State {
    /// An allocation came, changed or went.
    pub(super) fn move_ledger(&mut self, old: Option<&Allocation>, new: Option<&Allocation>) {
        let counts = |alloc: &&Allocation| Ledger::counts(alloc);
        let (old, new) = (old.filter(counts), new.filter(counts));
        if let (Some(old), Some(new)) = (old, new)
            && old.node_id == new.node_id
            && Arc::ptr_eq(&old.resources, &new.resources)
        {
            return;
        }
        if let Some(old) = old {
            self.change_ledger(old.node_id, |ledger| ledger.remove(old));
        }
        if let Some(new) = new {
            self.change_ledger(new.node_id, |ledger| {
                // A clash is seen by the applier before; a recorded one is not ours to refuse.
                let _ = ledger.add(new);
            });
        }
    }

    fn change_ledger(&mut self, node: NodeId, change: impl FnOnce(&mut Ledger)) {
        let mut ledger = self.ledgers.get(&node).cloned().unwrap_or_default();
        change(Arc::make_mut(&mut ledger));
        if ledger.allocs() == 0 {
            self.ledgers.remove(&node);
        } else {
            self.ledgers.insert(node, ledger);
        }
    }

    /// Debug builds recount the nodes that an entry touched.
    pub(super) fn ledger_is_true(&self, node: &NodeId) -> bool {
        let allocs = self.allocs_of_node(node).map(AsRef::as_ref);
        let recount = Ledger::for_node(allocs);
        match self.ledgers.get(node) {
            Some(running) => **running == recount,
            None => recount.allocs() == 0,
        }
    }
}
