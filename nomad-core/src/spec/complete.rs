//! Fills in what the server adds at registration: the half that depends on the cluster.

use crate::model::job::JobSpec;
use crate::model::network::{NetworkResourceSpec, PortSpec};
use crate::model::policy::UpdateStrategySpec;
use crate::model::task::TaskSpec;

/// Completes a canonical job with the server's defaults (spec/scheduler 3.1, spec/api-cli 4.6).
pub(super) fn complete(job: &mut JobSpec) {
    if job.datacenters.as_ref().is_none_or(Vec::is_empty) {
        job.datacenters = Some(vec!["*".to_owned()]);
    }
    if job.node_pool.as_deref().unwrap_or_default().is_empty() {
        job.node_pool = Some("default".to_owned());
    }
    job.update = job.update.take().map(|update| UpdateStrategySpec {
        stagger: update.stagger,
        max_parallel: update.max_parallel,
        ..UpdateStrategySpec::default()
    });
    if !matches!(job.kind.as_deref(), Some("service" | "system")) {
        job.update = None;
    }
    for group in job.task_groups.iter_mut().flatten() {
        group
            .networks
            .iter_mut()
            .flatten()
            .for_each(complete_network);
        group.tasks.iter_mut().flatten().for_each(complete_task);
    }
}

fn complete_network(network: &mut NetworkResourceSpec) {
    if network.mode.is_empty() {
        "host".clone_into(&mut network.mode);
    }
    let ports = network
        .reserved_ports
        .iter_mut()
        .chain(&mut network.dynamic_ports);
    ports.flatten().for_each(|port: &mut PortSpec| {
        if port.host_network.is_empty() {
            "default".clone_into(&mut port.host_network);
        }
    });
}

fn complete_task(task: &mut TaskSpec) {
    let resources = task.resources.iter_mut();
    let networks = resources.flat_map(|resources| resources.networks.iter_mut().flatten());
    networks.for_each(complete_network);
    let identity = task.identity.get_or_insert_default();
    if identity.name.is_empty() {
        "default".clone_into(&mut identity.name);
    }
    let audience: &mut Vec<String> = identity.audience.get_or_insert_default();
    if audience.is_empty() {
        audience.push("nomadproject.io".to_owned());
    }
}
