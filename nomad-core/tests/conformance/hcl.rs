//! Expressions: values, texts, and refusals with their places.

use crate::recorded::{Tally, inputs, recorded_place, rows, same_place};
use nomad_core::spec::parse_hcl;
use serde_json::Value;

/// The frame in which expressions were recorded.
fn framed(row: &Value) -> String {
    if let Some(file) = row["hcl"].as_str() {
        return file.to_owned();
    }
    let setup = row["setup"].as_str().unwrap_or("");
    let expr = row["expr"].as_str().unwrap();
    let expr = if row["mode"] == "json" {
        format!("jsonencode({expr})")
    } else {
        expr.to_owned()
    };
    format!(
        "{setup}\njob \"x\" {{\n  group \"g\" {{\n    task \"t\" {{\n      driver = \"raw_exec\"\n      meta {{\n        v = {expr}\n      }}\n    }}\n  }}\n}}\n"
    )
}

#[test]
fn expressions_have_the_recorded_values() {
    let Some(rows) = rows("hcl/expressions.jsonl") else {
        return;
    };
    let mut verdicts = Tally::new("hcl (verdicts)");
    let mut values = Tally::new("hcl");
    let mut places = Tally::new("hcl (places of refusals)");
    for row in rows.iter().filter(|row| row["volatile"] != true) {
        let id = row["id"].as_str().unwrap();
        let answer = parse_hcl(
            &framed(row),
            "input.hcl",
            &inputs(row["variables"].as_str().unwrap_or("")),
        );
        let refused = row["error"].as_str();
        let expr = &row["expr"];
        verdicts.count(answer.is_err() == refused.is_some(), || match &answer {
            Ok(_) => format!("{id}: {expr} was refused: {refused:?}"),
            Err(error) => format!("{id}: {expr} was taken: {error}"),
        });
        match (answer, refused) {
            (Ok(job), None) => {
                let (ours, theirs) = compared(row, &job);
                values.count(ours == theirs, || {
                    format!("{id}: {expr}\n    ours   {ours}\n    theirs {theirs}")
                });
            }
            (Err(error), Some(refused)) => {
                values.count(true, String::new);
                let same = same_place(&error, recorded_place(refused));
                places.count(same, || {
                    format!("{id}: {expr} {error}\n    theirs {refused}")
                });
            }
            _ => values.count(false, || format!("{id}: verdict")),
        }
    }
    verdicts.finish(1.0);
    places.finish(0.95);
    values.finish(1.0);
}

fn compared(row: &Value, job: &nomad_core::model::JobSpec) -> (Value, Value) {
    let job = serde_json::to_value(job).unwrap();
    if row["mode"] == "file" {
        return (job, row["job"].clone());
    }
    let ours = job["TaskGroups"][0]["Tasks"][0]["Meta"]["v"].clone();
    let theirs = if row["mode"] == "json" {
        row["text"].clone()
    } else {
        row["value"].clone()
    };
    (ours, theirs)
}
