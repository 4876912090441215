use nomad_core::model::node::NodeEligibility;
use nomad_core::model::{AllocClientStatus, NodeStatus};
use nomad_core::secret::Secret;
use nomad_core::units::Span;
use nomad_core::wire::node::{NodeAnswer, NodeCall, NodeRequest, Refusal};
use nomad_core::wire::operator::OperatorRequest;

use super::driver::{Driver, job, machine, report};
use crate::server::{Input, Ticket};

#[test]
fn a_node_registers_becomes_ready_and_keeps_beating_without_a_write() {
    let mut d = Driver::new();
    let id = d.seed.node_id();
    d.register(id).unwrap();
    assert_eq!(
        d.server.state().node(&id).unwrap().status,
        NodeStatus::Initializing
    );
    d.beat(id);
    assert_eq!(
        d.server.state().node(&id).unwrap().status,
        NodeStatus::Ready
    );
    let before = d.entries;
    for _ in 0..10 {
        d.pass(Span::from_secs(10));
        d.beat(id);
    }
    d.register(id).unwrap();
    assert_eq!(d.entries, before, "nothing changed, nothing is written");
}

#[test]
fn a_wrong_secret_is_refused() {
    let mut d = Driver::new();
    let id = d.node();
    let ticket = Ticket(1000);
    let request = Box::new(NodeRequest {
        node_id: id,
        secret: Secret::new("guess".to_owned()),
        call: NodeCall::Register {
            node: Box::new(machine(id)),
        },
    });
    d.feed(Input::Node { ticket, request });
    assert!(matches!(
        d.heard(ticket),
        Some(Err(Refusal::WrongSecret { .. }))
    ));
}

#[test]
fn a_silent_node_is_lost_and_its_work_moves() {
    let mut d = Driver::new();
    let silent = d.node();
    let web = job("web", 1);
    d.run(web.clone());
    let lost = d.live(&web)[0];
    let other = d.node();
    for _ in 0..6 {
        d.pass(Span::from_secs(9));
        d.beat(other);
    }
    assert_eq!(
        d.server.state().node(&silent).unwrap().status,
        NodeStatus::Down
    );
    assert_eq!(
        d.server.state().alloc(&lost).unwrap().client_status,
        AllocClientStatus::Lost
    );
    assert_eq!(d.pull(other), d.live(&web));
    let refused = d.call(silent, report(lost, AllocClientStatus::Running, None));
    assert!(matches!(refused, Err(Refusal::NotReady { .. })));
    d.beat(silent);
    assert_eq!(
        d.server.state().node(&silent).unwrap().status,
        NodeStatus::Ready
    );
}

#[test]
fn an_unknown_node_is_told_to_register() {
    let mut d = Driver::new();
    let id = d.seed.node_id();
    let status = NodeStatus::Ready;
    let answer = d.call(id, NodeCall::Heartbeat { status }).unwrap();
    assert!(matches!(
        answer,
        NodeAnswer::Lease {
            register_again: true,
            ..
        }
    ));
}

#[test]
fn a_poll_ends_when_its_time_is_over() {
    let mut d = Driver::new();
    let node = d.node();
    let poll = d.ask(
        node,
        NodeCall::PullAllocs {
            seen: d.server.state().index(),
            wait: Span::from_secs(5),
        },
    );
    d.pass(Span::from_secs(4));
    assert!(d.heard(poll).is_none());
    d.pass(Span::from_secs(1));
    assert!(matches!(
        d.heard(poll),
        Some(Ok(NodeAnswer::Assigned { .. }))
    ));
}

#[test]
fn an_ineligible_node_takes_nothing_new_until_it_is_eligible_again() {
    let mut d = Driver::new();
    let node = d.node();
    let set = |eligibility| OperatorRequest::SetNodeEligibility {
        node_id: node,
        eligibility,
    };
    d.operate(set(NodeEligibility::Ineligible)).unwrap();
    let web = job("web", 1);
    d.run(web.clone());
    assert!(d.live(&web).is_empty());
    d.operate(set(NodeEligibility::Eligible)).unwrap();
    assert_eq!(d.live(&web).len(), 1);
}

#[test]
fn a_node_cannot_report_about_others() {
    let mut d = Driver::new();
    let first = d.node();
    let web = job("web", 1);
    d.run(web.clone());
    let id = d.live(&web)[0];
    let second = d.node();
    let liar = if d.server.state().alloc(&id).unwrap().node_id == first {
        second
    } else {
        first
    };
    d.call(liar, report(id, AllocClientStatus::Failed, None))
        .unwrap();
    let alloc = d.server.state().alloc(&id).unwrap();
    assert_eq!(alloc.client_status, AllocClientStatus::Pending);
}

#[test]
fn a_new_leader_gives_nodes_five_minutes() {
    let mut d = Driver::new();
    let node = d.node();
    d.feed(Input::Leading(false));
    d.feed(Input::Leading(true));
    d.pass(Span::from_secs(299));
    assert_eq!(
        d.server.state().node(&node).unwrap().status,
        NodeStatus::Ready
    );
    d.pass(Span::from_secs(1));
    assert_eq!(
        d.server.state().node(&node).unwrap().status,
        NodeStatus::Down
    );
}
