//! Nodes: registration, status, eligibility, removal (spec/scheduler 15.1).

use std::sync::Arc;

use super::applied::Topic;
use super::error::ApplyError;
use super::write::Write;
use crate::id::NodeId;
use crate::model::node::{NODE_EVENTS_MAX, NodeEvent};
use crate::model::{Node, NodeEligibility, NodeStatus};
use crate::secret::Secret;
use crate::state::TableName;
use crate::units::Index;

impl Write<'_> {
    /// Makes a node, or takes over its changed facts; what the server maintains stays.
    pub(super) fn register_node(&mut self, node: &Node, secret: &Secret<String>) {
        let mut new = node.clone();
        let known = self.state.nodes.get(&node.id).cloned();
        match &known {
            Some(old) => keep_server_side(old, &mut new),
            None => new.create_index = self.index,
        }
        let message = match &known {
            None => Some("Node registered"),
            Some(old) if old.status == NodeStatus::Down => Some("Node re-registered"),
            Some(_) => None,
        };
        if let Some(message) = message {
            let event = NodeEvent {
                message: message.to_owned(),
                subsystem: "Cluster".to_owned(),
                timestamp: self.now,
                ..NodeEvent::default()
            };
            self.push_event(&mut new, event);
        }
        if new.status_updated_at == 0 {
            new.status_updated_at = self.now.as_unix_secs();
        }
        self.state
            .node_secrets
            .insert(node.id, Arc::new(secret.clone()));
        self.put_node(new);
    }

    /// Changes a node's status.
    pub(super) fn update_node_status(
        &mut self,
        id: NodeId,
        status: NodeStatus,
        event: Option<&NodeEvent>,
    ) -> Result<(), ApplyError> {
        let mut node = self.copy_node(id)?;
        if is_unresponsive(status) && !is_unresponsive(node.status) {
            node.last_missed_heartbeat_index = self.index;
        } else if status == NodeStatus::Ready {
            node.last_missed_heartbeat_index = Index(0);
        }
        node.status = status;
        node.status_updated_at = self.now.as_unix_secs();
        if let Some(event) = event {
            self.push_event(&mut node, event.clone());
        }
        self.put_node(node);
        Ok(())
    }

    /// Changes whether new allocations may go to a node.
    pub(super) fn update_node_eligibility(
        &mut self,
        id: NodeId,
        eligibility: NodeEligibility,
        event: Option<&NodeEvent>,
    ) -> Result<(), ApplyError> {
        let mut node = self.copy_node(id)?;
        node.scheduling_eligibility = eligibility;
        if let Some(event) = event {
            self.push_event(&mut node, event.clone());
        }
        self.put_node(node);
        Ok(())
    }

    /// Removes a node; its allocations stay until they are collected.
    pub(super) fn remove_node(&mut self, id: NodeId) {
        if self.state.nodes.remove(&id).is_some() {
            self.state.node_secrets.remove(&id);
            self.state.node_assignments.remove(&id);
            self.touch(TableName::Nodes, [Topic::Node(id)]);
        }
    }

    /// The node sent a report about its allocations.
    pub(super) fn note_alloc_update(&mut self, id: NodeId) {
        if let Ok(mut node) = self.copy_node(id)
            && node.last_alloc_update_index != self.index
        {
            node.last_alloc_update_index = self.index;
            self.state.nodes.insert(id, Arc::new(node));
        }
    }

    fn copy_node(&self, id: NodeId) -> Result<Node, ApplyError> {
        let node = self.state.nodes.get(&id);
        node.map(|node| (**node).clone())
            .ok_or(ApplyError::UnknownNode(id))
    }

    fn put_node(&mut self, mut node: Node) {
        node.modify_index = self.index;
        let id = node.id;
        if node.is_ready() {
            self.applied.freed.insert(id);
        }
        self.state.nodes.insert(id, Arc::new(node));
        self.touch(TableName::Nodes, [Topic::Node(id)]);
    }

    fn push_event(&self, node: &mut Node, mut event: NodeEvent) {
        event.create_index = self.index;
        node.events.push(event);
        let surplus = node.events.len().saturating_sub(NODE_EVENTS_MAX);
        node.events.drain(..surplus);
    }
}

fn is_unresponsive(status: NodeStatus) -> bool {
    matches!(status, NodeStatus::Down | NodeStatus::Disconnected)
}

fn keep_server_side(old: &Node, new: &mut Node) {
    new.create_index = old.create_index;
    new.status = old.status;
    new.status_description.clone_from(&old.status_description);
    new.status_updated_at = old.status_updated_at;
    new.scheduling_eligibility = old.scheduling_eligibility;
    new.drain = old.drain;
    new.drain_strategy.clone_from(&old.drain_strategy);
    new.last_drain.clone_from(&old.last_drain);
    new.events.clone_from(&old.events);
    new.last_missed_heartbeat_index = old.last_missed_heartbeat_index;
    new.last_alloc_update_index = old.last_alloc_update_index;
}
