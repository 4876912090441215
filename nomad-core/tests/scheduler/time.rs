//! When failed allocations may be replaced.

use nomad_core::model::policy::ReschedulePolicy;
use nomad_core::model::{Allocation, TaskState};
use nomad_core::reconcile::{fail_time, is_eligible, next_delay};
use nomad_core::units::Span;
use serde_json::Value;

use super::golden::{Answer, Row, compare, entries, expect, rows, text_of, time, tracker};

fn policy(input: &Value) -> ReschedulePolicy {
    let span = |key: &str| Span(input[key].as_i64().unwrap_or(0));
    ReschedulePolicy {
        attempts: input["Attempts"].as_i64().unwrap_or(0),
        interval: span("Interval"),
        delay: span("Delay"),
        delay_function: text_of(&input["DelayFunction"]).parse().unwrap(),
        max_delay: span("MaxDelay"),
        unlimited: input["Unlimited"] == true,
    }
}

fn judge(row: &Row) -> Result<(), String> {
    let input = &row.input;
    let policy = policy(&input["Policy"]);
    let states = entries(&input["TaskStates"]).map(|(name, state)| {
        let state = TaskState {
            finished_at: time(&state["FinishedAt"]),
            ..TaskState::default()
        };
        (name.parse().unwrap(), state)
    });
    let alloc = Allocation {
        task_states: states.collect(),
        modify_time: time(&input["ModifyTime"]),
        reschedule_tracker: tracker(&input["RescheduleTracker"]),
        ..Allocation::default()
    };
    let failed = fail_time(&alloc);
    expect("fail time", time(&row.output["LastEventTime"]), failed)?;
    let delay = next_delay(&policy, &alloc);
    expect(
        "delay",
        Span(row.output["NextDelay"].as_i64().unwrap_or(0)),
        delay,
    )?;
    if !row.output["NextRescheduleTime"].is_null() {
        expect(
            "next",
            time(&row.output["NextRescheduleTime"]),
            failed.plus(delay),
        )?;
    }
    let last = text_of(&input["RescheduleTracker"]["LastReschedule"]);
    let wanted = input["DesiredStatus"] != "stop" || !(last.is_empty() || last == "ok");
    let ended = input["ClientStatus"] == "failed"
        || input["ClientStatus"] == "lost"
        || (input["JobType"] == "batch" && input["DesiredTransition"]["Reschedule"] == true);
    let ours = policy.is_enabled() && wanted && ended && is_eligible(&policy, &alloc, failed);
    expect("eligible", row.output["Eligible"] == true, ours)
}

#[test]
fn reschedules_wait_as_long_as_the_reference_waits() {
    let all = rows("time");
    let taken: Vec<&Row> = all
        .iter()
        .filter(|row| row.input["Kind"] == "reschedule")
        .collect();
    println!(
        "not compared here: {} rows about cron and restarts",
        all.len() - taken.len()
    );
    compare(
        "time",
        500,
        taken
            .into_iter()
            .map(|row| (row.id.clone(), Answer::from(judge(row)))),
    );
}
