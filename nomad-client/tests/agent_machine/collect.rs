//! Removing what has ended, and ending the agent.

use nomad_client::agent::{AgentConfig, Input, LocalRequest, RequestError, Shutdown};
use nomad_core::model::job::JobType;

use super::bench::{Bench, job, secs, task};

#[test]
fn an_allocation_that_the_server_forgot_is_stopped_and_removed() {
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Service, vec![task("t")]));
    bench.forget(id);
    bench.pass(secs(1));
    assert!(bench.running.is_empty());
    assert_eq!(bench.removed_dirs, [id]);
    assert!(bench.stored.is_empty());
    assert!(bench.agent.snapshot(id).is_none());
}

#[test]
fn the_oldest_ended_allocations_go_when_there_are_too_many() {
    let config = AgentConfig {
        gc_max_allocs: 3,
        ..AgentConfig::default()
    };
    let mut bench = Bench::unstarted(config);
    bench.start(Vec::new());
    let job = job(JobType::Batch, vec![task("t")]);
    let ids: Vec<_> = (1..=5).map(|number| bench.want(number, &job)).collect();
    for id in &ids {
        bench.exit(*id, "t", 0);
        bench.pass(secs(1));
    }
    assert_eq!(bench.removed_dirs, ids[..2]);
    // The server still lists them; they do not come back.
    bench.change(ids[4], |_| ());
    bench.pass(secs(1));
    assert_eq!(bench.agent.allocs(), ids[2..]);
}

#[test]
fn only_ended_allocations_can_be_collected() {
    let mut bench = Bench::new();
    let alloc = bench.want(1, &job(JobType::Batch, vec![task("t")]));
    let not_ended = Err(RequestError::NotEnded { alloc });
    assert_eq!(
        bench.ask(1, LocalRequest::Collect { alloc }),
        Some(not_ended)
    );
    bench.exit(alloc, "t", 0);
    assert_eq!(bench.ask(2, LocalRequest::CollectAll), Some(Ok(())));
    assert_eq!(bench.removed_dirs, [alloc]);
}

#[test]
fn a_development_agent_ends_when_nothing_is_left_of_its_tasks() {
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Service, vec![task("t")]));
    bench.deaf.insert("t".to_owned());
    bench.give(Input::Shutdown(Shutdown::RemoveAll));
    bench.pass(secs(1));
    assert!(!bench.finished);
    bench.exit(id, "t", 137);
    assert!(bench.finished);
    assert_eq!(bench.removed_dirs, [id]);
}

#[test]
fn an_agent_that_keeps_its_tasks_ends_at_once() {
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Service, vec![task("t")]));
    bench.give(Input::Shutdown(Shutdown::KeepTasks));
    assert!(bench.finished);
    assert!(bench.is_running(id, "t"));
}
