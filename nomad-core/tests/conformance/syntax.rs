//! Broken variants of the corpus: the verdict of the parser, and the place of its refusal.

use crate::recorded::{Tally, folder, inputs, recorded_place, rows, same_place};
use nomad_core::spec::parse_hcl;
use serde_json::Value;

fn mutated(text: &str, row: &Value) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    let start = row["line"].as_u64().unwrap() as usize;
    let end = start + row["remove"].as_u64().unwrap() as usize;
    let insert: Vec<&str> = row["insert"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line.as_str().unwrap())
        .collect();
    lines.splice(start..end, insert);
    lines.join("\n")
}

#[test]
fn broken_files_are_refused_where_the_reference_refuses_them() {
    let Some(rows) = rows("jobspecs/mutations.jsonl") else {
        return;
    };
    let Some(corpus) = folder("NOMAD_CORPUS", "../shared/corpus/jobspecs") else {
        return;
    };
    let mut verdicts = Tally::new("mutations (verdicts of the parser)");
    let mut places = Tally::new("mutations (places of refusals)");
    for row in &rows {
        let file = row["file"].as_str().unwrap();
        let text = std::fs::read_to_string(corpus.join(file)).unwrap();
        let text = mutated(&text, row);
        let answer = parse_hcl(
            &text,
            "input.hcl",
            &inputs(row["variables"].as_str().unwrap_or("")),
        );
        let taken = row["parse_status"] == 200;
        let theirs = row["parse_error"].as_str().unwrap_or("");
        let what = format!("{file}:{} {} {}", row["line"], row["kind"], row["insert"]);
        verdicts.count(answer.is_ok() == taken, || match &answer {
            Ok(_) => format!("{what}: refused by {theirs}"),
            Err(error) => format!("{what}: {error}"),
        });
        if let (Err(error), false) = (answer, taken) {
            let place = recorded_place(theirs);
            places.count(same_place(&error, place), || {
                format!("{what} {error}\n    theirs {theirs}")
            });
        }
    }
    verdicts.finish(1.0);
    places.finish(0.99);
}
