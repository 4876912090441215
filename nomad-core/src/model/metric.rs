//! Why a placement went where it went, or nowhere (spec/scheduler 8).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::list::{List, Table};
use crate::id::NodeId;
use crate::units::Span;

/// Scored nodes that a metric keeps: the best ones.
pub const SCORES_KEPT_MAX: usize = 5;

/// Counters and scores of one placement attempt.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AllocMetric {
    /// Nodes looked at.
    pub nodes_evaluated: u64,
    /// Nodes that a constraint or missing driver refused.
    pub nodes_filtered: u64,
    /// Nodes in the job's pool.
    pub nodes_in_pool: u64,
    /// The job's pool.
    pub node_pool: String,
    /// Ready nodes per datacenter.
    pub nodes_available: Table<u64>,
    /// Refused nodes per node class.
    pub class_filtered: Table<u64>,
    /// Refused nodes per constraint.
    pub constraint_filtered: Table<u64>,
    /// Nodes without enough room.
    pub nodes_exhausted: u64,
    /// Nodes without enough room per node class.
    pub class_exhausted: Table<u64>,
    /// Nodes without enough room per dimension.
    pub dimension_exhausted: Table<u64>,
    /// Quota dimensions that were used up.
    pub quota_exhausted: List<String>,
    /// Per task, what the job asked that no node had.
    pub resources_exhausted: Table<super::resources::Resources>,
    /// Deprecated scores; always empty.
    pub scores: Table<f64>,
    /// The best scored nodes.
    #[serde(rename = "ScoreMetaData")]
    pub score_meta_data: List<NodeScore>,
    /// Time the placement took; zero inside the core.
    pub allocation_time: Span,
    /// Further placements of the same group that failed alike.
    pub coalesced_failures: u64,
}

/// The scores of one node.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NodeScore {
    /// The node.
    #[serde(rename = "NodeID")]
    pub node_id: NodeId,
    /// Each scorer's part.
    #[serde(rename = "Scores")]
    pub scores: BTreeMap<String, f64>,
    /// The final, normalized score.
    #[serde(rename = "NormScore")]
    pub norm_score: f64,
}
