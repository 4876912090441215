//! Nodes: eligibility, evaluation, removal (spec/scheduler 15.4).

use std::sync::Arc;

use nomad_core::command::Command;
use nomad_core::id::NodeId;
use nomad_core::model::node::{NodeEligibility, NodeEvent};
use nomad_core::model::{Evaluation, Node};
use nomad_core::state::ApplyError;
use nomad_core::wire::operator::OperatorRefusal;

use super::super::machine::Server;
use super::super::proposals::About;
use super::request::{Outcome, Write};

impl Server {
    fn known_node(&self, id: NodeId) -> Result<Arc<Node>, OperatorRefusal> {
        let node = self.state.node(&id).cloned();
        node.ok_or(OperatorRefusal::Apply(ApplyError::UnknownNode(id)))
    }

    pub(super) fn set_eligibility(&mut self, id: NodeId, eligibility: NodeEligibility) -> Outcome {
        let node = self.known_node(id)?;
        let opens = eligibility == NodeEligibility::Eligible;
        if opens && node.drain {
            return Err(OperatorRefusal::Draining(id));
        }
        let changes = node.scheduling_eligibility != eligibility;
        let evals = if opens && changes {
            self.node_evals(&node)
        } else {
            Vec::new()
        };
        let event = changes.then(|| NodeEvent {
            message: format!("Node marked as {eligibility} for scheduling"),
            subsystem: "Cluster".to_owned(),
            timestamp: self.now,
            ..NodeEvent::default()
        });
        Ok(Write {
            record: None,
            about: about(id, &evals),
            command: Command::UpdateNodeEligibility {
                node_id: id,
                eligibility,
                event,
                evals,
            },
        })
    }

    pub(super) fn evaluate_node(&mut self, id: NodeId) -> Outcome {
        let node = self.known_node(id)?;
        let evals = self.node_evals(&node);
        Ok(Write {
            record: None,
            about: about(id, &evals),
            command: Command::UpdateEvals { evals },
        })
    }

    pub(super) fn purge_node(&mut self, id: NodeId) -> Outcome {
        let node = self.known_node(id)?;
        let evals = self.node_evals(&node);
        Ok(Write {
            record: None,
            about: about(id, &evals),
            command: Command::DeregisterNodes {
                node_ids: vec![id],
                evals,
            },
        })
    }
}

fn about(node: NodeId, evals: &[Evaluation]) -> About {
    let evals = evals.iter().map(|eval| eval.id).collect();
    About::Node { node, evals }
}
