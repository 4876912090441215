//! What the reconciler decides for service and batch jobs.

use std::collections::BTreeMap;

use nomad_core::id::{EvalId, JobKey, NodeId};
use nomad_core::model::deployment::{Deployment, DeploymentState};
use nomad_core::model::{Allocation, DeploymentStatus, Job, Node, NodeStatus};
use nomad_core::reconcile::{Needs, Placement, Reconciled, Situation, reconcile};
use nomad_core::seed::Seed;
use nomad_core::units::{Index, JobVersion, Span};
use serde_json::{Value, json};

use super::golden::{
    Answer, Row, alloc, alloc_id, compare, deployment_id, entries, eval_id, get, job, list,
    node_id, rows, short, text_of, time,
};
use super::schedule::{rfc3339, set, trim};

fn jobs(input: &Value) -> BTreeMap<u64, Job> {
    let versions = entries(&input["Jobs"]).map(|(version, row)| {
        let mut job = job(row);
        job.version = JobVersion(version.parse().unwrap());
        job.id = get(&input["JobID"]);
        job.modify_index = job.job_modify_index;
        (job.version.0, job)
    });
    versions.collect()
}

fn tainted(input: &Value) -> BTreeMap<NodeId, Option<Node>> {
    let nodes = entries(&input["TaintedNodes"]).map(|(id, row)| {
        let status = text_of(row.get("Status").unwrap_or(row));
        let node = (row["Missing"] != true && row != "missing").then(|| Node {
            status: status.parse().unwrap_or(NodeStatus::Ready),
            drain: !row["DrainStrategy"].is_null() || row["Drain"] == true,
            ..Node::default()
        });
        (node_id(&json!(id)), node)
    });
    nodes.collect()
}

fn deployment(input: &Value) -> Option<Deployment> {
    if input.is_null() {
        return None;
    }
    let index = |key: &str| Index(input[key].as_u64().unwrap_or(0));
    let groups = entries(&input["TaskGroups"]).map(|(name, row)| {
        let number = |key: &str| row[key].as_i64().unwrap_or(0);
        let state = DeploymentState {
            auto_revert: row["AutoRevert"] == true,
            auto_promote: row["AutoPromote"] == true,
            progress_deadline: Span(number("ProgressDeadline")),
            promoted: row["Promoted"] == true,
            placed_canaries: list(&row["PlacedCanaries"]).iter().map(alloc_id).collect(),
            desired_canaries: number("DesiredCanaries"),
            desired_total: number("DesiredTotal"),
            placed_allocs: number("PlacedAllocs"),
            healthy_allocs: number("HealthyAllocs"),
            unhealthy_allocs: number("UnhealthyAllocs"),
            ..DeploymentState::default()
        };
        (name.parse().unwrap(), state)
    });
    Some(Deployment {
        id: deployment_id(&input["ID"]),
        job_id: get(&input["JobID"]),
        job_version: JobVersion(input["JobVersion"].as_u64().unwrap_or(0)),
        job_create_index: index("JobCreateIndex"),
        status: text_of(&input["Status"]).parse().unwrap_or_default(),
        task_groups: groups.collect(),
        create_index: index("CreateIndex"),
        ..Deployment::default()
    })
}

fn place(placement: &Placement<'_>) -> Value {
    json!({
        "Name": placement.name,
        "TaskGroup": placement.group,
        "PreviousAllocation": placement.previous.map(|alloc| short(&alloc.id.to_string())),
        "Canary": placement.canary,
        "Reschedule": placement.reschedule,
        "Lost": placement.lost,
        "DowngradeNonCanary": placement.downgrade,
        "MinJobVersion": placement.min_version.0,
    })
}

