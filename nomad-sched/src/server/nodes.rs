//! What nodes ask: registration, heartbeats (spec/scheduler 15.1, 15.2).

use nomad_core::command::Command;
use nomad_core::feasible::node_class;
use nomad_core::id::NodeId;
use nomad_core::model::node::NodeEvent;
use nomad_core::model::{Node, NodeStatus};
use nomad_core::secret::Secret;
use nomad_core::units::{Index, Span};
use nomad_core::wire::node::{NodeAnswer, NodeCall, NodeRequest, Refusal};

use super::config::PROPOSALS_MAX;
use super::input::{Effect, Ticket};
use super::machine::Server;
use super::proposals::Waiting;
use crate::heartbeat::{GRACE, draw_ttl};

impl Server {
    /// A node asks.
    pub(super) fn node_request(
        &mut self,
        ticket: Ticket,
        request: NodeRequest,
        out: &mut Vec<Effect>,
    ) {
        if let Err(refusal) = self.node_call(ticket, request, out) {
            let answer = Err(refusal);
            out.push(Effect::AnswerNode { ticket, answer });
        }
    }

    fn node_call(
        &mut self,
        ticket: Ticket,
        request: NodeRequest,
        out: &mut Vec<Effect>,
    ) -> Result<(), Refusal> {
        let NodeRequest {
            node_id,
            secret,
            call,
        } = request;
        if self.leader.is_none() {
            return Err(Refusal::NotLeader { leader: None });
        }
        if self.proposals.len() >= PROPOSALS_MAX {
            return Err(Refusal::TooMany {
                what: "writes".to_owned(),
                given: self.proposals.len() as u64,
                limit: PROPOSALS_MAX as u64,
            });
        }
        let known = self.state.node_secret(&node_id);
        if known.is_some_and(|known| *known != secret) {
            return Err(Refusal::WrongSecret { node_id });
        }
        let is_known = known.is_some();
        match call {
            NodeCall::Register { node } => self.register_node(ticket, *node, secret, out),
            NodeCall::Heartbeat { .. } if !is_known => {
                let answer = Ok(unknown_lease());
                out.push(Effect::AnswerNode { ticket, answer });
            }
            _ if !is_known => return Err(Refusal::UnknownNode { node_id }),
            NodeCall::Heartbeat { status } => self.heartbeat(ticket, node_id, status, out),
            NodeCall::PullAllocs { seen, wait } => self.pull(ticket, node_id, seen, wait, out),
            NodeCall::UpdateAllocs { updates } => {
                self.update_allocs(ticket, node_id, updates, out)?;
            }
            _ => {
                return Err(Refusal::Stopped {
                    reason: "this server does not know the call; upgrade it".to_owned(),
                });
            }
        }
        Ok(())
    }

    fn register_node(
        &mut self,
        ticket: Ticket,
        mut node: Node,
        secret: Secret<String>,
        out: &mut Vec<Effect>,
    ) {
        let id = node.id;
        node.status = NodeStatus::Initializing;
        node.computed_class = node_class(&node);
        let known = self.state.node(&id).cloned();
        let evals = match &known {
            Some(old) if is_same(old, &node) => {
                let answer = Ok(self.lease(id));
                out.push(Effect::AnswerNode { ticket, answer });
                return;
            }
            Some(old) if concerns_jobs(old, &node) => self.node_evals(&node),
            _ => Vec::new(),
        };
        let command = Command::RegisterNode {
            node: Box::new(node),
            secret,
            evals,
        };
        self.propose(Waiting::Lease { ticket, node: id }, command, out);
    }

    fn heartbeat(&mut self, ticket: Ticket, id: NodeId, asked: NodeStatus, out: &mut Vec<Effect>) {
        let Some(node) = self.state.node(&id).cloned() else {
            return;
        };
        let (next, message) = self.next_status(&node, asked);
        if next == node.status {
            let answer = Ok(self.lease(id));
            out.push(Effect::AnswerNode { ticket, answer });
            return;
        }
        let command = self.status_change(&node, next, message);
        self.propose(Waiting::Lease { ticket, node: id }, command, out);
    }

    /// Where a node goes that says it is `asked` (spec/scheduler 15.1).
    fn next_status(&self, node: &Node, asked: NodeStatus) -> (NodeStatus, &'static str) {
        if asked != NodeStatus::Ready {
            return (node.status, "");
        }
        match node.status {
            NodeStatus::Ready => (NodeStatus::Ready, ""),
            NodeStatus::Disconnected => {
                (NodeStatus::Initializing, "Node reregistered by heartbeat")
            }
            NodeStatus::Down => (NodeStatus::Ready, "Node reregistered by heartbeat"),
            NodeStatus::Initializing if self.owes_reports(node) => (NodeStatus::Initializing, ""),
            NodeStatus::Initializing => (NodeStatus::Ready, ""),
        }
    }

    /// The node was away and has not said yet what became of its allocations.
    fn owes_reports(&self, node: &Node) -> bool {
        node.last_missed_heartbeat_index != Index(0)
            && node.last_alloc_update_index <= node.last_missed_heartbeat_index
            && self
                .state
                .allocs_of_node(&node.id)
                .any(|it| !it.is_terminal())
    }

