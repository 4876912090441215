//! What of a plan may be committed.

use std::collections::BTreeSet;
use std::sync::Arc;

use nomad_core::fit::verify;
use nomad_core::model::deployment::{Deployment, DeploymentState};
use nomad_core::model::plan::{AllocStop, DeploymentUpdate, Plan};
use nomad_core::model::{AllocDesiredStatus, Allocation};
use nomad_core::state::State;
use serde_json::Value;

use super::golden::{
    Answer, Row, alloc, alloc_id, compare, deployment_id, entries, expect, get, job, list, node,
    node_id, rows, short,
};

fn plan(state: &State, input: &Value) -> Plan {
    let mut plan = Plan {
        all_at_once: input["AllAtOnce"] == true,
        ..Plan::default()
    };
    for (node, allocs) in entries(&input["NodeAllocation"]) {
        for row in list(allocs) {
            let mut planned: Allocation = alloc(row);
            let is_new = row["New"] == true;
            planned.node_id = node_id(&Value::from(node.clone()));
            match state.alloc(&planned.id) {
                Some(old) if !is_new => {
                    let mut update = (**old).clone();
                    update.client_status = planned.client_status;
                    update.resources = Arc::clone(&planned.resources);
                    update.node_id = planned.node_id;
                    plan.updates.push(update);
                }
                _ => {
                    planned.task_group = "web".parse().unwrap();
                    plan.placements.push(planned);
                }
            }
        }
    }
    let stops = |key: &str, desired_status| {
        let mut stops = Vec::new();
        for (node, ids) in entries(&input[key]) {
            let node_id = node_id(&Value::from(node.clone()));
            let each = list(ids).iter().map(|id| AllocStop {
                id: alloc_id(id),
                node_id,
                desired_status,
                ..AllocStop::default()
            });
            stops.extend(each);
        }
        stops
    };
    plan.stops = stops("NodeUpdate", AllocDesiredStatus::Stop);
    plan.preemptions = stops("NodePreemptions", AllocDesiredStatus::Evict);
    plan.deployment = deployment(&input["Deployment"]);
    let updates = list(&input["DeploymentUpdates"])
        .iter()
        .map(|update| DeploymentUpdate {
            id: deployment_id(&update["DeploymentID"]),
            ..DeploymentUpdate::default()
        });
    plan.deployment_updates = updates.collect();
    plan
}

fn deployment(input: &Value) -> Option<Deployment> {
    if input.is_null() {
        return None;
    }
    let state = DeploymentState {
        placed_canaries: list(&input["PlacedCanaries"])
            .iter()
            .map(alloc_id)
            .collect(),
        ..DeploymentState::default()
    };
    Some(Deployment {
        id: deployment_id(&input["ID"]),
        task_groups: [(get(&input["TaskGroup"]), state)].into(),
        ..Deployment::default()
    })
}

fn names<T>(items: &[T], of: impl Fn(&T) -> String) -> BTreeSet<String> {
    items.iter().map(|item| short(&of(item))).collect()
}

fn theirs(value: &Value) -> BTreeSet<String> {
    entries(value)
        .flat_map(|(_, ids)| list(ids))
        .map(|id| id.as_str().unwrap().to_owned())
        .collect()
}

/// The reference never visits a node that appears only under preemptions.
fn only_preempts(row: &Row) -> bool {
    let plan = &row.input["Plan"];
    entries(&plan["NodePreemptions"]).any(|(node, _)| {
        plan["NodeAllocation"][node].is_null() && plan["NodeUpdate"][node].is_null()
    })
}

fn judge(row: &Row) -> Answer {
    match compare_row(row) {
        Err(text) if row.input["Plan"]["AllAtOnce"] == true && text.starts_with("rejected") => {
            Answer::Rule("an indivisible plan names every refused node")
        }
        Err(text)
            if text.ends_with("theirs \"node is down and contains invalid updates\" ours \"\"") =>
        {
            Answer::Rule("records of what ended are kept whatever their node is")
        }
        Err(_) if only_preempts(row) => Answer::Rule("preemptions are committed like stops"),
        judged => judged.into(),
    }
}

fn compare_row(row: &Row) -> Result<(), String> {
    let mut state = State::empty();
    for input in list(&row.input["Nodes"]) {
        state.load_node(node(input));
    }
    for input in list(&row.input["Jobs"]) {
        state.load_job(job(input));
    }
    for input in list(&row.input["Allocs"]) {
        state.load_alloc(alloc(input));
    }
    let verified = verify(&state, &plan(&state, &row.input["Plan"]));
    for (id, verdict) in entries(&row.output["Nodes"]) {
        let ours = verified.refused.get(&node_id(&Value::from(id.clone())));
        let ours = ours.map(ToString::to_string).unwrap_or_default();
        let theirs = verdict["Reason"].as_str().unwrap_or("");
        let same = theirs
            .split(' ')
            .zip(ours.split(' '))
            .all(|(t, o)| t == o || t.trim_end_matches(':') == short(o.trim_end_matches(':')));
        if !same || theirs.is_empty() != ours.is_empty() {
            return Err(format!("{id}: theirs {theirs:?} ours {ours:?}"));
        }
    }
    if !row.output["Error"].is_null() {
        return Ok(());
    }
    let plan = &verified.result.plan;
    let mut allocs = names(&plan.placements, |alloc| alloc.id.to_string());
    allocs.extend(names(&plan.updates, |alloc| alloc.id.to_string()));
    expect("allocations", theirs(&row.output["NodeAllocation"]), allocs)?;
    let stops = names(&plan.stops, |stop| stop.id.to_string());
    expect("stops", theirs(&row.output["NodeUpdate"]), stops)?;
    let evicted = names(&plan.preemptions, |stop| stop.id.to_string());
    expect(
        "preemptions",
        theirs(&row.output["NodePreemptions"]),
        evicted,
    )?;
    let refused = names(&verified.result.rejected_nodes, ToString::to_string);
    let rejected = list(&row.output["RejectedNodes"]).iter();
    expect(
        "rejected",
        rejected.map(|id| id.as_str().unwrap().to_owned()).collect(),
        refused,
    )?;
    let updates = row.output["DeploymentUpdates"].as_u64().unwrap_or(0);
    expect(
        "deployment updates",
        updates,
        plan.deployment_updates.len() as u64,
    )
}

#[test]
fn the_applier_commits_what_the_reference_commits() {
    compare(
        "applier",
        453,
        rows("applier")
            .iter()
            .map(|row| (row.id.clone(), judge(row))),
    );
}
