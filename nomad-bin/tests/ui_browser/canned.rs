//! Answers of the API, in the shape of the recorded ones.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

pub(crate) const ALLOC: &str = "11fe22aa-9c5e-4a40-8a8d-3c5a0d7f1b01";
pub(crate) const OTHER_ALLOC: &str = "22fe22aa-9c5e-4a40-8a8d-3c5a0d7f1b02";

/// Unix nanoseconds of a moment some seconds ago.
pub(crate) fn ago_ns(seconds: u64) -> u64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    u64::try_from(now.as_nanos()).expect("before 2554") - seconds * 1_000_000_000
}

/// What one group's allocations do: queued, starting, running, failed, complete.
pub(crate) type Numbers = (u64, u64, u64, u64, u64);

fn summary((queued, starting, running, failed, complete): Numbers) -> Value {
    json!({"Queued": queued, "Starting": starting, "Running": running, "Failed": failed, "Complete": complete, "Lost": 0, "Unknown": 0})
}

/// An entry of the list of jobs.
pub(crate) fn stub(
    id: &str,
    namespace: &str,
    kind: &str,
    status: &str,
    groups: &[(&str, Numbers)],
) -> Value {
    let summaries: serde_json::Map<_, _> = groups
        .iter()
        .map(|(name, numbers)| ((*name).to_owned(), summary(*numbers)))
        .collect();
    json!({
        "ID": id, "ParentID": "", "Name": id, "Namespace": namespace, "Datacenters": ["dc1"], "NodePool": "default", "Type": kind, "Priority": 50,
        "Periodic": false, "ParameterizedJob": false, "Stop": status == "stopped", "Status": if status == "stopped" { "dead" } else { status },
        "StatusDescription": "", "CreateIndex": 10, "ModifyIndex": 20, "JobModifyIndex": 11, "SubmitTime": ago_ns(4_000),
        "JobSummary": {"JobID": id, "Namespace": namespace, "Summary": summaries, "Children": {"Pending": 0, "Running": 0, "Dead": 0}},
    })
}

/// A job with groups of one task each.
pub(crate) fn job(id: &str, kind: &str, status: &str, groups: &[(&str, u64)]) -> Value {
    let groups: Vec<Value> = groups
        .iter()
        .map(|(name, count)| {
            json!({"Name": name, "Count": count, "EphemeralDisk": {"Sticky": false, "SizeMB": 300, "Migrate": false}, "Tasks": [{
                "Name": "server", "Driver": "docker", "Lifecycle": null,
                "Resources": {"CPU": 500, "Cores": 0, "MemoryMB": 4096, "MemoryMaxMB": 0},
            }]})
        })
        .collect();
    json!({
        "ID": id, "Name": id, "Namespace": "default", "Region": "global", "Type": kind, "Priority": 50, "Datacenters": ["dc1", "dc2"],
        "NodePool": "default", "Status": status, "StatusDescription": "", "Stop": false, "Stable": false, "Version": 3, "ParentID": "",
        "Periodic": null, "ParameterizedJob": null, "TaskGroups": groups, "SubmitTime": ago_ns(95),
    })
}

pub(crate) fn job_summary(id: &str, groups: &[(&str, Numbers)]) -> Value {
    stub(id, "default", "service", "running", groups)["JobSummary"].take()
}

/// A deployment of one group: desired, placed, healthy, unhealthy.
pub(crate) fn deployment(
    status: &str,
    text: &str,
    group: &str,
    (desired, placed, healthy, unhealthy): (u64, u64, u64, u64),
) -> Value {
    json!({
        "ID": "33fe22aa-9c5e-4a40-8a8d-3c5a0d7f1b03", "JobVersion": 3, "Status": status, "StatusDescription": text, "CreateTime": ago_ns(40),
        "ModifyTime": ago_ns(2), "TaskGroups": {group: {
            "AutoRevert": true, "AutoPromote": false, "Promoted": false, "ProgressDeadline": 600_000_000_000_u64, "RequireProgressBy": "2099-01-01T00:00:00Z",
            "PlacedCanaries": null, "DesiredCanaries": 0, "DesiredTotal": desired, "PlacedAllocs": placed, "HealthyAllocs": healthy, "UnhealthyAllocs": unhealthy,
        }},
    })
}

/// A deployment that waits for its canary to be promoted.
pub(crate) fn canary_deployment(group: &str) -> Value {
    let mut deployment = deployment(
        "running",
        "Deployment is running but requires manual promotion",
        group,
        (3, 1, 1, 0),
    );
    deployment["TaskGroups"][group]["DesiredCanaries"] = json!(1);
    deployment["TaskGroups"][group]["PlacedCanaries"] = json!([ALLOC]);
    deployment
}

