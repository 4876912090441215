//! After a crash of the agent.

use nomad_core::model::TaskLifeState;
use nomad_core::model::alloc::AllocClientStatus;
use nomad_core::model::job::JobType;

use super::bench::{Bench, job, secs, task};

#[test]
fn a_task_that_still_runs_goes_on_without_an_event() {
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Service, vec![task("t")]));
    bench.pass(secs(5));
    let before = bench.state(id, "t");
    bench.crash_and_restart();
    bench.pass(secs(5));
    assert_eq!(bench.state(id, "t"), before);
    assert_eq!(bench.started, ["t"]);
    bench.exit(id, "t", 0);
    bench.pass(secs(20));
    assert!(bench.events(id, "t").contains(&"Terminated".to_owned()));
}

#[test]
fn a_lost_task_waits_for_a_server_and_starts_again() {
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Service, vec![task("t")]));
    bench.pass(secs(5));
    bench.running.clear();
    bench.server_up = false;
    bench.crash_and_restart();
    bench.pass(secs(60));
    assert_eq!(bench.started.len(), 1);
    assert_eq!(bench.state(id, "t").state, TaskLifeState::Pending);
    assert_eq!(
        bench.events(id, "t").last().unwrap(),
        "Failed Restoring Task"
    );
    bench.server_up = true;
    bench.pass(secs(31));
    assert!(bench.is_running(id, "t"));
}

#[test]
fn a_lost_task_that_is_no_longer_wanted_is_not_started_again() {
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Service, vec![task("t")]));
    bench.pass(secs(5));
    bench.running.clear();
    bench.server_up = false;
    bench.crash_and_restart();
    bench.stop_alloc(id);
    bench.server_up = true;
    bench.pass(secs(31));
    assert_eq!(bench.started.len(), 1);
    assert_eq!(bench.told(id), AllocClientStatus::Complete);
}

#[test]
fn an_ended_allocation_stays_ended() {
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Batch, vec![task("t")]));
    bench.exit(id, "t", 0);
    bench.pass(secs(1));
    bench.crash_and_restart();
    bench.pass(secs(1));
    assert_eq!(bench.started.len(), 1);
    assert!(bench.agent.snapshot(id).unwrap().over);
    assert_eq!(bench.told(id), AllocClientStatus::Complete);
}

#[test]
fn restarts_are_counted_across_a_crash_of_the_agent() {
    let mut bench = Bench::new();
    let mut job = job(JobType::Service, vec![task("t")]);
    job.task_groups[0].restart_policy.attempts = 1;
    job.task_groups[0].restart_policy.interval = secs(300);
    job.task_groups[0].restart_policy.delay = secs(1);
    let id = bench.want(1, &job);
    bench.exit(id, "t", 1);
    bench.pass(secs(3));
    bench.crash_and_restart();
    bench.pass(secs(1));
    bench.exit(id, "t", 1);
    bench.pass(secs(1));
    assert_eq!(bench.told(id), AllocClientStatus::Failed);
}
