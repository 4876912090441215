//! Jobs in lists, and their summaries.

use nomad_core::id::JobKey;
use nomad_core::state::JobRecord;
use serde_json::{Map, Value, json};

/// A job's summary.
pub(crate) fn summary(key: &JobKey, record: &JobRecord) -> Value {
    let groups: Map<String, Value> = record
        .summary
        .iter()
        .map(|(name, group)| (name.to_string(), json!(group)))
        .collect();
    json!({
        "JobID": key.id,
        "Namespace": key.namespace,
        "Summary": groups,
        "Children": {"Pending": 0, "Running": 0, "Dead": 0},
        "CreateIndex": record.job.create_index,
        "ModifyIndex": record.summary_index,
    })
}

/// A job in a list.
pub(crate) fn stub(key: &JobKey, record: &JobRecord, with_meta: bool) -> Value {
    let job = &record.job;
    let mut stub = json!({
        "ID": job.id,
        "ParentID": job.parent_id,
        "Name": job.name,
        "Namespace": job.namespace,
        "Datacenters": job.datacenters,
        "NodePool": job.node_pool,
        "Multiregion": null,
        "Type": job.kind,
        "Priority": job.priority,
        "Periodic": job.periodic.is_some(),
        "ParameterizedJob": job.is_parameterized(),
        "Stop": job.stop,
        "Status": job.status,
        "StatusDescription": job.status_description,
        "JobSummary": summary(key, record),
        "CreateIndex": job.create_index,
        "ModifyIndex": job.modify_index,
        "JobModifyIndex": job.job_modify_index,
        "SubmitTime": job.submit_time,
    });
    if with_meta
        && !job.meta.is_empty()
        && let Some(fields) = stub.as_object_mut()
    {
        fields.insert("Meta".to_owned(), json!(job.meta));
    }
    stub
}
