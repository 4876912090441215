use nomad_core::model::{AllocClientStatus, EvalStatus, JobStatus, Trigger};
use nomad_core::units::{Index, Span};
use nomad_core::wire::node::{NodeAnswer, NodeCall};
use nomad_core::wire::operator::{OperatorAnswer, OperatorRefusal, OperatorRequest, RefusalKind};

use super::driver::{Driver, job, report};
use crate::server::Input;

#[test]
fn a_registered_job_runs_where_the_node_hears_of_it() {
    let mut d = Driver::new();
    let node = d.node();
    let poll = d.ask(
        node,
        NodeCall::PullAllocs {
            seen: d.server.state().index(),
            wait: Span::from_mins(5),
        },
    );
    assert!(d.heard(poll).is_none(), "nothing to hear yet");
    let eval = d.run(job("web", 1));
    assert_eq!(d.eval_status(eval), EvalStatus::Complete);
    let Some(Ok(NodeAnswer::Assigned { all, changed, .. })) = d.heard(poll) else {
        panic!("the poll is answered");
    };
    assert_eq!(all.len(), 1);
    assert_eq!(changed[0].job.id, "web");
    d.report(changed[0].alloc.id, AllocClientStatus::Running);
    let state = d.server.state();
    assert_eq!(
        state.job(&job("web", 1).key()).unwrap().status,
        JobStatus::Running
    );
}

#[test]
fn two_entries_take_a_job_from_registration_to_its_node() {
    let mut d = Driver::new();
    let node = d.node();
    let before = d.entries;
    d.run(job("web", 1));
    assert_eq!(
        d.entries - before,
        2,
        "the job; its plan with the end of its evaluation"
    );
    assert_eq!(d.pull(node).len(), 1);
}

#[test]
fn what_does_not_fit_waits_until_a_node_comes() {
    let mut d = Driver::new();
    d.node();
    let web = job("web", 3);
    let eval = d.run(web.clone());
    assert_eq!(d.eval_status(eval), EvalStatus::Blocked);
    assert_eq!(d.live(&web).len(), 2);
    d.node();
    assert_eq!(d.live(&web).len(), 3);
    assert_eq!(d.eval_status(eval), EvalStatus::Complete);
}

#[test]
fn room_that_another_job_leaves_is_used() {
    let mut d = Driver::new();
    d.node();
    let (first, second) = (job("first", 2), job("second", 1));
    d.run(first.clone());
    d.run(second.clone());
    assert!(d.live(&second).is_empty());
    let done = d.live(&first)[0];
    d.report(done, AllocClientStatus::Complete);
    assert_eq!(d.live(&second).len(), 1);
}

#[test]
fn a_failed_allocation_is_evaluated_and_replaced() {
    let mut d = Driver::new();
    d.node();
    let web = job("web", 1);
    d.run(web.clone());
    let failed = d.live(&web)[0];
    d.report(failed, AllocClientStatus::Failed);
    let replaced = d.live(&web);
    assert_eq!(replaced.len(), 1);
    assert_ne!(replaced[0], failed);
    let state = d.server.state();
    let mut evals = state.evals_of_job(&web.key());
    assert!(evals.any(|eval| eval.triggered_by == Trigger::RetryFailedAlloc));
}

#[test]
fn a_stopped_job_stops_and_a_purged_one_vanishes_from_its_node() {
    let mut d = Driver::new();
    let node = d.node();
    let web = job("web", 2);
    d.run(web.clone());
    let stop = |purge| OperatorRequest::DeregisterJob {
        job: job("web", 2).key(),
        purge,
        no_shutdown_delay: false,
        eval_priority: 0,
    };
    d.operate(stop(false)).unwrap();
    assert!(d.live(&web).is_empty());
    assert_eq!(d.pull(node).len(), 2);
    d.operate(stop(true)).unwrap();
    assert!(d.pull(node).is_empty());
    d.operate(stop(true))
        .expect("stopping nothing is a success");
}

