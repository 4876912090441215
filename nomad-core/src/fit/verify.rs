//! May a plan be committed? The applier's question, node by node (spec/scheduler 12.3, 12.4).

use std::collections::{BTreeMap, BTreeSet};

use super::check::check_allocs;
use super::ledger::Ledger;
use super::misfit::Misfit;
use crate::id::{AllocId, NodeId};
use crate::model::plan::{Plan, PlanResult};
use crate::model::{AllocClientStatus, Allocation, Node, NodeEligibility, NodeStatus};
use crate::state::State;
use crate::units::Index;

/// Access mode of a host volume that one allocation has for itself.
const SINGLE_WRITER: &str = "single-node-single-writer";

/// What the applier says about a node.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NodeVerdict {
    /// No such node.
    #[error("node does not exist")]
    Missing,
    /// It does not answer, and something else than "unknown" is planned.
    #[error("node is disconnected and contains invalid updates")]
    Disconnected,
    /// It is down, and something else than "lost" is planned.
    #[error("node is down and contains invalid updates")]
    Down,
    /// It has not reported yet.
    #[error("node is not ready for placements")]
    NotReady,
    /// Nothing new may go there.
    #[error("node is not eligible")]
    Ineligible,
    /// Something is short.
    #[error(transparent)]
    Misfit(Misfit),
}

/// A plan that the applier looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// What may be committed.
    pub result: PlanResult,
    /// Per refused node: why.
    pub refused: BTreeMap<NodeId, NodeVerdict>,
}

impl Verified {
    /// Every placement and update of the plan may be committed.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.refused.is_empty()
    }
}

/// Judges `plan` against the state as it is now.
#[must_use]
pub fn verify(state: &State, plan: &Plan) -> Verified {
    let mut nodes: BTreeSet<NodeId> = BTreeSet::new();
    nodes.extend(
        plan.placements
            .iter()
            .chain(&plan.updates)
            .map(|alloc| alloc.node_id),
    );
    nodes.extend(
        plan.stops
            .iter()
            .chain(&plan.preemptions)
            .map(|stop| stop.node_id),
    );
    let mut refused = BTreeMap::new();
    for id in nodes {
        if let Err(verdict) = verify_node(state, plan, id) {
            refused.insert(id, verdict);
        }
    }
    let result = cut(state, plan, &refused);
    Verified { result, refused }
}

fn verify_node(state: &State, plan: &Plan, id: NodeId) -> Result<(), NodeVerdict> {
    let planned: Vec<&Allocation> = plan
        .updates
        .iter()
        .chain(&plan.placements)
        .filter(|alloc| alloc.node_id == id && !is_record(state, alloc))
        .collect();
    if planned.is_empty() {
        return Ok(());
    }
    let node = state.node(&id).ok_or(NodeVerdict::Missing)?;
    let status_is = |status| planned.iter().all(|alloc| alloc.client_status == status);
    match node.status {
        NodeStatus::Disconnected if status_is(AllocClientStatus::Unknown) => return Ok(()),
        NodeStatus::Disconnected => return Err(NodeVerdict::Disconnected),
        NodeStatus::Down if planned.iter().all(|alloc| may_stay_down(state, alloc)) => {
            return Ok(());
        }
        NodeStatus::Down => return Err(NodeVerdict::Down),
        NodeStatus::Initializing => return Err(NodeVerdict::NotReady),
        NodeStatus::Ready => {}
    }
    let is_update = |alloc: &&Allocation| {
        state
            .alloc(&alloc.id)
            .is_some_and(|old| old.node_id == id && !old.is_terminal())
    };
    if planned.iter().all(is_update) {
        return Ok(());
    }
    if node.scheduling_eligibility == NodeEligibility::Ineligible {
        return Err(NodeVerdict::Ineligible);
    }
    crowd(state, plan, node, &planned).map_err(NodeVerdict::Misfit)
}

