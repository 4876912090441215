//! Whole evaluations on whole states.

use std::collections::BTreeMap;

use nomad_core::model::{Allocation, EvalStatus, Evaluation, Job};
use nomad_core::schedule::{Decision, Policy, schedule};
use nomad_core::seed::Seed;
use nomad_core::state::State;
use nomad_core::units::{Index, Timestamp};
use serde_json::{Map, Value, json};

use super::golden::{
    Answer, Row, alloc, compare, entries, get, job, list, node, rows, short, text_of, time,
};

/// Loads a recorded world; gives its present.
pub(crate) fn load(input: &Value) -> State {
    let mut state = State::empty();
    for row in list(&input["Nodes"]) {
        state.load_node(node(row));
    }
    let mut created: BTreeMap<String, Index> = BTreeMap::new();
    for (at, row) in list(&input["Jobs"]).iter().enumerate() {
        let mut job: Job = job(row);
        let index = Index(1000 + at as u64);
        job.create_index = *created.entry(job.id.to_string()).or_insert(index);
        job.modify_index = index;
        job.job_modify_index = index;
        state.load_job(job);
    }
    for row in list(&input["Allocs"]) {
        let mut alloc: Allocation = alloc(row);
        alloc.job_create_index = created
            .get(alloc.job_id.as_str())
            .copied()
            .unwrap_or_default();
        state.load_alloc(alloc);
    }
    let mut config = (**state.scheduler_config()).clone();
    let given = &input["SchedulerConfig"];
    config.scheduler_algorithm = text_of(&given["SchedulerAlgorithm"])
        .parse()
        .unwrap_or_default();
    config.memory_oversubscription_enabled = given["MemoryOversubscriptionEnabled"] == true;
    let preempt = &given["PreemptionConfig"];
    config.preemption_config.service_scheduler_enabled = preempt["ServiceSchedulerEnabled"] == true;
    config.preemption_config.batch_scheduler_enabled = preempt["BatchSchedulerEnabled"] == true;
    state.load_scheduler_config(config);
    state
}

fn eval(input: &Value, now: Timestamp) -> Option<Evaluation> {
    let mut eval = Evaluation {
        id: "c0000000-0000-4000-8000-000000000001".parse().unwrap(),
        job_id: get(&input["JobID"]),
        priority: input["Priority"].as_i64().unwrap_or(0),
        kind: text_of(&input["Type"]).parse().ok()?,
        triggered_by: text_of(&input["TriggeredBy"]).parse().ok()?,
        status: text_of(&input["Status"]).parse().ok()?,
        annotate_plan: input["AnnotatePlan"] == true,
        create_time: now,
        ..Evaluation::default()
    };
    eval.wait_until = time(&input["WaitUntil"]);
    Some(eval)
}

pub(crate) fn set(value: &Value) -> Vec<String> {
    let mut items: Vec<String> = list(value).iter().map(ToString::to_string).collect();
    items.sort();
    items
}

/// Removes what is zero, as the recordings do.
pub(crate) fn trim(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept: Map<String, Value> = map
                .into_iter()
                .map(|(key, value)| (key, trim(value)))
                .filter(|(_, value)| {
                    !(value.is_null()
                        || *value == json!(0)
                        || *value == json!("")
                        || *value == json!(false)
                        || value.as_array().is_some_and(Vec::is_empty)
                        || value.as_object().is_some_and(Map::is_empty))
                })
                .collect();
            Value::Object(kept)
        }
        Value::Array(items) => Value::Array(items.into_iter().map(trim).collect()),
        other => other,
    }
}

pub(crate) fn rfc3339(at: Timestamp) -> Value {
    if at.is_zero() {
        return Value::Null;
    }
    // The recordings' day is 2026-01-15; follow-ups stay within it or the next few.
    let secs = at.as_unix_secs();
    let base = time(&json!("2026-01-01T00:00:00Z")).as_unix_secs();
    let (day, rest) = ((secs - base) / 86_400 + 1, (secs - base) % 86_400);
    let nanos = at.as_nanos() % 1_000_000_000;
    let mut fraction = format!(".{nanos:09}").trim_end_matches('0').to_owned();
    if fraction == "." {
        fraction.clear();
    }
    json!(format!(
        "2026-01-{day:02}T{:02}:{:02}:{:02}{fraction}Z",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    ))
}

