//! Ends of tasks, and what follows.

use nomad_client::agent::StartFailure;
use nomad_core::model::alloc::AllocClientStatus;
use nomad_core::model::job::JobType;
use nomad_core::model::policy::RestartPolicy;
use nomad_core::model::{Job, TaskLifeState};

use super::bench::{Bench, job, secs, task};

fn with_restarts(mut job: Job, attempts: i64, delay: i64) -> Job {
    job.task_groups[0].restart_policy = RestartPolicy {
        attempts,
        interval: secs(300),
        delay: secs(delay),
        ..RestartPolicy::default()
    };
    job
}

#[test]
fn a_batch_task_that_succeeds_completes_with_the_recorded_events() {
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Batch, vec![task("t")]));
    bench.exit(id, "t", 0);
    bench.pass(secs(1));
    assert_eq!(
        bench.messages(id, "t"),
        [
            "Task received by client",
            "Building Task Directory",
            "Task started by client",
            "Exit Code: 0",
        ]
    );
    assert_eq!(bench.told(id), AllocClientStatus::Complete);
    assert_eq!(
        bench.reported[&id].client_description,
        "All tasks have completed"
    );
    assert!(bench.state(id, "t").succeeded());
}

#[test]
fn a_task_without_restarts_fails_at_its_first_error() {
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Batch, vec![task("t")]));
    bench.exit(id, "t", 3);
    bench.pass(secs(1));
    let messages = bench.messages(id, "t");
    assert_eq!(
        &messages[3..],
        ["Exit Code: 3", "Policy allows no restarts"]
    );
    assert_eq!(bench.told(id), AllocClientStatus::Failed);
    assert_eq!(bench.reported[&id].client_description, "Failed tasks");
}

#[test]
fn a_failing_task_is_restarted_as_often_as_the_policy_says() {
    let mut bench = Bench::new();
    let id = bench.want(
        1,
        &with_restarts(job(JobType::Batch, vec![task("t")]), 2, 1),
    );
    for _ in 0..3 {
        bench.exit(id, "t", 1);
        bench.pass(secs(2));
    }
    let state = bench.state(id, "t");
    assert_eq!(
        (state.restarts, state.failed, state.state),
        (2, true, TaskLifeState::Dead)
    );
    let expected = [
        "Task Setup",
        "Started",
        "Terminated",
        "Restarting",
        "Started",
        "Terminated",
        "Restarting",
        "Started",
        "Terminated",
        "Not Restarting",
    ];
    assert_eq!(bench.events(id, "t"), expected);
    let last = bench.messages(id, "t").pop().unwrap();
    assert_eq!(
        last,
        "Exceeded allowed attempts 2 in interval 5m0s and mode is \"fail\""
    );
}

#[test]
fn a_restarting_task_is_pending_until_its_delay_is_over() {
    let mut bench = Bench::new();
    let id = bench.want(
        1,
        &with_restarts(job(JobType::Service, vec![task("t")]), 2, 8),
    );
    bench.exit(id, "t", 1);
    bench.pass(secs(7));
    assert_eq!(bench.told(id), AllocClientStatus::Pending);
    bench.pass(secs(4));
    assert!(bench.is_running(id, "t"));
    assert_eq!(bench.told(id), AllocClientStatus::Running);
}

#[test]
fn a_start_that_can_never_work_is_not_tried_again() {
    let mut bench = Bench::new();
    let failure = StartFailure::Driver {
        message: "no such image".to_owned(),
        recoverable: false,
    };
    bench.refused.insert("t".to_owned(), failure);
    let id = bench.want(
        1,
        &with_restarts(job(JobType::Batch, vec![task("t")]), 5, 1),
    );
    bench.pass(secs(60));
    assert_eq!(bench.started.len(), 1);
    let messages = bench.messages(id, "t");
    assert_eq!(&messages[2..], ["no such image", "Error was unrecoverable"]);
}

#[test]
fn a_start_that_may_work_later_is_tried_again() {
    let mut bench = Bench::new();
    let failure = StartFailure::Driver {
        message: "busy".to_owned(),
        recoverable: true,
    };
    bench.refused.insert("t".to_owned(), failure);
    let id = bench.want(
        1,
        &with_restarts(job(JobType::Batch, vec![task("t")]), 5, 1),
    );
    bench.pass(secs(3));
    bench.refused.clear();
    bench.pass(secs(3));
    assert!(bench.is_running(id, "t"));
}

#[test]
fn what_this_agent_cannot_do_yet_is_said_and_not_pretended() {
    let mut bench = Bench::new();
    let mut asking = task("t");
    asking.templates.push(Default::default());
    let id = bench.want(1, &job(JobType::Batch, vec![asking]));
    bench.pass(secs(1));
    assert!(bench.started.is_empty());
    let messages = bench.messages(id, "t");
    assert_eq!(messages[1], "not supported yet: template (task \"t\")");
    assert_eq!(bench.told(id), AllocClientStatus::Failed);
}
