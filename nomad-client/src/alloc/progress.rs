//! What is stored about an allocation beside its assignment.

use std::collections::BTreeMap;

use nomad_core::id::TaskName;
use nomad_core::model::alloc::AllocDeploymentStatus;
use serde::{Deserialize, Serialize};

use crate::task::TaskRecord;

/// How far an allocation has come.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AllocProgress {
    /// Per task.
    pub tasks: BTreeMap<TaskName, TaskRecord>,
    /// Its health, once decided.
    pub deployment_status: Option<AllocDeploymentStatus>,
    /// Why it could not be set up.
    pub setup_error: Option<String>,
    /// Everything is done, only its directory is left.
    pub over: bool,
}
