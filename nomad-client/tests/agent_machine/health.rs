//! Health for deployments.

use nomad_core::id::DeploymentId;
use nomad_core::model::Job;
use nomad_core::model::job::JobType;
use nomad_core::model::policy::{HealthCheck, RestartPolicy, UpdateStrategy};

use super::bench::{Bench, alloc_id, job, secs, task};

fn deployed() -> Job {
    let mut job = job(JobType::Service, vec![task("t")]);
    job.task_groups[0].update = Some(UpdateStrategy {
        max_parallel: 1,
        health_check: HealthCheck::TaskStates,
        min_healthy_time: secs(10),
        healthy_deadline: secs(60),
        ..UpdateStrategy::default()
    });
    job.task_groups[0].restart_policy = RestartPolicy {
        attempts: 100,
        interval: secs(3600),
        delay: secs(1),
        ..RestartPolicy::default()
    };
    job
}

fn deploy(bench: &mut Bench, job: &Job) {
    bench.want_with(1, job, |alloc| {
        alloc.deployment_id = Some(DeploymentId::from_random([1; 16]));
    });
}

fn health(bench: &Bench) -> Option<bool> {
    bench.reported[&alloc_id(1)]
        .deployment_status
        .and_then(|status| status.healthy)
}

#[test]
fn an_allocation_is_healthy_when_its_tasks_ran_long_enough() {
    let mut bench = Bench::new();
    deploy(&mut bench, &deployed());
    bench.pass(secs(9));
    assert_eq!(health(&bench), None);
    bench.pass(secs(2));
    assert_eq!(health(&bench), Some(true));
}

#[test]
fn a_restart_begins_the_wait_anew() {
    let mut bench = Bench::new();
    deploy(&mut bench, &deployed());
    bench.pass(secs(8));
    bench.exit(alloc_id(1), "t", 1);
    bench.pass(secs(9));
    assert_eq!(health(&bench), None);
    bench.pass(secs(4));
    assert_eq!(health(&bench), Some(true));
}

#[test]
fn a_failed_task_makes_its_allocation_unhealthy_at_once() {
    let mut bench = Bench::new();
    let mut job = deployed();
    job.task_groups[0].restart_policy.attempts = 0;
    deploy(&mut bench, &job);
    bench.exit(alloc_id(1), "t", 1);
    bench.pass(secs(1));
    assert_eq!(health(&bench), Some(false));
    let events = bench.state(alloc_id(1), "t").events;
    let last = events.last().unwrap();
    assert_eq!(last.kind, "Alloc Unhealthy");
    assert_eq!(last.display_message, "Unhealthy because of failed task");
}

#[test]
fn a_task_that_never_settles_is_unhealthy_at_the_deadline() {
    let mut bench = Bench::new();
    deploy(&mut bench, &deployed());
    for _ in 0..20 {
        bench.pass(secs(3));
        if bench.is_running(alloc_id(1), "t") {
            bench.exit(alloc_id(1), "t", 1);
        }
    }
    bench.pass(secs(2));
    assert_eq!(health(&bench), Some(false));
}

#[test]
fn an_update_in_place_is_judged_anew_for_its_deployment() {
    let mut bench = Bench::new();
    deploy(&mut bench, &deployed());
    bench.pass(secs(11));
    assert_eq!(health(&bench), Some(true));
    bench.change(alloc_id(1), |alloc| {
        alloc.deployment_id = Some(DeploymentId::from_random([2; 16]));
    });
    bench.pass(secs(1));
    assert_eq!(health(&bench), None);
    bench.pass(secs(10));
    assert_eq!(health(&bench), Some(true));
    assert_eq!(bench.started, ["t"]);
}
