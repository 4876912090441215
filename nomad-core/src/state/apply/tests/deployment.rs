use super::fixture::{Fixture, job};
use crate::command::{AllocUpdate, Command};
use crate::id::{AllocId, DeploymentId};
use crate::model::alloc::AllocDeploymentStatus;
use crate::model::{
    AllocClientStatus, Deployment, DeploymentState, DeploymentStatus, JobStatus, Plan,
};
use crate::state::ApplyError;
use crate::units::{JobVersion, Span};

fn deploying(f: &mut Fixture, canary: bool) -> (DeploymentId, AllocId) {
    let node = f.node();
    let web = job("web");
    f.register(&web);
    let id = f.seed.deployment_id();
    let mut alloc = f.planned(&web, node);
    alloc.deployment_id = Some(id);
    alloc.deployment_status = canary.then(|| AllocDeploymentStatus {
        canary: true,
        ..AllocDeploymentStatus::default()
    });
    let group = DeploymentState {
        desired_total: 1,
        desired_canaries: i64::from(canary),
        progress_deadline: Span::from_mins(10),
        ..DeploymentState::default()
    };
    let deployment = Deployment {
        id,
        job_id: web.id.clone(),
        job_create_index: f.job(&web.key()).create_index,
        task_groups: [("g".parse().unwrap(), group)].into(),
        ..Deployment::default()
    };
    let alloc_id = alloc.id;
    f.commit(Plan {
        placements: vec![alloc],
        deployment: Some(deployment),
        ..Plan::default()
    });
    (id, alloc_id)
}

fn group(f: &Fixture, id: DeploymentId) -> DeploymentState {
    f.state.deployment(&id).unwrap().task_groups["g"].clone()
}

fn report_health(f: &mut Fixture, id: AllocId, healthy: bool) {
    f.apply(Command::UpdateAllocsFromClient {
        updates: vec![AllocUpdate {
            id,
            client_status: AllocClientStatus::Running,
            deployment_status: Some(AllocDeploymentStatus {
                healthy: Some(healthy),
                ..AllocDeploymentStatus::default()
            }),
            ..AllocUpdate::default()
        }],
        evals: vec![],
    });
}

#[test]
fn counters_and_deadline_follow_the_allocations() {
    let mut f = Fixture::new();
    let (id, alloc) = deploying(&mut f, false);
    let placed = group(&f, id);
    assert_eq!(placed.placed_allocs, 1);
    let made = f.alloc(alloc).create_time;
    assert_eq!(placed.require_progress_by, made.plus(Span::from_mins(10)));
    report_health(&mut f, alloc, true);
    let healthy = group(&f, id);
    assert_eq!((healthy.healthy_allocs, healthy.unhealthy_allocs), (1, 0));
    assert!(healthy.require_progress_by > placed.require_progress_by);
    report_health(&mut f, alloc, true);
    assert_eq!(group(&f, id), healthy, "said twice is said once");
}

#[test]
fn success_marks_the_version_stable_and_is_final() {
    let mut f = Fixture::new();
    let (id, _) = deploying(&mut f, false);
    let key = job("web").key();
    let status = |status| Command::UpdateDeploymentStatus {
        deployment_id: id,
        status,
        description: "Deployment completed successfully".to_owned(),
        revert_to: None,
        eval: None,
    };
    f.apply(status(DeploymentStatus::Successful));
    assert!(f.job(&key).stable);
    assert_eq!(f.job(&key).status, JobStatus::Running);
    let refused = f.try_apply(status(DeploymentStatus::Failed)).unwrap_err();
    assert!(matches!(refused, ApplyError::DeploymentOver { .. }));
}

#[test]
fn canaries_are_promoted_once_they_are_healthy() {
    let mut f = Fixture::new();
    let (id, alloc) = deploying(&mut f, true);
    let promote = || Command::PromoteDeployment {
        deployment_id: id,
        groups: None,
        eval: None,
    };
    assert_eq!(group(&f, id).placed_canaries, [alloc]);
    let early = f.try_apply(promote()).unwrap_err();
    assert!(matches!(
        early,
        ApplyError::CanariesNotHealthy { healthy: 0, .. }
    ));
    report_health(&mut f, alloc, true);
    assert!(
        f.alloc(alloc).deployment_status.unwrap().canary,
        "the server's flag"
    );
    f.apply(promote());
    assert!(group(&f, id).promoted);
    assert!(!f.alloc(alloc).deployment_status.unwrap().canary);
}

#[test]
fn failing_with_a_revert_writes_the_old_job_as_a_new_version() {
    let mut f = Fixture::new();
    let (id, _) = deploying(&mut f, false);
    let old = super::fixture::counted("web", 5);
    f.apply(Command::UpdateDeploymentStatus {
        deployment_id: id,
        status: DeploymentStatus::Failed,
        description: String::new(),
        revert_to: Some(Box::new(old.clone())),
        eval: None,
    });
    let job = f.job(&old.key());
    assert_eq!((job.version, job.task_groups[0].count), (JobVersion(1), 5));
}

#[test]
fn a_stale_plan_does_not_undo_a_promotion() {
    let mut f = Fixture::new();
    let (id, alloc) = deploying(&mut f, true);
    let stale = (**f.state.deployment(&id).unwrap()).clone();
    report_health(&mut f, alloc, true);
    f.apply(Command::PromoteDeployment {
        deployment_id: id,
        groups: None,
        eval: None,
    });
    f.commit(Plan {
        deployment: Some(stale),
        ..Plan::default()
    });
    let kept = group(&f, id);
    assert!(kept.promoted);
    assert_eq!(kept.healthy_allocs, 1);
}