    /// A change of status with the evaluations that it makes.
    pub(super) fn status_change(
        &mut self,
        node: &Node,
        status: NodeStatus,
        message: &str,
    ) -> Command {
        let evals = if makes_evals(node.status, status) {
            self.node_evals(node)
        } else {
            Vec::new()
        };
        let event = (!message.is_empty()).then(|| NodeEvent {
            message: message.to_owned(),
            subsystem: "Cluster".to_owned(),
            timestamp: self.now,
            ..NodeEvent::default()
        });
        Command::UpdateNodeStatus {
            node_id: node.id,
            status,
            event,
            evals,
        }
    }

    /// Gives a node time until its next heartbeat.
    pub(super) fn lease(&mut self, id: NodeId) -> NodeAnswer {
        let nodes = self.state.nodes_count();
        let ttl = draw_ttl(nodes, &mut self.seed);
        let is_down = self
            .state
            .node(&id)
            .is_none_or(|it| it.status == NodeStatus::Down);
        if let Some(leader) = &mut self.leader
            && !is_down
        {
            leader.heartbeats.arm(id, self.now.plus(ttl).plus(GRACE));
        }
        NodeAnswer::Lease {
            ttl,
            servers: self.config.servers.clone(),
            index: self.state.index(),
            register_again: false,
        }
    }

    /// A node changed: one that is not down has a deadline, one that is down has none.
    pub(super) fn follow_node(&mut self, id: NodeId) {
        let status = self.state.node(&id).map(|node| node.status);
        let is_gone = status.is_none_or(|status| status == NodeStatus::Down);
        let Some(leader) = &mut self.leader else {
            return;
        };
        if is_gone {
            leader.heartbeats.disarm(id);
        } else if !leader.heartbeats.is_armed(id) {
            self.lease(id);
        }
    }

    /// Nodes that were not heard of in time are lost, or only disconnected if a group on them can
    /// bear that (spec/scheduler 15.1).
    pub(super) fn miss_heartbeats(&mut self, out: &mut Vec<Effect>) {
        let now = self.now;
        let Some(leader) = &mut self.leader else {
            return;
        };
        for id in leader.heartbeats.take_late(now) {
            let Some(node) = self.state.node(&id).cloned() else {
                continue;
            };
            let status = if self.may_disconnect(id) {
                NodeStatus::Disconnected
            } else {
                NodeStatus::Down
            };
            if status == node.status {
                self.lease(id);
                continue;
            }
            let command = self.status_change(&node, status, "Node heartbeat missed");
            self.propose(Waiting::Node { node: id }, command, out);
        }
    }

    /// Something on the node is wanted, may be out of sight, and has not been so for too long.
    fn may_disconnect(&self, id: NodeId) -> bool {
        self.state.allocs_of_node(&id).any(|alloc| {
            let group = self
                .state
                .job_of(alloc)
                .and_then(|job| job.group(alloc.task_group.as_str()));
            let lost_after = group
                .and_then(|group| group.disconnect.as_ref())
                .map_or(Span::ZERO, |disconnect| disconnect.lost_after);
            let unknown_since = alloc
                .alloc_states
                .last()
                .filter(|change| change.value == "unknown")
                .map(|change| change.time);
            let expired = unknown_since.is_some_and(|since| since.plus(lost_after) <= self.now);
            !lost_after.is_zero() && !alloc.is_terminal() && !expired
        })
    }
}

/// Registration with the same facts writes nothing.
fn is_same(old: &Node, new: &Node) -> bool {
    let facts = |node: &Node| Node {
        status: NodeStatus::Initializing,
        status_description: String::new(),
        status_updated_at: 0,
        scheduling_eligibility: new.scheduling_eligibility,
        drain: new.drain,
        drain_strategy: None,
        last_drain: None,
        events: new.events.clone(),
        last_missed_heartbeat_index: Index(0),
        last_alloc_update_index: Index(0),
        create_index: Index(0),
        modify_index: Index(0),
        ..node.clone()
    };
    old.status != NodeStatus::Down && facts(old) == facts(new)
}

/// The facts that decide where jobs may run.
fn concerns_jobs(old: &Node, new: &Node) -> bool {
    old.datacenter != new.datacenter
        || old.name != new.name
        || old.node_class != new.node_class
        || old.node_pool != new.node_pool
        || old.attributes != new.attributes
        || old.meta != new.meta
        || old.host_volumes != new.host_volumes
        || old.node_resources.devices != new.node_resources.devices
        || drivers(old) != drivers(new)
}

fn drivers(node: &Node) -> Vec<(&str, bool, bool)> {
    let drivers = node.drivers.iter();
    drivers
        .map(|(name, it)| (name.as_str(), it.detected, it.healthy))
        .collect()
}

/// Transitions that make evaluations (spec/scheduler 15.1).
fn makes_evals(from: NodeStatus, to: NodeStatus) -> bool {
    use NodeStatus::{Disconnected, Down, Initializing, Ready};
    match (from, to) {
        (from, to) if from == to => false,
        (_, Down | Disconnected) | (Disconnected, _) => true,
        (Initializing | Down, Ready) => true,
        _ => false,
    }
}

fn unknown_lease() -> NodeAnswer {
    NodeAnswer::Lease {
        ttl: Span::ZERO,
        servers: Vec::new(),
        index: Index(0),
        register_again: true,
    }
}