fn failed(eval: &Evaluation) -> Value {
    let groups = eval.failed_tg_allocs.iter().map(|(group, metric)| {
        let mut shown = serde_json::to_value(metric).unwrap();
        let exhausted = entries(&shown["ResourcesExhausted"])
            .map(|(task, r)| {
                (
                    task.clone(),
                    json!({"CPU": r["CPU"], "MemoryMB": r["MemoryMB"]}),
                )
            })
            .collect::<Map<_, _>>();
        shown["ResourcesExhausted"] = Value::Object(exhausted);
        shown["ScoreMetaData"] = Value::Null;
        (group.to_string(), shown)
    });
    trim(Value::Object(groups.collect()))
}

fn check(what: &str, theirs: &Value, ours: Value) -> Result<(), String> {
    if *theirs == ours {
        Ok(())
    } else {
        Err(format!("{what}: theirs {theirs} ours {ours}"))
    }
}

fn check_sets(what: &str, theirs: &Value, ours: Vec<Value>) -> Result<(), String> {
    let (theirs, ours) = (
        set(theirs),
        set(&Value::Array(ours.into_iter().map(trim).collect())),
    );
    if theirs == ours {
        Ok(())
    } else {
        Err(format!("{what}: theirs {theirs:?} ours {ours:?}"))
    }
}

fn placements(row: &Row, decision: &Decision) -> Result<(), String> {
    let key = |name: &str, extra: &str| format!("{name}{extra}");
    let describe = |value: &Value| {
        let extra = json!([
            value["PreviousAllocation"],
            value["Canary"],
            value["RescheduleEvents"],
            value["LastReschedule"],
            value["Node"],
            value["Cores"]
        ]);
        key(&text_of(&value["Name"]), &extra.to_string())
    };
    let mut theirs: Vec<String> = list(&row.output["Place"]).iter().map(describe).collect();
    let forced = list(&row.output["Place"])
        .iter()
        .all(|place| !place["Node"].is_null());
    let mut ours: Vec<String> = decision.plan.placements.iter().map(|alloc| {
        let events = alloc.reschedule_tracker.as_ref().map_or(0, |t| t.events.len());
        let cores: Vec<u16> = alloc.resources.tasks.values().flat_map(|t| t.cpu.reserved_cores.0.clone()).collect();
        describe(&json!({
            "Name": alloc.name,
            "PreviousAllocation": alloc.previous_allocation.map(|id| short(&id.to_string())),
            "Canary": alloc.deployment_status.filter(|s| s.canary).map(|_| true),
            "RescheduleEvents": (events > 0).then_some(events),
            "LastReschedule": alloc.reschedule_tracker.as_ref().map(|t| t.last_reschedule.clone()),
            "Node": forced.then(|| short(&alloc.node_id.to_string())),
            "Cores": list(&row.output["Place"]).iter().any(|p| !p["Cores"].is_null()).then_some(cores.len()),
        }))
    }).collect();
    theirs.sort();
    ours.sort();
    if theirs == ours {
        Ok(())
    } else {
        Err(format!("place: theirs {theirs:?} ours {ours:?}"))
    }
}

fn stops(row: &Row, decision: &Decision) -> Result<(), String> {
    let theirs: Vec<Value> = list(&row.output["Stop"])
        .iter()
        .map(|stop| {
            let mut stop = stop.clone();
            // The reference stores the rescheduled allocation itself in place of its stop.
            if stop["DesiredStatus"] == "run" {
                stop["DesiredStatus"] = json!("stop");
                stop["DesiredDescription"] = json!("alloc was rescheduled because it failed");
            }
            stop
        })
        .collect();
    let ours = decision.plan.stops.iter().map(|stop| {
        json!({
            "Alloc": short(&stop.id.to_string()),
            "DesiredStatus": stop.desired_status.as_str(),
            "DesiredDescription": stop.desired_description,
            "ClientStatus": stop.client_status.map(|s| s.as_str()),
            "FollowupEval": stop.followup_eval_id.map(|_| true),
        })
    });
    check_sets("stop", &Value::Array(theirs), ours.collect())
}

