//! The raw form of a job reads and writes the public JSON without losing or adding a field.
#![expect(clippy::disallowed_methods, reason = "recordings are read from disk")]

use std::path::PathBuf;

use nomad_core::model::JobSpec;
use serde_json::Value;

fn golden(path: &str) -> Option<String> {
    let root = std::env::var_os("NOMAD_GOLDEN").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/golden")),
        PathBuf::from,
    );
    let text = std::fs::read_to_string(root.join(path)).ok();
    if text.is_none() {
        println!("skipped: no recordings at {}", root.join(path).display());
    }
    text
}

#[test]
fn recorded_raw_jobs_survive_reading_and_writing() {
    let Some(rows) = golden("jobspecs/parse.jsonl") else {
        return;
    };
    let (mut same, mut total) = (0, 0);
    for row in rows
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
    {
        for form in ["raw", "canonical"] {
            let Some(recorded) = row.get(form) else {
                continue;
            };
            total += 1;
            let spec: JobSpec = serde_json::from_value(recorded.clone())
                .unwrap_or_else(|error| panic!("{}: {error}", row["file"]));
            let ours = serde_json::to_value(spec).unwrap();
            if ours == *recorded {
                same += 1;
            } else {
                println!(
                    "differs: {} {form}: {}",
                    row["file"],
                    first_difference(recorded, &ours, "")
                );
            }
        }
    }
    println!("model json: {same}/{total}");
    assert_eq!(same, total);
}

#[test]
fn canonicalizing_a_recorded_raw_job_gives_the_recorded_canonical_one() {
    let Some(rows) = golden("jobspecs/parse.jsonl") else {
        return;
    };
    let (mut same, mut total) = (0, 0);
    for row in rows
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
    {
        let steady = row.get("volatile").is_none_or(Value::is_null);
        let Some(recorded) = row.get("canonical").filter(|_| steady) else {
            continue;
        };
        let raw = row.get("raw").unwrap_or(recorded);
        total += 1;
        let mut spec: JobSpec = serde_json::from_value(raw.clone()).unwrap();
        nomad_core::spec::canonicalize(&mut spec);
        let once = serde_json::to_value(&spec).unwrap();
        nomad_core::spec::canonicalize(&mut spec);
        assert_eq!(
            once,
            serde_json::to_value(&spec).unwrap(),
            "twice is once: {}",
            row["file"]
        );
        if once == *recorded {
            same += 1;
        } else {
            println!(
                "differs: {}: {}",
                row["file"],
                first_difference(recorded, &once, "")
            );
        }
    }
    println!("canonicalize: {same}/{total}");
    assert_eq!(same, total);
}

#[test]
fn recorded_jobs_are_accepted_or_refused_as_recorded() {
    let (Some(verdicts), Some(jobs)) = (
        golden("jobspecs/validate.jsonl"),
        golden("jobspecs/parse.jsonl"),
    ) else {
        return;
    };
    let jobs: std::collections::BTreeMap<String, Value> = jobs
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter_map(|row| Some((row["file"].to_string(), row.get("canonical")?.clone())))
        .collect();
    let (mut same, mut total) = (0, 0);
    for row in verdicts
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
    {
        let Some(job) = jobs.get(&row["file"].to_string()) else {
            continue;
        };
        let spec: JobSpec = serde_json::from_value(job.clone()).unwrap();
        let accepted = row["json"]["Error"].as_str().is_none_or(str::is_empty);
        let ours = nomad_core::spec::admit(spec, &nomad_core::spec::Limits::default());
        total += 1;
        if ours.is_ok() == accepted {
            same += 1;
        } else {
            println!(
                "differs: {}: {:?} / {:?}",
                row["file"],
                row["json"]["Error"],
                ours.err()
            );
        }
    }
    println!("validate verdicts: {same}/{total}");
    assert!(same * 100 >= total * 98);
}

fn first_difference(a: &Value, b: &Value, path: &str) -> String {
    match (a, b) {
        (Value::Object(left), Value::Object(right)) => left
            .iter()
            .map(|(key, value)| (key, Some(value), right.get(key)))
            .chain(
                right
                    .iter()
                    .filter(|(key, _)| !left.contains_key(*key))
                    .map(|(key, value)| (key, None, Some(value))),
            )
            .find(|(_, l, r)| l != r)
            .map_or_else(String::new, |(key, l, r)| {
                let null = Value::Null;
                match (l, r) {
                    (Some(l), Some(r)) => first_difference(l, r, &format!("{path}.{key}")),
                    (l, r) => format!(
                        "{path}.{key}: {} / {}",
                        l.unwrap_or(&null),
                        r.map_or("absent".to_owned(), ToString::to_string)
                    ),
                }
            }),
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => left
            .iter()
            .zip(right)
            .enumerate()
            .find(|(_, (l, r))| l != r)
            .map_or_else(String::new, |(at, (l, r))| {
                first_difference(l, r, &format!("{path}[{at}]"))
            }),
        _ => format!("{path}: {a} / {b}"),
    }
}
