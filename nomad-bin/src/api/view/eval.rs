//! Evaluations.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Metric, nullable};
use crate::api::Moment;

/// One evaluation; related ones are of the same shape with fewer fields.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Eval {
    #[serde(rename = "ID")]
    pub(crate) id: String,
    pub(crate) namespace: String,
    pub(crate) priority: i64,
    pub(crate) r#type: String,
    pub(crate) triggered_by: String,
    #[serde(rename = "JobID")]
    pub(crate) job_id: String,
    #[serde(rename = "NodeID")]
    pub(crate) node_id: String,
    #[serde(rename = "DeploymentID")]
    pub(crate) deployment_id: String,
    pub(crate) status: String,
    pub(crate) status_description: String,
    /// Nanoseconds.
    pub(crate) wait: i64,
    pub(crate) wait_until: Moment,
    pub(crate) next_eval: String,
    pub(crate) previous_eval: String,
    pub(crate) blocked_eval: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) related_evals: Vec<Self>,
    #[serde(rename = "FailedTGAllocs", deserialize_with = "nullable")]
    pub(crate) failed_groups: BTreeMap<String, Metric>,
    pub(crate) quota_limit_reached: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) plan_annotations: PlanAnnotations,
    pub(crate) create_index: u64,
    pub(crate) create_time: Moment,
    pub(crate) modify_time: Moment,
}

/// What the scheduler meant to do.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct PlanAnnotations {
    #[serde(rename = "DesiredTGUpdates", deserialize_with = "nullable")]
    pub(crate) desired: BTreeMap<String, DesiredUpdates>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) preempted_allocs: Vec<super::AllocStub>,
}

/// Counts of one group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct DesiredUpdates {
    pub(crate) ignore: u64,
    pub(crate) place: u64,
    pub(crate) migrate: u64,
    pub(crate) stop: u64,
    pub(crate) in_place_update: u64,
    pub(crate) destructive_update: u64,
    pub(crate) canary: u64,
    pub(crate) preemptions: u64,
}

impl Eval {
    /// The evaluation will not change any more.
    pub(crate) fn is_terminal(&self) -> bool {
        matches!(self.status.as_str(), "complete" | "failed" | "canceled")
    }
}