fn describe(done: &Reconciled<'_>) -> Value {
    let mut names: BTreeMap<EvalId, String> = BTreeMap::new();
    let mut order: Vec<_> = done.followups.iter().collect();
    let kind = |trigger: &str| trigger.to_owned();
    order.sort_by_key(|(group, eval)| {
        (
            group.clone(),
            eval.wait_until,
            kind(eval.triggered_by.as_str()),
        )
    });
    for (at, (_, eval)) in order.iter().enumerate() {
        names.insert(eval.id, format!("f{at}"));
    }
    let follow = |id: Option<EvalId>| id.map(|id| names.get(&id).cloned().unwrap_or_default());
    let id = |alloc: &Allocation| short(&alloc.id.to_string());
    let stops = done.stop.iter().map(|stop| {
        json!({
            "Alloc": id(stop.alloc),
            "ClientStatus": stop.client_status.map(|status| status.as_str()),
            "StatusDescription": stop.description,
            "FollowupEval": follow(stop.followup),
        })
    });
    let destructive = done.destructive.iter().map(|placement| json!({
        "Alloc": placement.previous.map(id), "Name": placement.name, "TaskGroup": placement.group,
    }));
    let evals = order.iter().map(|(group, eval)| json!({
        "ID": names.get(&eval.id), "TaskGroup": group, "TriggeredBy": eval.triggered_by.as_str(),
        "WaitUntil": rfc3339(eval.wait_until), "Priority": eval.priority, "Type": eval.kind.as_str(),
    }));
    let status = |updates: &[nomad_core::reconcile::StatusUpdate<'_>]| -> Vec<Value> {
        updates
            .iter()
            .map(|update| {
                json!({
                    "Alloc": id(update.alloc), "ClientStatus": update.client_status.as_str(),
                    "FollowupEval": follow(update.followup),
                })
            })
            .collect()
    };
    json!({
        "DesiredTGUpdates": done.desired,
        "Place": done.place.iter().map(place).collect::<Vec<_>>(),
        "Stop": stops.collect::<Vec<_>>(),
        "DestructiveUpdate": destructive.collect::<Vec<_>>(),
        "InplaceUpdate": done.inplace.iter().map(|alloc| id(alloc)).collect::<Vec<_>>(),
        "AttributeUpdates": done.attributes.iter().map(|update| json!({
            "Alloc": id(update.alloc), "FollowupEval": follow(Some(update.followup)),
        })).collect::<Vec<_>>(),
        "DisconnectUpdates": status(&done.disconnect),
        "ReconnectUpdates": status(&done.reconnect),
        "DeploymentUpdates": done.deployment_updates.iter().map(|update| json!({
            "Deployment": short(&update.id.to_string()),
            "Status": update.status.as_str(), "StatusDescription": update.status_description,
        })).collect::<Vec<_>>(),
        "Deployment": done.deployment.as_ref().map(|deployment| json!({
            "StatusDescription": deployment.status_description,
            "TaskGroups": deployment.task_groups.iter().map(|(name, group)| (name.to_string(), json!({
                "DesiredTotal": group.desired_total, "DesiredCanaries": group.desired_canaries,
                "AutoRevert": group.auto_revert, "AutoPromote": group.auto_promote,
                "ProgressDeadline": group.progress_deadline, "Promoted": group.promoted,
            }))).collect::<serde_json::Map<_, _>>(),
        })),
        "FollowupEvals": evals.collect::<Vec<_>>(),
    })
}

/// The recorded answer with the fields that [`describe`] has.
fn theirs(output: &Value) -> Value {
    let pick = |value: &Value, keys: &[&str]| {
        let kept = keys
            .iter()
            .map(|key| ((*key).to_owned(), value[*key].clone()));
        Value::Object(kept.collect())
    };
    let each = |key: &str, keys: &[&str]| -> Vec<Value> {
        list(&output[key])
            .iter()
            .map(|value| pick(value, keys))
            .collect()
    };
    let deployment = &output["Deployment"];
    json!({
        "DesiredTGUpdates": output["DesiredTGUpdates"],
        "Place": output["Place"],
        "Stop": output["Stop"],
        "DestructiveUpdate": each("DestructiveUpdate", &["Alloc", "Name", "TaskGroup"]),
        "InplaceUpdate": output["InplaceUpdate"],
        "AttributeUpdates": each("AttributeUpdates", &["Alloc", "FollowupEval"]),
        "DisconnectUpdates": each("DisconnectUpdates", &["Alloc", "ClientStatus", "FollowupEval"]),
        "ReconnectUpdates": each("ReconnectUpdates", &["Alloc", "ClientStatus", "FollowupEval"]),
        "DeploymentUpdates": output["DeploymentUpdates"],
        "Deployment": if deployment.is_null() { Value::Null } else { json!({
            "StatusDescription": deployment["StatusDescription"],
            "TaskGroups": entries(&deployment["TaskGroups"]).map(|(name, group)| (name.clone(), pick(group, &[
                "DesiredTotal", "DesiredCanaries", "AutoRevert", "AutoPromote", "ProgressDeadline", "Promoted",
            ]))).collect::<serde_json::Map<_, _>>(),
        })},
        "FollowupEvals": each("FollowupEvals", &["ID", "TaskGroup", "TriggeredBy", "WaitUntil", "Priority", "Type"]),
    })
}

