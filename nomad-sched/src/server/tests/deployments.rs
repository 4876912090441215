use nomad_core::model::{AllocClientStatus, DeploymentStatus};
use nomad_core::units::{JobVersion, Span};

use super::driver::{Driver, deployed};

fn status(d: &Driver) -> (DeploymentStatus, String) {
    let latest = d
        .server
        .state()
        .latest_deployment(&deployed("web", 1).key());
    let latest = latest.unwrap();
    (latest.status, latest.status_description.clone())
}

#[test]
fn a_healthy_allocation_ends_the_deployment_and_marks_the_version_stable() {
    let mut d = Driver::new();
    d.node();
    let web = deployed("web", 1);
    d.run(web.clone());
    assert_eq!(status(&d).0, DeploymentStatus::Running);
    let id = d.live(&web)[0];
    d.report_health(id, true);
    assert_eq!(status(&d).0, DeploymentStatus::Successful);
    assert!(d.server.state().job(&web.key()).unwrap().stable);
}

#[test]
fn a_deadline_fails_the_deployment_at_its_time() {
    let mut d = Driver::new();
    let node = d.node();
    d.run(deployed("web", 1));
    for _ in 0..66 {
        d.pass(Span::from_secs(9));
        d.beat(node);
    }
    assert_eq!(
        status(&d).0,
        DeploymentStatus::Running,
        "594 s are not 600 s"
    );
    d.pass(Span::from_secs(6));
    let (status, description) = status(&d);
    assert_eq!(status, DeploymentStatus::Failed);
    assert_eq!(
        description,
        "Failed due to progress deadline - no stable job version to auto revert to"
    );
}

#[test]
fn a_version_that_dies_goes_back_to_the_stable_one() {
    let mut d = Driver::new();
    d.node();
    d.node();
    let good = deployed("web", 1);
    d.run(good.clone());
    let id = d.live(&good)[0];
    d.report_health(id, true);
    let mut bad = deployed("web", 1);
    bad.task_groups[0].reschedule_policy = None;
    bad.priority = 60;
    d.run(bad.clone());
    let id = d.live(&bad)[0];
    d.report(id, AllocClientStatus::Running);
    d.report_health(id, false);
    let job = d.server.state().job(&good.key()).unwrap();
    assert_eq!((job.version, job.priority), (JobVersion(2), 50));
    let deployments = d.server.state().deployments_of_job(&good.key());
    let failed: Vec<_> = deployments
        .filter(|it| it.status == DeploymentStatus::Failed)
        .map(|it| it.status_description.clone())
        .collect();
    assert_eq!(
        failed,
        ["Failed due to unhealthy allocations - rolling back to job version 0"]
    );
}