/// An evaluation that placed everything.
pub(crate) fn evaluation() -> Value {
    json!({
        "ID": "44fe22aa-9c5e-4a40-8a8d-3c5a0d7f1b04", "Status": "complete", "TriggeredBy": "job-register", "CreateIndex": 12, "ModifyIndex": 13,
        "CreateTime": ago_ns(40), "ModifyTime": ago_ns(40),
    })
}

/// An evaluation that could not place the group, and the blocked one that waits for room.
pub(crate) fn blocked(group: &str) -> Value {
    let waiting = "55fe22aa-9c5e-4a40-8a8d-3c5a0d7f1b05";
    let mut made = evaluation();
    made["BlockedEval"] = json!(waiting);
    made["QueuedAllocations"] = json!({group: 2});
    made["FailedTGAllocs"] = json!({group: {
        "NodesEvaluated": 5, "NodesFiltered": 3, "NodesInPool": 5, "NodePool": "default", "NodesAvailable": {"dc1": 3, "dc2": 2}, "ClassFiltered": null,
        "ConstraintFiltered": {"${attr.cpu.arch} = arm64": 2, "missing drivers": 1}, "NodesExhausted": 2, "ClassExhausted": null,
        "DimensionExhausted": {"memory": 2}, "QuotaExhausted": null, "ResourcesExhausted": {"server": {"MemoryMB": 4096}}, "CoalescedFailures": 1,
        "AllocationTime": 20_000, "ScoreMetaData": null, "Scores": null,
    }});
    let mut blocked = evaluation();
    blocked["ID"] = json!(waiting);
    blocked["Status"] = json!("blocked");
    blocked["TriggeredBy"] = json!("queued-allocs");
    blocked["CreateIndex"] = json!(14);
    json!([made, blocked])
}

/// A task event.
pub(crate) fn event(kind: &str, text: &str, seconds_ago: u64) -> Value {
    json!({"Type": kind, "Time": ago_ns(seconds_ago), "DisplayMessage": text, "Message": "", "Details": {}})
}

fn task_state(state: &str, events: &[Value]) -> Value {
    json!({
        "State": state, "Failed": false, "Restarts": 0, "LastRestart": null, "StartedAt": if state == "pending" { Value::Null } else { json!("2026-01-02T03:04:05Z") },
        "FinishedAt": null, "Events": events, "Paused": "",
    })
}

/// An entry of a job's list of allocations.
pub(crate) fn alloc_stub(id: &str, name: &str, status: &str, healthy: Option<bool>) -> Value {
    let (job, rest) = name.split_once('.').expect("job.group[n]");
    json!({
        "ID": id, "Name": name, "Namespace": "default", "NodeID": "66fe22aa-9c5e-4a40-8a8d-3c5a0d7f1b06", "NodeName": "node-one", "JobID": job, "JobVersion": 3,
        "TaskGroup": rest.split('[').next(), "DesiredStatus": "run", "DesiredDescription": "", "ClientStatus": status, "ClientDescription": "",
        "DeploymentStatus": healthy.map(|healthy| json!({"Healthy": healthy, "Canary": false})), "TaskStates": {"server": task_state(status, &[])},
        "CreateIndex": 30, "CreateTime": ago_ns(38), "ModifyTime": ago_ns(3),
    })
}

/// An allocation with one task and one port.
pub(crate) fn alloc(status: &str, events: &[Value]) -> Value {
    json!({
        "ID": ALLOC, "EvalID": "44fe22aa-9c5e-4a40-8a8d-3c5a0d7f1b04", "Name": "web.api[0]", "Namespace": "default", "NodeID": "66fe22aa-9c5e-4a40-8a8d-3c5a0d7f1b06",
        "NodeName": "node-one", "JobID": "web", "TaskGroup": "api", "ClientStatus": status, "ClientDescription": "Tasks are running", "DesiredStatus": "run",
        "DeploymentStatus": {"Healthy": true, "Canary": false}, "PreviousAllocation": OTHER_ALLOC,
        "RescheduleTracker": {"Events": [{"RescheduleTime": ago_ns(60), "PrevAllocID": OTHER_ALLOC, "PrevNodeID": "", "Delay": 30_000_000_000_u64}]},
        "AllocatedResources": {
            "Tasks": {"server": {"Cpu": {"CpuShares": 500, "ReservedCores": null}, "Memory": {"MemoryMB": 4096, "MemoryMaxMB": 0}}},
            "Shared": {"DiskMB": 300, "Ports": [{"Label": "http", "Value": 24187, "To": 8080, "HostIP": "10.0.0.7"}, {"Label": "metrics", "Value": 9102, "HostIP": "10.0.0.7"}]},
        },
        "TaskStates": {"server": task_state(status, events)}, "Job": job("web", "service", "running", &[("api", 3)]), "CreateTime": ago_ns(38), "ModifyTime": ago_ns(3),
    })
}
