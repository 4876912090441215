//! Why a node would, or would not, get the next allocation of a group.

use super::board::Slot;
use super::field::is_in_reach;
use super::full::{SpreadScores, Wish, complete};
use super::policy::Policy;
use super::round::Cluster;
use crate::feasible::{Classes, Refusal};
use crate::fit::Misfit;
use crate::id::{GroupName, NodeId};
use crate::model::{Allocation, Job, Node, NodeStatus};
use crate::rank::Parts;
use crate::state::State;

/// What a node would mean for the next allocation of a group.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Verdict {
    /// It is no candidate: not ready, or in another pool or datacenter.
    OutOfReach(&'static str),
    /// A check refuses it.
    Refused(Refusal),
    /// It has no room.
    Exhausted(Misfit),
    /// It can; the parts of its score and their mean.
    Scored {
        /// Each scorer's part.
        parts: Parts,
        /// Their mean.
        score: f64,
    },
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OutOfReach(reason) => f.write_str(reason),
            Self::Refused(refusal) => write!(f, "refused: {refusal}"),
            Self::Exhausted(misfit) => match misfit.short_by() {
                Some((amount, what)) => write!(f, "no room: {amount} {what} too few"),
                None => write!(f, "no room: {misfit}"),
            },
            Self::Scored { parts, score } => {
                write!(f, "score {score:.3}")?;
                for (name, part) in parts.listed().into_iter().filter(|(_, part)| *part != 0.0) {
                    write!(f, ", {name} {part:.3}")?;
                }
                Ok(())
            }
        }
    }
}

/// A node with what it would mean.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeReason {
    /// The node.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// What it would mean.
    pub verdict: Verdict,
}

/// Tells for every node what it would mean for the next allocation of a group of `job`, as the
/// state is. `penalties` are nodes where earlier attempts failed. Nodes come in order of their ids.
#[must_use]
pub fn explain(
    state: &State,
    job: &Job,
    group: &GroupName,
    policy: &Policy,
    penalties: &[NodeId],
) -> Vec<NodeReason> {
    let key = job.key();
    let allocs: Vec<&Allocation> = state.allocs_of_job(&key).map(AsRef::as_ref).collect();
    let mut cluster = Cluster::new(state, policy, Some(job), &allocs, 0);
    let seats: Vec<usize> = penalties
        .iter()
        .filter_map(|id| cluster.round.seats.find(id))
        .collect();
    let mut reasons = Vec::new();
    for at in 0..cluster.round.seats.0.len() {
        let Some(node) = cluster.round.seats.0.get(at).map(|seat| seat.node) else {
            continue;
        };
        let verdict = match out_of_reach(job, node) {
            Some(reason) => Verdict::OutOfReach(reason),
            None => judge(&mut cluster, job, group, at, &seats),
        };
        reasons.push(NodeReason {
            node: node.id,
            name: node.name.clone(),
            verdict,
        });
    }
    reasons
}

fn out_of_reach(job: &Job, node: &Node) -> Option<&'static str> {
    if node.drain {
        return Some("the node is draining");
    }
    match node.status {
        NodeStatus::Initializing => return Some("the node is initializing"),
        NodeStatus::Down => return Some("the node is down"),
        NodeStatus::Disconnected => return Some("the node does not answer"),
        NodeStatus::Ready => {}
    }
    if !node.is_ready() {
        return Some("the node is not eligible");
    }
    (!is_in_reach(job, node)).then_some("the node is in another pool or datacenter than the job")
}

fn judge<'s>(
    cluster: &mut Cluster<'s>,
    job: &'s Job,
    group: &GroupName,
    at: usize,
    penalties: &[usize],
) -> Verdict {
    cluster.round.classes = Classes::default();
    let Some((board, _, round)) = cluster.board(job, group) else {
        return Verdict::OutOfReach("the job has no such group");
    };
    let slot = board.peek(round, at);
    let refused = match &slot {
        Slot::Refused(refusal) => Some(refusal.clone()),
        _ => round.seats.0.get(at).and_then(|seat| {
            let mut sets = round.properties.iter().chain(&board.properties);
            sets.find_map(|set| set.judge(seat.node).err())
        }),
    };
    match (refused, slot) {
        (Some(refusal), _) => Verdict::Refused(refusal),
        (None, Slot::Exhausted(misfit)) => Verdict::Exhausted(misfit),
        (None, Slot::Scored { parts, key, .. }) => {
            let wish = Wish {
                penalties,
                index: 0,
            };
            let spreads = board.spreads.clone();
            let mut scores = SpreadScores::new(board);
            let choice = complete(board, &mut scores, (at, parts, key), wish);
            board.spreads = spreads;
            Verdict::Scored {
                parts: choice.parts,
                score: choice.score,
            }
        }
        _ => Verdict::OutOfReach("the node was not looked at"),
    }
}