/// An update of what ended already, such as a reschedule that found no node: it occupies nothing,
/// so that the state of its node does not matter. (The original refuses it on a node that is down,
/// and with it the rest of the node's part, at every attempt.)
fn is_record(state: &State, alloc: &Allocation) -> bool {
    let ended = matches!(
        alloc.client_status,
        AllocClientStatus::Complete | AllocClientStatus::Failed
    );
    ended
        && state
            .alloc(&alloc.id)
            .is_some_and(|old| old.client_status == alloc.client_status)
}

/// A planned update that a node that is down may carry.
fn may_stay_down(state: &State, alloc: &Allocation) -> bool {
    match alloc.client_status {
        AllocClientStatus::Lost => true,
        AllocClientStatus::Unknown => state
            .job_of(alloc)
            .and_then(|job| job.group(alloc.task_group.as_str()))
            .and_then(|group| group.disconnect.as_ref())
            .is_some_and(|disconnect| disconnect.replace == Some(false)),
        _ => false,
    }
}

/// Puts the planned allocations on the node, without those that leave it, and checks.
fn crowd(state: &State, plan: &Plan, node: &Node, planned: &[&Allocation]) -> Result<(), Misfit> {
    let mut leaving: BTreeSet<AllocId> = plan
        .stops
        .iter()
        .chain(&plan.preemptions)
        .map(|stop| stop.id)
        .collect();
    leaving.extend(planned.iter().map(|alloc| alloc.id));
    let staying = state
        .allocs_of_node(&node.id)
        .filter(|alloc| !alloc.is_terminal() && !leaving.contains(&alloc.id));
    let all: Vec<&Allocation> = staying
        .map(AsRef::as_ref)
        .chain(planned.iter().copied())
        .collect();
    check_allocs(node, all.iter().copied())?;
    check_writers(state, &all)
}

/// A host volume that one allocation wants for itself must not be wanted by another.
fn check_writers(state: &State, allocs: &[&Allocation]) -> Result<(), Misfit> {
    let mut wanted: BTreeMap<&str, (u32, bool)> = BTreeMap::new();
    for alloc in allocs.iter().filter(|alloc| Ledger::counts(alloc)) {
        let job = state.job_of(alloc);
        let group = job.and_then(|job| job.group(alloc.task_group.as_str()));
        for volume in group.into_iter().flat_map(|group| group.volumes.values()) {
            if volume.kind == "host" {
                let entry = wanted.entry(volume.source.as_str()).or_default();
                entry.0 += 1;
                entry.1 |= volume.access_mode == SINGLE_WRITER;
            }
        }
    }
    match wanted
        .values()
        .any(|(holders, alone)| *alone && *holders > 1)
    {
        true => Err(Misfit::VolumeConflict),
        false => Ok(()),
    }
}

/// What remains of the plan without the refused nodes.
fn cut(state: &State, plan: &Plan, refused: &BTreeMap<NodeId, NodeVerdict>) -> PlanResult {
    let mut kept = plan.clone();
    if !refused.is_empty() {
        let all = plan.all_at_once;
        let stays = |node: &NodeId| !all && !refused.contains_key(node);
        kept.placements.retain(|alloc| stays(&alloc.node_id));
        kept.updates.retain(|alloc| stays(&alloc.node_id));
        kept.stops.retain(|stop| stays(&stop.node_id));
        kept.preemptions.retain(|stop| stays(&stop.node_id));
        if all {
            kept.deployment = None;
            kept.deployment_updates.clear();
        }
        let gone: BTreeSet<AllocId> = plan
            .placements
            .iter()
            .filter(|alloc| !stays(&alloc.node_id))
            .map(|alloc| alloc.id)
            .collect();
        for group in kept
            .deployment
            .iter_mut()
            .flat_map(|d| d.task_groups.values_mut())
        {
            group.placed_canaries.retain(|id| !gone.contains(id));
        }
    }
    kept.preemptions.retain(|stop| {
        state
            .alloc(&stop.id)
            .is_none_or(|alloc| !alloc.is_terminal())
    });
    PlanResult {
        plan: kept,
        rejected_nodes: refused.keys().copied().collect(),
        refresh_index: if refused.is_empty() {
            Index(0)
        } else {
            state.index()
        },
    }
}
