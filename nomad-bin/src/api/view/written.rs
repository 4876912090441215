//! Answers to writes, to plan, validate and search.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::eval::PlanAnnotations;
use super::{JobDiff, Metric, nullable};
use crate::api::Moment;

/// A job was registered, stopped, scaled, reverted or evaluated; an allocation was stopped.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Registered {
    #[serde(rename = "EvalID")]
    pub(crate) eval_id: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) warnings: String,
}

/// A deployment was changed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct DeploymentWritten {
    #[serde(rename = "EvalID")]
    pub(crate) eval_id: String,
    pub(crate) reverted_job_version: Option<u64>,
}

/// A node was changed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct NodeWritten {
    #[serde(rename = "EvalIDs", deserialize_with = "nullable")]
    pub(crate) eval_ids: Vec<String>,
}

/// `/v1/validate/job`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Validated {
    pub(crate) driver_config_validated: bool,
    #[serde(deserialize_with = "nullable")]
    pub(crate) validation_errors: Vec<String>,
    pub(crate) error: String,
    pub(crate) warnings: String,
}

/// `/v1/job/:id/plan`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Plan {
    #[serde(deserialize_with = "nullable")]
    pub(crate) annotations: PlanAnnotations,
    #[serde(rename = "FailedTGAllocs", deserialize_with = "nullable")]
    pub(crate) failed_groups: BTreeMap<String, Metric>,
    pub(crate) job_modify_index: u64,
    pub(crate) diff: Option<JobDiff>,
    pub(crate) next_periodic_launch: Moment,
    pub(crate) warnings: String,
}

/// `/v1/search`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Matches {
    #[serde(deserialize_with = "nullable")]
    pub(crate) matches: BTreeMap<String, Vec<String>>,
}
