//! The order of tasks.

use nomad_core::model::alloc::AllocClientStatus;
use nomad_core::model::job::JobType;
use nomad_core::model::task::LifecycleHook::{Poststart, Poststop, Prestart};

use super::bench::{Bench, hooked, job, secs, task};

#[test]
fn tasks_start_in_the_order_of_their_lifecycle() {
    let tasks = vec![
        hooked("after", Poststart, false),
        hooked("fin", Poststop, false),
        hooked("init", Prestart, false),
        task("main"),
        hooked("side", Prestart, true),
    ];
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Batch, tasks));
    assert_eq!(bench.started, ["init", "side"]);
    bench.exit(id, "init", 0);
    assert_eq!(bench.started[2..], ["main", "after"]);
    bench.exit(id, "after", 0);
    bench.exit(id, "main", 0);
    assert_eq!(bench.stopped, ["side"]);
    assert_eq!(bench.started.last().unwrap(), "fin");
    assert_eq!(
        bench.events(id, "side")[3..],
        ["Main Tasks Dead", "Killing", "Terminated", "Killed"]
    );
    bench.exit(id, "fin", 0);
    bench.pass(secs(1));
    assert_eq!(bench.told(id), AllocClientStatus::Complete);
}

#[test]
fn a_failing_prestart_task_keeps_the_main_task_from_starting() {
    let tasks = vec![hooked("init", Prestart, false), task("main")];
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Batch, tasks));
    bench.exit(id, "init", 2);
    bench.pass(secs(1));
    assert_eq!(bench.started, ["init"]);
    assert_eq!(
        bench.events(id, "main"),
        ["Received", "Sibling Task Failed", "Killing"]
    );
    assert_eq!(
        bench.messages(id, "main")[1],
        "Task's sibling \"init\" failed"
    );
    assert_eq!(bench.told(id), AllocClientStatus::Failed);
}

#[test]
fn a_poststop_task_runs_after_a_failure() {
    let tasks = vec![task("main"), hooked("post", Poststop, false)];
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Batch, tasks));
    bench.exit(id, "main", 5);
    assert_eq!(bench.started, ["main", "post"]);
    bench.pass(secs(1));
    assert_eq!(bench.told(id), AllocClientStatus::Failed);
    bench.exit(id, "post", 0);
    assert_eq!(bench.events(id, "post")[2..], ["Started", "Terminated"]);
}

#[test]
fn the_end_of_the_leader_ends_the_others() {
    let mut lead = task("lead");
    lead.leader = true;
    let mut side = task("side");
    side.kill_timeout = secs(3);
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Batch, vec![lead, side]));
    bench.exit(id, "lead", 0);
    bench.pass(secs(1));
    assert_eq!(
        bench.messages(id, "side")[3..],
        [
            "Leader Task in Group dead",
            "Sent interrupt. Waiting 3s before force killing",
            "Exit Code: 0",
            "Task successfully killed",
        ]
    );
    assert_eq!(bench.told(id), AllocClientStatus::Complete);
}

#[test]
fn a_replacement_waits_until_what_it_replaces_here_has_ended() {
    let mut bench = Bench::new();
    let job = job(JobType::Service, vec![task("t")]);
    let old = bench.want(1, &job);
    bench.deaf.insert("t".to_owned());
    bench.stop_alloc(old);
    let new = bench.want_with(2, &job, |alloc| alloc.previous_allocation = Some(old));
    bench.pass(secs(1));
    assert!(!bench.is_running(new, "t"));
    bench.exit(old, "t", 137);
    assert!(bench.is_running(new, "t"));
}
