//! Stopping.

use nomad_core::model::TaskLifeState;
use nomad_core::model::alloc::AllocClientStatus;
use nomad_core::model::job::JobType;
use nomad_core::model::task::LifecycleHook::{Poststop, Prestart};
use nomad_core::units::Span;

use super::bench::{Bench, hooked, job, secs, task};

#[test]
fn a_stopped_allocation_ends_with_the_recorded_events() {
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Service, vec![task("t")]));
    bench.stop_alloc(id);
    bench.pass(secs(1));
    assert_eq!(
        bench.messages(id, "t")[3..],
        [
            "Sent interrupt. Waiting 5s before force killing",
            "Exit Code: 0",
            "Task successfully killed",
        ]
    );
    assert_eq!(bench.told(id), AllocClientStatus::Complete);
}

#[test]
fn the_leader_is_stopped_first_and_sidecars_last_and_poststop_runs_then() {
    let mut lead = task("lead");
    lead.leader = true;
    let tasks = vec![
        hooked("a_side", Prestart, true),
        task("b_main"),
        lead,
        hooked("post", Poststop, false),
    ];
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Service, tasks));
    bench.stop_alloc(id);
    assert_eq!(bench.stopped, ["lead", "b_main", "a_side"]);
    assert_eq!(bench.started.last().unwrap(), "post");
}

#[test]
fn a_task_that_takes_long_to_stop_is_not_dead_before_it_has_ended() {
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Service, vec![task("t")]));
    bench.deaf.insert("t".to_owned());
    bench.stop_alloc(id);
    bench.pass(secs(20));
    assert_eq!(bench.told(id), AllocClientStatus::Running);
    bench.exit(id, "t", 137);
    bench.pass(secs(1));
    assert_eq!(bench.told(id), AllocClientStatus::Complete);
}

#[test]
fn the_agents_longest_kill_timeout_cuts_the_tasks() {
    let mut slow = task("t");
    slow.kill_timeout = secs(600);
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Service, vec![slow]));
    bench.stop_alloc(id);
    assert_eq!(bench.stop_timeouts, [secs(30)]);
    assert!(
        bench
            .messages(id, "t")
            .iter()
            .any(|text| text.contains("Waiting 30s"))
    );
}

#[test]
fn shutdown_delays_of_group_and_task_are_waited_for_and_may_be_skipped() {
    let mut slow = task("t");
    slow.shutdown_delay = secs(2);
    let mut job = job(JobType::Service, vec![slow]);
    job.task_groups[0].shutdown_delay = Some(secs(3));
    let mut bench = Bench::new();
    let (first, second) = (bench.want(1, &job), bench.want(2, &job));
    bench.stop_alloc(first);
    bench.pass(Span::from_millis(4_900));
    assert!(bench.is_running(first, "t"));
    bench.pass(Span::from_millis(200));
    assert!(!bench.is_running(first, "t"));
    let kinds = bench.events(first, "t");
    assert_eq!(
        kinds[3..],
        [
            "Killing",
            "Waiting for shutdown delay",
            "Terminated",
            "Killed"
        ]
    );
    bench.stop_alloc(second);
    bench.change(second, |alloc| {
        alloc.desired_transition.no_shutdown_delay = Some(true)
    });
    assert!(!bench.is_running(second, "t"));
}

#[test]
fn an_allocation_stopped_before_it_began_completes_without_running_anything() {
    let mut bench = Bench::new();
    let tasks = vec![task("t"), hooked("post", Poststop, false)];
    let id = bench.want_with(1, &job(JobType::Service, tasks), |alloc| {
        alloc.desired_status = nomad_core::model::AllocDesiredStatus::Stop;
    });
    bench.pass(secs(1));
    assert!(bench.started.is_empty());
    assert_eq!(bench.told(id), AllocClientStatus::Complete);
    assert_eq!(bench.state(id, "t").state, TaskLifeState::Dead);
}
