//! Deployments.

use nomad_core::model::{Deployment, DeploymentState};
use serde_json::{Map, Value, json};

use super::moment;

/// A deployment, in lists and alone.
pub(crate) fn full(deployment: &Deployment) -> Value {
    let groups: Map<String, Value> = deployment
        .task_groups
        .iter()
        .map(|(name, state)| (name.to_string(), group(state)))
        .collect();
    json!({
        "ID": deployment.id,
        "Namespace": deployment.namespace,
        "JobID": deployment.job_id,
        "JobVersion": deployment.job_version,
        "JobModifyIndex": deployment.job_modify_index,
        "JobSpecModifyIndex": deployment.job_spec_modify_index,
        "JobCreateIndex": deployment.job_create_index,
        "IsMultiregion": false,
        "TaskGroups": groups,
        "Status": deployment.status,
        "StatusDescription": deployment.status_description,
        "EvalPriority": deployment.eval_priority,
        "CreateIndex": deployment.create_index,
        "ModifyIndex": deployment.modify_index,
        "CreateTime": deployment.create_time,
        "ModifyTime": deployment.modify_time,
    })
}

fn group(state: &DeploymentState) -> Value {
    let canaries = (!state.placed_canaries.is_empty()).then_some(&state.placed_canaries);
    json!({
        "AutoRevert": state.auto_revert,
        "AutoPromote": state.auto_promote,
        "ProgressDeadline": state.progress_deadline,
        "RequireProgressBy": moment(state.require_progress_by),
        "Promoted": state.promoted,
        "PlacedCanaries": canaries,
        "DesiredCanaries": state.desired_canaries,
        "DesiredTotal": state.desired_total,
        "PlacedAllocs": state.placed_allocs,
        "HealthyAllocs": state.healthy_allocs,
        "UnhealthyAllocs": state.unhealthy_allocs,
    })
}
