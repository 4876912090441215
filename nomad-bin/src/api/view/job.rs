//! Jobs.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::nullable;
use crate::api::Moment;

/// A row of `/v1/jobs`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct JobStub {
    #[serde(rename = "ID")]
    pub(crate) id: String,
    #[serde(rename = "ParentID")]
    pub(crate) parent_id: String,
    pub(crate) namespace: String,
    pub(crate) r#type: String,
    pub(crate) priority: i64,
    pub(crate) periodic: bool,
    pub(crate) parameterized_job: bool,
    pub(crate) stop: bool,
    pub(crate) status: String,
    pub(crate) submit_time: Moment,
}

/// A whole job, as far as it is shown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Job {
    #[serde(rename = "ID")]
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) r#type: String,
    pub(crate) node_pool: String,
    pub(crate) status: String,
    pub(crate) dispatch_idempotency_token: String,
    pub(crate) priority: i64,
    pub(crate) version: u64,
    pub(crate) create_index: u64,
    pub(crate) submit_time: Moment,
    pub(crate) stop: bool,
    pub(crate) stable: bool,
    pub(crate) dispatched: bool,
    #[serde(deserialize_with = "nullable")]
    pub(crate) datacenters: Vec<String>,
    pub(crate) periodic: Option<Value>,
    pub(crate) parameterized_job: Option<Parameterized>,
    pub(crate) version_tag: Option<VersionTag>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) task_groups: Vec<TaskGroup>,
}

/// What a parameterized job takes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Parameterized {
    pub(crate) payload: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) meta_required: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) meta_optional: Vec<String>,
}

/// The name of a version.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct VersionTag {
    pub(crate) name: String,
    pub(crate) description: String,
}

/// A group of a job.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct TaskGroup {
    pub(crate) name: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) tasks: Vec<Task>,
    pub(crate) reschedule_policy: Option<ReschedulePolicy>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) services: Vec<Value>,
}

/// How often failed allocations are replaced.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ReschedulePolicy {
    pub(crate) attempts: Option<i64>,
    /// Nanoseconds.
    pub(crate) interval: Option<i64>,
    pub(crate) unlimited: Option<bool>,
}

/// A task of a group.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Task {
    pub(crate) name: String,
    pub(crate) lifecycle: Option<Lifecycle>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) actions: Vec<Action>,
}

/// When a task runs.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Lifecycle {
    pub(crate) hook: String,
    pub(crate) sidecar: bool,
}

/// A command that may be run in a task.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Action {
    pub(crate) name: String,
}

/// `/v1/job/:id/summary`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Summary {
    #[serde(deserialize_with = "nullable")]
    pub(crate) summary: BTreeMap<String, GroupCounts>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) children: ChildCounts,
}

/// Allocations of one group by status.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct GroupCounts {
    pub(crate) queued: i64,
    pub(crate) complete: i64,
    pub(crate) failed: i64,
    pub(crate) running: i64,
    pub(crate) starting: i64,
    pub(crate) lost: i64,
    pub(crate) unknown: i64,
}

/// Children of a periodic or parameterized job by status.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ChildCounts {
    pub(crate) pending: i64,
    pub(crate) running: i64,
    pub(crate) dead: i64,
}

impl Job {
    /// Launched by the clock.
    pub(crate) fn is_periodic(&self) -> bool {
        self.periodic.is_some()
    }

    /// A template for dispatched children, not a child itself.
    pub(crate) fn is_parameterized(&self) -> bool {
        self.parameterized_job.is_some() && !self.dispatched
    }

    /// A task of a group.
    pub(crate) fn task(&self, group: &str, task: &str) -> Option<&Task> {
        self.group(group)?.tasks.iter().find(|t| t.name == task)
    }

    /// A group.
    pub(crate) fn group(&self, group: &str) -> Option<&TaskGroup> {
        self.task_groups.iter().find(|g| g.name == group)
    }
}