#[test]
fn a_check_index_that_is_wrong_is_refused() {
    let mut d = Driver::new();
    let web = job("web", 1);
    d.run(web.clone());
    let refused = d
        .operate(OperatorRequest::RegisterJob {
            job: Box::new(job("web", 2)),
            submission: None,
            enforce_index: Some(Index(99)),
            preserve_counts: false,
            eval_priority: 0,
        })
        .unwrap_err();
    assert_eq!(refused.kind(), RefusalKind::Refused);
    assert!(
        refused
            .to_string()
            .starts_with("Enforcing job modify index")
    );
}

#[test]
fn scaling_changes_the_count_and_leaves_a_trace() {
    let mut d = Driver::new();
    d.node();
    let web = job("web", 1);
    d.run(web.clone());
    let scale = |count| OperatorRequest::ScaleJob {
        job: job("web", 1).key(),
        group: "g".parse().unwrap(),
        count: Some(count),
        override_policy: false,
        job_modify_index: None,
        event: nomad_core::command::ScalingEvent::default(),
    };
    d.operate(scale(2)).unwrap();
    assert_eq!(d.live(&web).len(), 2);
    let record = d.server.state().job_record(&web.key()).unwrap().clone();
    let event = &record.scaling_events["g"][0];
    assert_eq!((event.previous_count, event.count), (1, Some(2)));
    let refused = d.operate(scale(-1)).unwrap_err();
    assert!(matches!(
        refused,
        OperatorRefusal::BadCount { count: -1, .. }
    ));
}

#[test]
fn reports_that_arrive_together_are_written_together() {
    let mut d = Driver::new();
    let node = d.node();
    let web = job("web", 2);
    d.run(web.clone());
    let ids = d.live(&web);
    d.hold = true;
    let tickets: Vec<_> = (0..3)
        .map(|at| d.ask(node, report(ids[at % 2], AllocClientStatus::Running, None)))
        .collect();
    assert_eq!(d.held(), 1, "the first goes at once");
    let before = d.entries;
    d.release();
    assert_eq!(d.entries - before, 2, "the others go together");
    for ticket in tickets {
        assert!(matches!(d.heard(ticket), Some(Ok(NodeAnswer::Done { .. }))));
    }
}

#[test]
fn a_job_that_is_not_there_cannot_be_evaluated() {
    let mut d = Driver::new();
    let request = OperatorRequest::EvaluateJob {
        job: job("web", 1).key(),
        force_reschedule: false,
    };
    let refused = d.operate(request).unwrap_err();
    assert_eq!(refused.kind(), RefusalKind::Missing);
}

#[test]
fn a_server_that_does_not_lead_writes_nothing() {
    let mut d = Driver::new();
    let node = d.node();
    let poll = d.ask(
        node,
        NodeCall::PullAllocs {
            seen: d.server.state().index(),
            wait: Span::from_mins(5),
        },
    );
    d.feed(Input::Leading(false));
    assert!(
        matches!(d.heard(poll), Some(Err(_))),
        "parked polls hear of it"
    );
    let refused = d.operate(OperatorRequest::CollectGarbage).unwrap_err();
    assert_eq!(refused.kind(), RefusalKind::Later);
    assert!(d.register(node).is_err());
}

#[test]
fn a_new_leader_goes_on_where_the_old_one_stopped() {
    let mut d = Driver::new();
    let web = job("web", 1);
    let eval = d.run(web.clone());
    assert_eq!(d.eval_status(eval), EvalStatus::Blocked);
    d.feed(Input::Leading(false));
    d.feed(Input::Leading(true));
    d.node();
    assert_eq!(d.live(&web).len(), 1);
}

#[test]
fn garbage_goes_when_asked_for() {
    let mut d = Driver::new();
    d.node();
    let web = job("web", 1);
    d.run(web.clone());
    let id = d.live(&web)[0];
    let stop = OperatorRequest::DeregisterJob {
        job: web.key(),
        purge: false,
        no_shutdown_delay: false,
        eval_priority: 0,
    };
    d.operate(stop).unwrap();
    d.report(id, AllocClientStatus::Complete);
    d.pass(Span::from_secs(1));
    let answer = d.operate(OperatorRequest::CollectGarbage).unwrap();
    assert!(matches!(answer, OperatorAnswer::Done { updated: true, .. }));
    let state = d.server.state();
    assert!(state.job(&web.key()).is_none());
    assert_eq!((state.allocs().count(), state.evals().count()), (0, 0));
}
