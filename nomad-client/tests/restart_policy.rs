//! The restart decision against recorded answers (`scheduler/time.jsonl`, `Kind: restart`).

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use nomad_client::task::restart::{Decision, Ending, RestartTracker, restarts_on_success};
use nomad_core::model::job::JobType;
use nomad_core::model::policy::RestartPolicy;
use nomad_core::model::task::{Lifecycle, Task};
use nomad_core::seed::Seed;
use nomad_core::units::{Span, Timestamp};
use serde_json::Value;

fn golden() -> Option<String> {
    let root = std::env::var("NOMAD_GOLDEN").unwrap_or_else(|_| "../../shared/golden".to_owned());
    let path = format!("{root}/scheduler/time.jsonl");
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("skipped: {path} is not there");
    }
    text
}

fn ending(step: &Value) -> Ending {
    if step["Killed"] == true {
        return Ending::Killed;
    }
    if step["RestartTriggered"] == true {
        return match step["Failure"] == true {
            true => Ending::CheckFailed,
            false => Ending::RestartWished,
        };
    }
    if let Some(kind) = step["StartError"].as_str() {
        let recoverable = kind == "recoverable";
        return Ending::StartFailed { recoverable };
    }
    let success = step["ExitCode"].as_i64() == Some(0) && step["Signal"].as_i64().unwrap_or(0) == 0;
    Ending::Exited { success }
}

/// State and reason, then the exact delay or the bounds of a jittered one.
fn agrees(decision: &Decision, count: i64, expected: &Value) -> bool {
    let (state, reason, delay) = match decision {
        Decision::Killed => ("Killed", "", None),
        Decision::Finished { reason } => ("Terminated", reason.as_str(), None),
        Decision::GiveUp { reason } => ("Not Restarting", reason.as_str(), None),
        Decision::Restart { reason, delay } => ("Restarting", reason.as_str(), Some(*delay)),
    };
    let nanos = delay.unwrap_or_default().as_nanos();
    let delay_fits = match (&expected["Delay"], &expected["JitteredDelay"]) {
        (Value::Number(exact), _) => exact.as_i64() == Some(nanos),
        (_, Value::Number(least)) => {
            let least = least.as_i64().unwrap();
            (least..least + (least / 4).max(1)).contains(&nanos)
        }
        _ => nanos == 0,
    };
    expected["State"] == state
        && expected["Reason"] == reason
        && expected["Count"].as_i64().unwrap_or(0) == count
        && delay_fits
}

fn plays_as_recorded(case: &Value) -> bool {
    let input = &case["In"];
    let policy: RestartPolicy = serde_json::from_value(input["Policy"].clone()).unwrap();
    let kind: JobType = serde_json::from_value(input["JobType"].clone()).unwrap();
    let mut task = Task::default();
    if !input["Lifecycle"].is_null() {
        let place: Lifecycle = serde_json::from_value(input["Lifecycle"].clone()).unwrap();
        task.lifecycle = Some(place);
    }
    let mut now = Timestamp::from_unix_secs(1_760_000_000);
    let mut tracker = RestartTracker::new(now);
    let mut seed = Seed::new(1);
    let steps = input["Steps"].as_array().unwrap();
    let expected = case["Out"]["Steps"].as_array().unwrap();
    steps.iter().zip(expected).all(|(step, expected)| {
        now = now.plus(Span(step["After"].as_i64().unwrap_or(0)));
        let on_success = restarts_on_success(kind, &task);
        let decision = tracker.decide(&policy, on_success, ending(step), now, &mut seed);
        agrees(&decision, tracker.count(), expected)
    })
}

#[test]
fn restarts_are_decided_as_recorded() {
    let Some(text) = golden() else { return };
    let cases = text.lines().filter(|line| !line.trim().is_empty());
    let cases = cases.map(|line| serde_json::from_str::<Value>(line).unwrap());
    let cases: Vec<Value> = cases
        .filter(|case| case["In"]["Kind"] == "restart")
        .collect();
    let same = cases.iter().filter(|case| plays_as_recorded(case)).count();
    println!("restart decisions: {same}/{} same", cases.len());
    for case in cases.iter().filter(|case| !plays_as_recorded(case)).take(3) {
        println!("differs: {case}");
    }
    assert_eq!(same, cases.len());
}
