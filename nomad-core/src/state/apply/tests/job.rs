use super::fixture::{Fixture, counted, enforcing, job, register};
use crate::command::Command;
use crate::model::{EvalStatus, JobStatus};
use crate::units::{Index, JobVersion};

#[test]
fn an_unchanged_job_is_not_written_but_evaluated() {
    let mut f = Fixture::new();
    let web = job("web");
    f.register(&web);
    let eval = f.register(&web);
    let stored = f.job(&web.key());
    assert_eq!(
        (stored.version, stored.modify_index),
        (JobVersion(0), Index(1))
    );
    assert_eq!(
        (eval.create_index, eval.job_modify_index),
        (Index(2), Index(1))
    );
}

#[test]
fn a_changed_job_becomes_the_next_version() {
    let mut f = Fixture::new();
    f.register(&counted("web", 1));
    let eval = f.register(&counted("web", 2));
    let stored = f.job(&job("web").key());
    assert_eq!(
        (stored.version, stored.create_index),
        (JobVersion(1), Index(1))
    );
    assert_eq!(
        (stored.job_modify_index, eval.job_modify_index),
        (Index(2), Index(2))
    );
}

#[test]
fn a_refused_check_index_changes_nothing_and_says_why() {
    let mut f = Fixture::new();
    let web = job("web");
    let missing = f.try_apply(enforcing(&web, 7)).unwrap_err().to_string();
    assert_eq!(missing, "Enforcing job modify index 7: job does not exist");
    f.apply(enforcing(&web, 0));
    let exists = f.try_apply(enforcing(&web, 0)).unwrap_err().to_string();
    assert_eq!(
        exists,
        "Enforcing job modify index 0: job exists with conflicting job modify index: 2"
    );
    f.apply(enforcing(&counted("web", 3), 2));
    assert_eq!(f.job(&web.key()).version, JobVersion(1));
}

#[test]
fn seven_versions_leave_six_but_what_an_allocation_runs_stays_unseen() {
    let mut f = Fixture::new();
    let node = f.node();
    let first = counted("web", 1);
    f.register(&first);
    let runs_first = f.place(&first, node);
    for count in 2..=8 {
        f.register(&counted("web", count));
    }
    let shown: Vec<u64> = f
        .state
        .job_versions(&first.key())
        .map(|it| it.version.0)
        .collect();
    assert_eq!(shown, [2, 3, 4, 5, 6, 7]);
    let alloc = f.alloc(runs_first);
    assert_eq!(f.state.job_of(&alloc).unwrap().version, JobVersion(0));
    assert!(f.state.job_version(&first.key(), JobVersion(1)).is_none());
    f.stop(runs_first);
    f.apply(Command::Collect {
        evals: vec![],
        allocs: vec![runs_first],
        deployments: vec![],
        jobs: vec![],
        nodes: vec![],
    });
    assert!(f.state.job_version(&first.key(), JobVersion(0)).is_none());
}

#[test]
fn the_only_stable_version_is_retired_last() {
    let mut f = Fixture::new();
    let web = job("web");
    f.register(&counted("web", 1));
    f.apply(Command::SetJobStability {
        job: web.key(),
        version: JobVersion(0),
        stable: true,
    });
    for count in 2..=7 {
        f.register(&counted("web", count));
    }
    let shown: Vec<u64> = f
        .state
        .job_versions(&web.key())
        .map(|it| it.version.0)
        .collect();
    assert_eq!(shown, [0, 2, 3, 4, 5, 6]);
}

#[test]
fn a_jobs_status_follows_from_what_is_not_over() {
    let mut f = Fixture::new();
    let node = f.node();
    let web = job("web");
    let eval = f.register(&web);
    assert_eq!(f.job(&web.key()).status, JobStatus::Pending);
    let alloc = f.place(&web, node);
    assert_eq!(f.job(&web.key()).status, JobStatus::Running);
    f.finish(&eval, EvalStatus::Complete);
    f.stop(alloc);
    assert_eq!(f.job(&web.key()).status, JobStatus::Dead);
}

#[test]
fn stopping_writes_a_version_and_purging_leaves_nothing() {
    let mut f = Fixture::new();
    let node = f.node();
    let web = job("web");
    let eval = f.register(&web);
    let alloc = f.place(&web, node);
    let deregister = |purge| Command::DeregisterJob {
        job: job("web").key(),
        purge,
        no_shutdown_delay: false,
        eval: None,
    };
    f.apply(deregister(false));
    let stopped = f.job(&web.key());
    assert!(stopped.stop);
    assert_eq!(stopped.version, JobVersion(1));
    let applied = f.apply(deregister(true));
    assert_eq!(applied.purged, [web.key()]);
    assert!(f.state.job(&web.key()).is_none());
    assert!(f.state.alloc(&alloc).is_none());
    let eval = f.state.eval(&eval.id).unwrap();
    assert_eq!(eval.status, EvalStatus::Complete);
    assert_eq!(eval.status_description, "job web deleted");
    assert_eq!(f.state.node_assignment_index(&node), f.state.index());
}

#[test]
fn a_job_registered_after_a_purge_is_another_incarnation() {
    let mut f = Fixture::new();
    let web = job("web");
    f.register(&web);
    f.apply(Command::DeregisterJob {
        job: web.key(),
        purge: true,
        no_shutdown_delay: false,
        eval: None,
    });
    f.apply(register(&web, None));
    let again = f.job(&web.key());
    assert_eq!(
        (again.version, again.create_index),
        (JobVersion(0), Index(3))
    );
}

#[test]
fn a_settled_evaluation_cancels_blocked_ones_and_stays_as_it_is() {
    let mut f = Fixture::new();
    let web = job("web");
    let first = f.register(&web);
    let second = f.register(&web);
    f.finish(&first, EvalStatus::Blocked);
    f.finish(&second, EvalStatus::Complete);
    let cancelled = f.state.eval(&first.id).unwrap();
    assert_eq!(cancelled.status, EvalStatus::Canceled);
    assert_eq!(
        cancelled.status_description,
        format!("evaluation \"{}\" successful", second.id)
    );
    f.finish(&first, EvalStatus::Complete);
    assert_eq!(
        f.state.eval(&first.id).unwrap().status,
        EvalStatus::Canceled
    );
}
