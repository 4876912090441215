use super::fixture::{Fixture, job};
use crate::command::Command;
use crate::model::plan::AllocStop;
use crate::model::{AllocClientStatus as Status, AllocDesiredStatus, DesiredTransition, Plan};
use crate::state::Topic;
use crate::units::Index;

#[test]
fn a_placed_allocation_starts_and_the_summary_counts_it() {
    let mut f = Fixture::new();
    let node = f.node();
    let web = job("web");
    f.register(&web);
    let id = f.place(&web, node);
    let summary = |f: &Fixture| {
        let record = f.state.job_record(&job("web").key()).unwrap();
        record.summary["g"]
    };
    assert_eq!(summary(&f).starting, 1);
    f.report(id, Status::Running);
    assert_eq!((summary(&f).starting, summary(&f).running), (0, 1));
    f.report(id, Status::Failed);
    assert_eq!((summary(&f).running, summary(&f).failed), (0, 1));
}

#[test]
fn a_clients_report_does_not_make_the_node_fetch_again() {
    let mut f = Fixture::new();
    let node = f.node();
    let web = job("web");
    f.register(&web);
    let id = f.place(&web, node);
    let placed_at = f.state.index();
    let applied = f.report(id, Status::Running);
    assert!(!applied.touched.contains(&Topic::NodeAssignments(node)));
    assert!(applied.touched.contains(&Topic::NodeAllocs(node)));
    assert_eq!(f.state.node_assignment_index(&node), placed_at);
    let alloc = f.alloc(id);
    assert_eq!(alloc.alloc_modify_index, placed_at);
    assert_eq!(alloc.modify_index, f.state.index());
    assert_eq!(
        f.state.node(&node).unwrap().last_alloc_update_index,
        f.state.index()
    );
}

#[test]
fn a_terminal_status_is_final() {
    let mut f = Fixture::new();
    let node = f.node();
    let web = job("web");
    f.register(&web);
    let id = f.place(&web, node);
    let applied = f.report(id, Status::Complete);
    assert!(applied.freed.contains(&node), "its room is free");
    f.report(id, Status::Running);
    assert_eq!(f.alloc(id).client_status, Status::Complete);
    f.commit(Plan {
        stops: vec![AllocStop {
            id,
            client_status: Some(Status::Lost),
            ..AllocStop::default()
        }],
        ..Plan::default()
    });
    assert_eq!(f.alloc(id).client_status, Status::Complete);
}

#[test]
fn a_plan_keeps_what_the_client_reported_and_never_unstops() {
    let mut f = Fixture::new();
    let node = f.node();
    let web = job("web");
    f.register(&web);
    let id = f.place(&web, node);
    let seen_by_the_scheduler = (*f.alloc(id)).clone();
    f.report(id, Status::Running);
    f.stop(id);
    f.commit(Plan {
        updates: vec![seen_by_the_scheduler],
        ..Plan::default()
    });
    let alloc = f.alloc(id);
    assert_eq!(alloc.client_status, Status::Running);
    assert_eq!(alloc.desired_status, AllocDesiredStatus::Stop);
}

#[test]
fn a_placement_of_a_stopped_job_is_dropped() {
    let mut f = Fixture::new();
    let node = f.node();
    let web = job("web");
    f.register(&web);
    let late = f.planned(&web, node);
    f.apply(Command::DeregisterJob {
        job: web.key(),
        purge: false,
        no_shutdown_delay: false,
        eval: None,
    });
    let id = late.id;
    f.commit(Plan {
        placements: vec![late],
        ..Plan::default()
    });
    assert!(f.state.alloc(&id).is_none());
}

#[test]
fn a_replacement_is_linked_both_ways() {
    let mut f = Fixture::new();
    let node = f.node();
    let web = job("web");
    f.register(&web);
    let first = f.place(&web, node);
    let mut second = f.planned(&web, node);
    second.previous_allocation = Some(first);
    let id = second.id;
    f.commit(Plan {
        placements: vec![second],
        ..Plan::default()
    });
    assert_eq!(f.alloc(first).next_allocation, Some(id));
}

#[test]
fn wishes_add_up_and_reach_the_node() {
    let mut f = Fixture::new();
    let node = f.node();
    let web = job("web");
    f.register(&web);
    let id = f.place(&web, node);
    let wish = |change: DesiredTransition| Command::UpdateDesiredTransitions {
        transitions: vec![(id, change)],
        evals: vec![],
    };
    f.apply(wish(DesiredTransition {
        migrate: Some(true),
        ..DesiredTransition::default()
    }));
    f.apply(wish(DesiredTransition {
        no_shutdown_delay: Some(true),
        ..DesiredTransition::default()
    }));
    let alloc = f.alloc(id);
    assert_eq!(alloc.desired_transition.migrate, Some(true));
    assert_eq!(alloc.desired_transition.no_shutdown_delay, Some(true));
    assert_eq!(alloc.alloc_modify_index, Index(5));
}
