//! Evaluations.

use nomad_core::model::Evaluation;
use serde_json::{Value, json};

use super::{moment, without_empty};

const ALWAYS: [&str; 11] = [
    "ID",
    "Namespace",
    "Priority",
    "Type",
    "TriggeredBy",
    "JobID",
    "Status",
    "CreateIndex",
    "ModifyIndex",
    "CreateTime",
    "ModifyTime",
];

/// An evaluation, in lists and alone.
pub(crate) fn full(eval: &Evaluation) -> Value {
    without_empty(whole(eval), &ALWAYS)
}

/// An evaluation with its empty fields, for filters.
pub(crate) fn whole(eval: &Evaluation) -> Value {
    json!({
        "ID": eval.id,
        "Namespace": eval.namespace,
        "Priority": eval.priority,
        "Type": eval.kind,
        "TriggeredBy": eval.triggered_by,
        "JobID": eval.job_id,
        "JobModifyIndex": eval.job_modify_index,
        "NodeID": eval.node_id,
        "NodeModifyIndex": eval.node_modify_index,
        "DeploymentID": eval.deployment_id,
        "Status": eval.status,
        "StatusDescription": eval.status_description,
        "Wait": eval.wait,
        "WaitUntil": moment(eval.wait_until),
        "NextEval": eval.next_eval,
        "PreviousEval": eval.previous_eval,
        "BlockedEval": eval.blocked_eval,
        "FailedTGAllocs": eval.failed_tg_allocs,
        "PlanAnnotations": eval.plan_annotations,
        "ClassEligibility": eval.class_eligibility,
        "EscapedComputedClass": eval.escaped_computed_class,
        "QuotaLimitReached": eval.quota_limit_reached,
        "RelatedEvals": null,
        "AnnotatePlan": eval.annotate_plan,
        "QueuedAllocations": eval.queued_allocations,
        "SnapshotIndex": eval.snapshot_index,
        "CreateIndex": eval.create_index,
        "ModifyIndex": eval.modify_index,
        "CreateTime": eval.create_time,
        "ModifyTime": eval.modify_time,
    })
}

/// An evaluation as another one's relative.
pub(crate) fn related(eval: &Evaluation) -> Value {
    let text = |id: Option<nomad_core::id::EvalId>| id.map(|id| id.to_string()).unwrap_or_default();
    json!({
        "ID": eval.id,
        "Namespace": eval.namespace,
        "Priority": eval.priority,
        "Type": eval.kind,
        "TriggeredBy": eval.triggered_by,
        "JobID": eval.job_id,
        "NodeID": eval.node_id.map(|id| id.to_string()).unwrap_or_default(),
        "DeploymentID": eval.deployment_id.map(|id| id.to_string()).unwrap_or_default(),
        "Status": eval.status,
        "StatusDescription": eval.status_description,
        "WaitUntil": moment(eval.wait_until),
        "NextEval": text(eval.next_eval),
        "PreviousEval": text(eval.previous_eval),
        "BlockedEval": text(eval.blocked_eval),
        "CreateIndex": eval.create_index,
        "CreateTime": eval.create_time,
        "ModifyIndex": eval.modify_index,
        "ModifyTime": eval.modify_time,
    })
}
