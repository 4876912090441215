//! Deployments.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::nullable;
use crate::api::Moment;

/// One deployment.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Deployment {
    #[serde(rename = "ID")]
    pub(crate) id: String,
    pub(crate) namespace: String,
    #[serde(rename = "JobID")]
    pub(crate) job_id: String,
    pub(crate) job_version: u64,
    pub(crate) job_create_index: u64,
    #[serde(deserialize_with = "nullable")]
    pub(crate) task_groups: BTreeMap<String, GroupProgress>,
    pub(crate) status: String,
    pub(crate) status_description: String,
    pub(crate) create_index: u64,
}

/// How far one group is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct GroupProgress {
    pub(crate) auto_revert: bool,
    /// Nanoseconds.
    pub(crate) progress_deadline: i64,
    pub(crate) require_progress_by: Moment,
    pub(crate) promoted: bool,
    #[serde(deserialize_with = "nullable")]
    pub(crate) placed_canaries: Vec<String>,
    pub(crate) desired_canaries: i64,
    pub(crate) desired_total: i64,
    pub(crate) placed_allocs: i64,
    pub(crate) healthy_allocs: i64,
    pub(crate) unhealthy_allocs: i64,
}

impl Deployment {
    /// The deployment waits for somebody to promote its canaries.
    pub(crate) fn waits_for_promotion(&self) -> bool {
        self.status == "running"
            && self
                .task_groups
                .values()
                .any(|g| g.desired_canaries > 0 && !g.promoted)
            && self.task_groups.values().all(|g| {
                g.desired_canaries == 0 || g.promoted || g.healthy_allocs >= g.desired_canaries
            })
    }
}