fn evals(row: &Row, decision: &Decision) -> Result<(), String> {
    let describe = |eval: &Evaluation, kind: &str| {
        json!({
            "Kind": kind,
            "Priority": eval.priority,
            "Status": eval.status.as_str(),
            "StatusDescription": eval.status_description,
            "TriggeredBy": eval.triggered_by.as_str(),
            "Type": eval.kind.as_str(),
            "WaitUntil": rfc3339(eval.wait_until),
            "EscapedComputedClass": eval.escaped_computed_class,
            "MissingNonNodeResources": eval.missing_non_node_resources,
            "ClassEligibility": eval.class_eligibility,
        })
    };
    // An explicit false is meant in the class table, which trimming would remove.
    let keep = |value: &Value| {
        let mut shown = trim(value.clone());
        if value["ClassEligibility"]
            .as_object()
            .is_some_and(|map| !map.is_empty())
        {
            shown["ClassEligibility"] = value["ClassEligibility"].clone();
        }
        shown.to_string()
    };
    let mut theirs: Vec<String> = list(&row.output["NewEvals"]).iter().map(keep).collect();
    let mut ours: Vec<String> = decision
        .created
        .iter()
        .map(|eval| keep(&describe(eval, "create")))
        .collect();
    if decision.reblocked {
        ours.push(keep(&describe(&decision.eval, "reblock")));
    }
    theirs.sort();
    ours.sort();
    if theirs != ours {
        return Err(format!("new evals: theirs {theirs:?} ours {ours:?}"));
    }
    let recorded = &row.output["Eval"];
    if recorded.is_null() {
        return Ok(());
    }
    let eval = &decision.eval;
    check("status", &recorded["Status"], json!(eval.status.as_str()))?;
    check(
        "failed",
        &trim(recorded["FailedTGAllocs"].clone()),
        match failed(eval) {
            Value::Object(map) if map.is_empty() => Value::Null,
            other => other,
        },
    )?;
    check(
        "queued",
        &recorded["QueuedAllocations"],
        match eval.queued_allocations.is_empty() {
            true => Value::Null,
            false => json!(eval.queued_allocations),
        },
    )?;
    check(
        "blocked",
        &json!(recorded["BlockedEval"] == true),
        json!(eval.blocked_eval.is_some()),
    )
}

fn deployments(row: &Row, decision: &Decision) -> Result<(), String> {
    let recorded = &row.output["Deployment"];
    let ours = decision.plan.deployment.as_ref().map_or(Value::Null, |deployment| json!({
        "StatusDescription": deployment.status_description,
        "Groups": deployment.task_groups.iter().map(|(name, group)| (name.to_string(), json!([
            group.desired_total, group.desired_canaries, group.auto_revert, group.auto_promote,
            group.progress_deadline, group.placed_canaries.len(), group.promoted,
        ]))).collect::<Map<_, _>>(),
    }));
    let theirs = if recorded.is_null() {
        Value::Null
    } else {
        json!({
            "StatusDescription": recorded["StatusDescription"],
            "Groups": entries(&recorded["TaskGroups"]).map(|(name, group)| {
                let state = &group["State"];
                let number = |key: &str| state[key].as_i64().unwrap_or(0);
                (name.clone(), json!([
                    number("DesiredTotal"), number("DesiredCanaries"), state["AutoRevert"] == true,
                    state["AutoPromote"] == true, number("ProgressDeadline"),
                    group["PlacedCanaries"].as_u64().unwrap_or(0), state["Promoted"] == true,
                ]))
            }).collect::<Map<_, _>>(),
        })
    };
    check("deployment", &theirs, ours)?;
    let updates = decision.plan.deployment_updates.iter().map(|update| {
        json!({
            "Status": update.status.as_str(), "StatusDescription": update.status_description,
        })
    });
    let theirs = list(&row.output["DeploymentUpdates"]).iter().map(|update| {
        json!({
            "Status": update["Status"], "StatusDescription": update["StatusDescription"],
        })
    });
    check_sets(
        "deployment updates",
        &Value::Array(theirs.collect()),
        updates.collect(),
    )?;
    let annotations = &row.output["Annotations"]["DesiredTGUpdates"];
    if annotations.is_null() {
        return Ok(());
    }
    let ours = decision
        .eval
        .plan_annotations
        .as_ref()
        .map(|a| trim(json!(a.desired_tg_updates)));
    check(
        "annotations",
        &trim(annotations.clone()),
        ours.unwrap_or(Value::Null),
    )
}