fn compare_row(row: &Row) -> Result<(), String> {
    let input = &row.input;
    let jobs = jobs(input);
    let wanted = input["JobVersion"]
        .as_u64()
        .and_then(|version| jobs.get(&version));
    let allocs: Vec<Allocation> = list(&input["Allocs"])
        .iter()
        .map(|row| {
            let mut alloc = alloc(row);
            alloc.job_id = get(&input["JobID"]);
            alloc.job_create_index = jobs
                .get(&alloc.job_version.0)
                .map(|job| job.create_index)
                .unwrap_or_default();
            alloc
        })
        .collect();
    let nodes = tainted(input);
    let deployment = deployment(&input["Deployment"]);
    let job_of = |alloc: &Allocation| jobs.get(&alloc.job_version.0);
    let mut needs = |alloc: &Allocation, _: &nomad_core::model::TaskGroup| {
        let own = job_of(alloc).map(|job| job.job_modify_index);
        if own == wanted.map(|job| job.job_modify_index) {
            return Needs::Nothing;
        }
        match input["AllocUpdate"][alloc.task_group.as_str()].as_str() {
            Some("inplace") if alloc.is_terminal() => Needs::Nothing,
            Some("inplace") => Needs::Inplace,
            Some("destructive") => Needs::Replacement,
            _ => Needs::Nothing,
        }
    };
    let key = JobKey::new("default".parse().unwrap(), get(&input["JobID"]));
    let batch = jobs
        .values()
        .next()
        .is_some_and(|job| job.kind == nomad_core::model::JobType::Batch);
    let done = reconcile(Situation {
        key: &key,
        job: wanted,
        batch,
        deployment: deployment.as_ref(),
        allocs: allocs.iter().collect(),
        tainted: nodes
            .iter()
            .map(|(id, node)| (*id, node.as_ref()))
            .collect(),
        now: time(&input["Now"]),
        eval_id: eval_id(&input["EvalID"]),
        eval_priority: input["EvalPriority"].as_i64().unwrap_or(0),
        job_of: &job_of,
        needs: &mut needs,
        seed: &mut Seed::new(1),
    });
    let (mut theirs, mut ours) = (trim(theirs(&row.output)), trim(describe(&done)));
    rename(&mut theirs);
    rename(&mut ours);
    for key in [
        "DesiredTGUpdates",
        "Stop",
        "Place",
        "DestructiveUpdate",
        "InplaceUpdate",
        "AttributeUpdates",
        "DisconnectUpdates",
        "ReconnectUpdates",
        "DeploymentUpdates",
        "Deployment",
        "FollowupEvals",
    ] {
        let (theirs, ours) = (&theirs[key], &ours[key]);
        let same = match theirs.is_array() || ours.is_array() {
            true => set(theirs) == set(ours),
            false => theirs == ours,
        };
        if !same {
            return Err(format!("{key}: theirs {theirs} ours {ours}"));
        }
    }
    Ok(())
}

/// Follow-ups by their order, whatever they are called.
fn rename(value: &mut Value) {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (at, eval) in list(&value["FollowupEvals"]).iter().enumerate() {
        names.insert(text_of(&eval["ID"]), format!("f{at}"));
    }
    fn walk(value: &mut Value, names: &BTreeMap<String, String>) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, names)),
            Value::Object(map) => {
                for (key, item) in map.iter_mut() {
                    match names.get(item.as_str().unwrap_or("")) {
                        Some(name) if key == "FollowupEval" || key == "ID" => *item = json!(name),
                        _ => walk(item, names),
                    }
                }
            }
            _ => {}
        }
    }
    walk(value, &names);
}

/// The reference gives the second and later follow-ups of a delayed reschedule another trigger.
fn same_trigger(row: &Row) -> Row {
    let mut output = row.output.clone();
    for eval in output["FollowupEvals"].as_array_mut().into_iter().flatten() {
        if eval["TriggeredBy"] == "alloc-failure" && eval["StatusDescription"].is_null() {
            eval["TriggeredBy"] = json!("alloc-reschedule");
        }
    }
    Row {
        id: row.id.clone(),
        input: row.input.clone(),
        output,
    }
}

/// The reference calls failed and cancelled deployments successful when nothing is left to do.
fn ends_twice(row: &Row) -> bool {
    let status = text_of(&row.input["Deployment"]["Status"]);
    ["failed", "cancelled"].contains(&&*status)
        && list(&row.output["DeploymentUpdates"])
            .iter()
            .any(|u| u["Status"] == "successful")
}

fn judge(row: &Row) -> Answer {
    let status = text_of(&row.input["Deployment"]["Status"]);
    let regional = !status.is_empty() && status.parse::<DeploymentStatus>().is_err();
    match compare_row(row) {
        Ok(()) => Answer::Same,
        Err(_) if regional => Answer::Rule("deployments over several regions do not exist here"),
        Err(_) if ends_twice(row) => Answer::Rule("a deployment that ended does not change"),
        Err(_) if compare_row(&same_trigger(row)).is_ok() => {
            Answer::Rule("all follow-ups of a delayed reschedule have one trigger")
        }
        Err(difference) => Answer::Differs(difference),
    }
}

#[test]
fn service_jobs_are_reconciled_as_the_reference_does() {
    compare(
        "reconcile_service",
        1573,
        rows("reconcile_service")
            .iter()
            .map(|row| (row.id.clone(), judge(row))),
    );
}

#[test]
fn batch_jobs_are_reconciled_as_the_reference_does() {
    compare(
        "reconcile_batch",
        1501,
        rows("reconcile_batch")
            .iter()
            .map(|row| (row.id.clone(), judge(row))),
    );
}
