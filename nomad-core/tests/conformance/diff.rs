//! Differences between versions of a job: new jobs (`plan.jsonl`) and edited ones (`edits.jsonl`).

use crate::recorded::{Tally, rows};
use nomad_core::diff::{annotate, diff};
use nomad_core::model::{Job, JobSpec, PlanAnnotations};
use nomad_core::spec::{Limits, admit};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[test]
fn new_jobs_differ_from_nothing_as_recorded() {
    let (Some(rows), Some(jobs)) = (rows("jobspecs/plan.jsonl"), canonical_jobs()) else {
        return;
    };
    let mut tally = Tally::new("diff (new jobs)");
    for row in rows.iter().filter(|row| row["status"] == 200) {
        let job = jobs[&key(row)].clone();
        let job = if row["adapted"] == true {
            adapted(job, false)
        } else {
            job
        };
        compare(&mut tally, row, None, job);
    }
    tally.finish(0.97);
}

#[test]
fn edited_jobs_differ_as_recorded() {
    let (Some(rows), Some(jobs)) = (rows("jobspecs/edits.jsonl"), canonical_jobs()) else {
        return;
    };
    let mut tally = Tally::new("diff (edited jobs)");
    for row in rows.iter().filter(|row| row["status"] == 200) {
        let old = adapted(jobs[&key(row)].clone(), true);
        let new = patched(old.clone(), &row["patch"]);
        compare(&mut tally, row, Some(old), new);
    }
    tally.finish(0.95);
}

fn key(row: &Value) -> (String, String) {
    (row["file"].to_string(), row["mode"].to_string())
}

/// Canonical jobs by file and mode.
fn canonical_jobs() -> Option<BTreeMap<(String, String), Value>> {
    let rows = rows("jobspecs/parse.jsonl")?;
    let parsed = rows.into_iter().filter(|row| row["status"] == 200);
    Some(
        parsed
            .map(|row| (key(&row), row["canonical"].clone()))
            .collect(),
    )
}

/// The job as the recorder made it fit a stock server.
fn adapted(mut job: Value, is_edit: bool) -> Value {
    job["Region"] = json!("global");
    job["Namespace"] = json!("default");
    job["NodePool"] = json!("default");
    job["Datacenters"] = json!(["*"]);
    job["Multiregion"] = Value::Null;
    for group in job["TaskGroups"].as_array_mut().into_iter().flatten() {
        for task in group["Tasks"].as_array_mut().into_iter().flatten() {
            task["Vault"] = Value::Null;
        }
    }
    if is_edit && job["Periodic"].is_object() {
        job["Periodic"]["Enabled"] = json!(false);
    }
    job
}

/// Applies RFC 6902 operations; one whose path is gone is skipped.
fn patched(mut job: Value, patch: &Value) -> Value {
    for step in patch.as_array().into_iter().flatten() {
        let path = step["path"].as_str().unwrap();
        let (parent, last) = path.rsplit_once('/').unwrap();
        let Some(parent) = job.pointer_mut(parent) else {
            continue;
        };
        let last = last.replace("~1", "/").replace("~0", "~");
        let value = step["value"].clone();
        match (parent, step["op"].as_str().unwrap()) {
            (Value::Object(entries), "remove") => {
                entries.remove(&last);
            }
            (Value::Object(entries), _) => {
                entries.insert(last, value);
            }
            (Value::Array(items), "add") if last == "-" => items.push(value),
            (Value::Array(items), op) => {
                let at: usize = last.parse().unwrap();
                match op {
                    "add" => items.insert(at.min(items.len()), value),
                    _ if at >= items.len() => {}
                    "remove" => {
                        items.remove(at);
                    }
                    _ => items[at] = value,
                }
            }
            _ => {}
        }
    }
    job
}

fn admitted(job: Value) -> Result<Job, String> {
    let spec: JobSpec = serde_json::from_value(job).map_err(|error| error.to_string())?;
    let mut limits = Limits {
        memory_oversubscription: true,
        ..Limits::default()
    };
    limits.node_pools.extend(spec.node_pool.clone());
    let admitted = admit(spec, &limits).map_err(|error| error.to_string())?;
    Ok(admitted.job)
}

fn compare(tally: &mut Tally, row: &Value, old: Option<Value>, new: Value) {
    let theirs = sorted(without_deliberate(row["json"]["Diff"].clone()));
    let decided: PlanAnnotations =
        serde_json::from_value(row["json"]["Annotations"].clone()).unwrap_or_default();
    let ours = old.map(admitted).transpose().and_then(|old| {
        let new = admitted(new)?;
        let mut found = diff(old.as_ref(), &new).map_err(|error| error.to_string())?;
        annotate(&mut found, Some(&decided));
        Ok(sorted(without_deliberate(
            serde_json::to_value(&found).unwrap(),
        )))
    });
    let file = &row["file"];
    tally.count(ours.as_ref() == Ok(&theirs), || match &ours {
        Err(error) => format!("{file}: {error}"),
        Ok(ours) => {
            let mut found = Vec::new();
            differences("", ours, &theirs, &mut found);
            found.truncate(3);
            format!("{file}: {}\n     {}", row["patch"], found.join("\n     "))
        }
    });
}

/// What is meant to differ: spreads are shown, and an unset network mode is stored as `host`.
fn without_deliberate(value: Value) -> Value {
    match value {
        Value::Array(items) => items
            .into_iter()
            .filter(|item| item["Name"] != "Spread")
            .filter(|item| {
                item["Name"] != "Mode" || !matches!(item["New"].as_str(), Some("" | "host"))
            })
            .map(without_deliberate)
            .collect(),
        Value::Object(entries) => entries
            .into_iter()
            .map(|(key, value)| (key, without_deliberate(value)))
            .map(|(key, value)| match value {
                Value::Array(items) if items.is_empty() => (key, Value::Null),
                other => (key, other),
            })
            .collect(),
        other => other,
    }
}

/// Every list in the order of its members' JSON text.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(sorted).collect();
            items.sort_by_key(Value::to_string);
            Value::Array(items)
        }
        Value::Object(entries) => {
            Value::Object(entries.into_iter().map(|(k, v)| (k, sorted(v))).collect())
        }
        other => other,
    }
}

fn differences(path: &str, ours: &Value, theirs: &Value, found: &mut Vec<String>) {
    match (ours, theirs) {
        (a, b) if a == b => {}
        (Value::Object(a), Value::Object(b)) => {
            let name = ours["Name"].as_str().unwrap_or_default();
            for (key, value) in a {
                let other = b.get(key).unwrap_or(&Value::Null);
                differences(&format!("{path}/{name}.{key}"), value, other, found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (x, y) in a.iter().zip(b) {
                differences(path, x, y, found);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for x in a.iter().filter(|x| !b.contains(x)) {
                found.push(format!("{path}: only ours {x}"));
            }
            for y in b.iter().filter(|y| !a.contains(y)) {
                found.push(format!("{path}: only theirs {y}"));
            }
        }
        _ => found.push(format!("{path}: ours {ours}, theirs {theirs}")),
    }
}