fn updates(row: &Row, decision: &Decision) -> Result<(), String> {
    let ours = decision.plan.updates.iter().map(|alloc| {
        json!({
            "Alloc": short(&alloc.id.to_string()),
            "ClientStatus": alloc.client_status.as_str(),
            "FollowupEval": alloc.followup_eval_id.map(|_| true),
            "JobVersion": alloc.job_version,
        })
    });
    let theirs = list(&row.output["Update"]).iter().map(|update| {
        trim(json!({
            "Alloc": update["Alloc"], "ClientStatus": update["ClientStatus"],
            "FollowupEval": (!update["FollowupEval"].is_null()).then_some(true),
            "JobVersion": update["JobVersion"],
        }))
    });
    check_sets("update", &Value::Array(theirs.collect()), ours.collect())
}

fn judge_row(row: &Row) -> Result<(), String> {
    let state = load(&row.input);
    let now = time(&row.input["Now"]);
    let Some(eval) = eval(&row.input["Eval"], now) else {
        return Err("the trigger does not exist here".to_owned());
    };
    let decision = schedule(&state, &eval, &Policy::full(), now, &mut Seed::new(1));
    if !row.output["Error"].is_null() {
        return check(
            "error",
            &json!(true),
            json!(decision.eval.status == EvalStatus::Failed),
        );
    }
    deployments(row, &decision)?;
    placements(row, &decision)?;
    stops(row, &decision)?;
    updates(row, &decision)?;
    evals(row, &decision)
}

fn judge(row: &Row) -> Answer {
    let pools = list(&row.input["NodePools"]);
    if pools
        .iter()
        .any(|pool| !pool["SchedulerConfiguration"].is_null())
    {
        return match judge_row(row) {
            Ok(()) => Answer::Same,
            Err(text) => {
                Answer::Differs(format!("settings of pools are not supported yet: {text}"))
            }
        };
    }
    if !row.output["Preempted"].is_null() {
        return Answer::Differs("preemption is not supported yet".to_owned());
    }
    if row.input["Eval"]["TriggeredBy"] == "bogus-trigger" {
        return Answer::Rule("an unknown trigger cannot be written down");
    }
    match judge_row(row) {
        Err(text) if text.starts_with("update") && keeps_version(row) => {
            Answer::Rule("an allocation that stays keeps its version")
        }
        Err(text) if !text.starts_with("deployment") && frees_property(row) => {
            Answer::Rule("stopping what ended frees no property")
        }
        judged => judged.into(),
    }
}

/// The in-memory planner of the reference gives allocations that stay the current job.
fn keeps_version(row: &Row) -> bool {
    let failed = list(&row.output["Update"]);
    failed
        .iter()
        .any(|update| update["ClientStatus"] == "failed" && update["JobVersion"] != json!(0))
}

/// The reference subtracts the stop of an allocation that it did not count.
fn frees_property(row: &Row) -> bool {
    row.input["Jobs"].to_string().contains("distinct_property")
        && list(&row.input["Allocs"])
            .iter()
            .any(|alloc| alloc["ClientStatus"] == "failed")
}

#[test]
fn evaluations_come_to_what_the_reference_came_to() {
    let all = rows("schedule");
    let kinds = ["service", "batch"];
    let taken: Vec<&Row> = all
        .iter()
        .filter(|row| kinds.contains(&text_of(&row.input["Eval"]["Type"]).as_str()))
        .collect();
    println!(
        "not compared: {} rows of system and sysbatch jobs",
        all.len() - taken.len()
    );
    compare(
        "schedule",
        643,
        taken.into_iter().map(|row| (row.id.clone(), judge(row))),
    );
}
