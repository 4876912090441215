//! Talking to servers.

use nomad_client::agent::{CallId, Input, Lane};
use nomad_core::model::alloc::AllocClientStatus;
use nomad_core::model::job::JobType;
use nomad_core::units::{Index, Span};
use nomad_core::wire::node::{NodeAnswer, NodeCall};

use super::bench::{Bench, job, secs, task};

fn is_register(call: &NodeCall) -> bool {
    matches!(call, NodeCall::Register { .. })
}

fn is_heartbeat(call: &NodeCall) -> bool {
    matches!(call, NodeCall::Heartbeat { .. })
}

#[test]
fn an_agent_registers_then_says_ready_then_asks_for_work_at_once() {
    let mut bench = Bench::new();
    bench.pass(Span::ZERO);
    let start = bench.calls[0].0;
    let kinds: Vec<&NodeCall> = bench.calls.iter().map(|(_, call)| call).collect();
    assert!(is_register(kinds[0]));
    assert!(bench.times_called(is_heartbeat) >= 1);
    assert!(
        kinds
            .iter()
            .any(|call| matches!(call, NodeCall::PullAllocs { .. }))
    );
    assert!(bench.calls.iter().all(|(at, _)| *at == start));
}

#[test]
fn a_heartbeat_follows_every_lease() {
    let mut bench = Bench::new();
    bench.pass(secs(60));
    assert_eq!(bench.times_called(is_register), 1);
    assert_eq!(bench.times_called(is_heartbeat), 1 + 6);
}

#[test]
fn a_server_that_is_away_is_tried_again_with_growing_pauses() {
    let mut bench = Bench::unstarted(Default::default());
    bench.server_up = false;
    bench.start(Vec::new());
    bench.pass(secs(300));
    let tries = bench.times_called(is_register);
    assert!((10..40).contains(&tries), "{tries} tries");
    bench.server_up = true;
    bench.pass(secs(31));
    assert!(bench.agent.contacted());
}

#[test]
fn tasks_run_on_while_servers_are_away_and_what_happened_is_told_later() {
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Batch, vec![task("t")]));
    bench.pass(secs(1));
    assert_eq!(bench.told(id), AllocClientStatus::Running);
    bench.server_up = false;
    bench.pass(secs(600));
    assert!(bench.is_running(id, "t"));
    bench.exit(id, "t", 0);
    bench.pass(secs(30));
    assert_eq!(bench.told(id), AllocClientStatus::Running);
    bench.server_up = true;
    bench.pass(secs(31));
    assert_eq!(bench.told(id), AllocClientStatus::Complete);
}

#[test]
fn a_running_task_is_told_at_the_instant_it_runs() {
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Service, vec![task("t")]));
    bench.pass(Span::ZERO);
    assert_eq!(bench.told(id), AllocClientStatus::Running);
}

#[test]
fn a_hundred_allocations_are_told_in_few_calls() {
    let mut bench = Bench::new();
    for number in 0..100 {
        bench.wanted_later(number);
    }
    bench.touch_server();
    bench.pass(secs(2));
    assert_eq!(bench.reported.len(), 100);
    let updates = bench.times_called(|call| matches!(call, NodeCall::UpdateAllocs { .. }));
    assert!(updates < 10, "{updates} calls");
}

impl Bench {
    fn wanted_later(&mut self, number: u8) {
        let up = std::mem::replace(&mut self.server_up, false);
        self.want(number, &job(JobType::Service, vec![task("t")]));
        self.server_up = up;
    }

    fn touch_server(&mut self) {
        let any = *self.wanted.keys().next().unwrap();
        self.change(any, |_| ());
    }
}

#[test]
fn an_answer_older_than_what_was_seen_stops_nothing() {
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Service, vec![task("t")]));
    bench.pass(secs(1));
    let seq = bench.times_called(|call| matches!(call, NodeCall::PullAllocs { .. })) as u64;
    bench.give(Input::Answered {
        id: CallId {
            lane: Lane::Pull,
            seq,
        },
        result: Ok(NodeAnswer::Assigned {
            index: Index(2),
            all: Vec::new(),
            changed: Vec::new(),
        }),
    });
    bench.pass(secs(20));
    assert!(bench.is_running(id, "t"));
    assert!(bench.stopped.is_empty());
}

#[test]
fn an_answer_that_comes_twice_counts_once() {
    let mut bench = Bench::new();
    let id = bench.want(1, &job(JobType::Service, vec![task("t")]));
    bench.give(Input::Answered {
        id: CallId {
            lane: Lane::Pull,
            seq: 1,
        },
        result: Ok(NodeAnswer::Assigned {
            index: Index(99),
            all: Vec::new(),
            changed: Vec::new(),
        }),
    });
    assert!(bench.is_running(id, "t"));
}

#[test]
fn a_node_that_the_servers_forgot_registers_again() {
    let mut bench = Bench::new();
    bench.pass(secs(1));
    bench.give_next_lease_refusal();
    bench.pass(secs(1));
    assert_eq!(bench.times_called(is_register), 2);
}

impl Bench {
    fn give_next_lease_refusal(&mut self) {
        // The heartbeat that is due in nine seconds is answered by a refusal.
        let seq = self.times_called(|call| is_register(call) || is_heartbeat(call)) as u64 + 1;
        let mut out = Vec::new();
        self.now = self.now.plus(secs(9));
        nomad_core::seam::Machine::handle(&mut self.agent, self.now, Input::Wake, &mut out);
        self.give(Input::Answered {
            id: CallId {
                lane: Lane::Lease,
                seq,
            },
            result: Err(super::bench::unknown_node()),
        });
    }
}

#[test]
fn an_allocation_stops_when_no_server_answers_for_as_long_as_its_group_allows() {
    let mut bench = Bench::new();
    let mut job = job(JobType::Service, vec![task("t")]);
    job.task_groups[0].stop_after_client_disconnect = Some(secs(60));
    let id = bench.want(1, &job);
    bench.pass(secs(1));
    bench.server_up = false;
    bench.pass(secs(45));
    assert!(bench.is_running(id, "t"));
    bench.pass(secs(25));
    assert!(!bench.is_running(id, "t"));
}
