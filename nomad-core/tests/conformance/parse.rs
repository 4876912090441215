//! Job files of the corpus: the raw job, and the canonical one.

use crate::recorded::{Tally, folder, inputs, recorded_place, rows, same_place};
use nomad_core::spec::{canonicalize, parse_hcl};
use serde_json::Value;

#[test]
fn job_files_parse_to_the_recorded_jobs() {
    let Some(rows) = rows("jobspecs/parse.jsonl") else {
        return;
    };
    let Some(corpus) = folder("NOMAD_CORPUS", "../shared/corpus/jobspecs") else {
        return;
    };
    let mut verdicts = Tally::new("parse (verdicts)");
    let mut places = Tally::new("parse (places of refusals)");
    let mut raw = Tally::new("parse raw");
    let mut canonical = Tally::new("parse canonical");
    for row in &rows {
        let file = row["file"].as_str().unwrap();
        let text = std::fs::read_to_string(corpus.join(file)).unwrap();
        let answer = parse_hcl(
            &text,
            "input.hcl",
            &inputs(row["variables"].as_str().unwrap_or("")),
        );
        let taken = row["status"] == 200;
        verdicts.count(answer.is_ok() == taken, || match &answer {
            Ok(_) => format!("{file}: refused by {}", row["error"]),
            Err(error) => format!("{file}: {error}"),
        });
        match answer {
            Ok(job) if taken => {
                let theirs = row.get("raw").unwrap_or(&row["canonical"]);
                compare(
                    &mut raw,
                    row,
                    file,
                    serde_json::to_value(&job).unwrap(),
                    theirs,
                );
                let mut meant = job;
                canonicalize(&mut meant);
                let meant = serde_json::to_value(&meant).unwrap();
                compare(&mut canonical, row, file, meant, &row["canonical"]);
            }
            Err(error) if !taken => {
                let theirs = row["error"].as_str().unwrap();
                let place = recorded_place(theirs);
                places.count(same_place(&error, place), || {
                    format!("{file}: {error}\n    theirs {theirs}")
                });
            }
            _ => {}
        }
    }
    verdicts.finish(1.0);
    places.finish(1.0);
    raw.finish(1.0);
    canonical.finish(1.0);
}

fn compare(tally: &mut Tally, row: &Value, file: &str, mut ours: Value, theirs: &Value) {
    let mut theirs = theirs.clone();
    for path in row["volatile"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        for side in [&mut ours, &mut theirs] {
            if let Some(slot) = side.pointer_mut(&pointer(path)) {
                *slot = Value::Null;
            }
        }
    }
    tally.count(ours == theirs, || {
        format!("{file}: {}", first_difference("", &ours, &theirs))
    });
}

/// `A[0].B` as a JSON pointer.
fn pointer(path: &str) -> String {
    format!(
        "/{}",
        path.replace("].", "/")
            .replace(['[', '.'], "/")
            .replace(']', "")
    )
}

/// The first path at which two documents differ.
fn first_difference(path: &str, ours: &Value, theirs: &Value) -> String {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: std::collections::BTreeSet<_> = a.keys().chain(b.keys()).collect();
            for key in keys {
                let (x, y) = (a.get(key), b.get(key));
                match (x, y) {
                    (Some(x), Some(y)) if x == y => {}
                    (Some(x), Some(y)) => return first_difference(&format!("{path}/{key}"), x, y),
                    _ => return format!("{path}/{key}: ours {x:?}, theirs {y:?}"),
                }
            }
            String::new()
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let differing = a.iter().zip(b).enumerate().find(|(_, (x, y))| x != y);
            differing.map_or(String::new(), |(at, (x, y))| {
                first_difference(&format!("{path}/{at}"), x, y)
            })
        }
        _ => format!("{path}: ours {ours}, theirs {theirs}"),
    }
}
