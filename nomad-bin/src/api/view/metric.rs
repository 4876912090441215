//! Why a placement came out as it did (spec/api-cli 2.5 `AllocMetric`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::nullable;

/// Counts of one placement.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Metric {
    pub(crate) nodes_evaluated: i64,
    pub(crate) nodes_filtered: i64,
    pub(crate) nodes_exhausted: i64,
    #[serde(deserialize_with = "nullable")]
    pub(crate) nodes_available: BTreeMap<String, i64>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) class_filtered: BTreeMap<String, i64>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) constraint_filtered: BTreeMap<String, i64>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) class_exhausted: BTreeMap<String, i64>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) dimension_exhausted: BTreeMap<String, i64>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) quota_exhausted: Vec<String>,
    /// Nanoseconds.
    pub(crate) allocation_time: i64,
    pub(crate) coalesced_failures: i64,
    #[serde(deserialize_with = "nullable")]
    pub(crate) score_meta_data: Vec<NodeScore>,
}

/// The scores of one node.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct NodeScore {
    #[serde(rename = "NodeID")]
    pub(crate) node_id: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) scores: BTreeMap<String, f64>,
    pub(crate) norm_score: f64,
}
