//! What an allocation of an older version needs, and how it changes in place (spec/scheduler 11).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::board::Slot;
use super::field::is_in_reach;
use super::round::Cluster;
use crate::model::alloc::{AllocatedResources, AllocatedTask};
use crate::model::network::NetworkResource;
use crate::model::{Allocation, Job, Task, TaskGroup};
use crate::reconcile::Needs;

/// What an allocation of an older version needs.
pub(super) fn needs<'s>(
    cluster: &mut Cluster<'s>,
    job: &'s Job,
    alloc: &Allocation,
    group: &TaskGroup,
) -> Needs {
    let old = cluster.round.state.job_of(alloc);
    if old.is_some_and(|old| old.job_modify_index == job.job_modify_index) {
        return Needs::Nothing;
    }
    let Some((old, old_group)) =
        old.and_then(|old| Some((old, old.group(alloc.task_group.as_str())?)))
    else {
        return Needs::Replacement;
    };
    if differs(old, old_group, job, group) {
        return Needs::Replacement;
    }
    if alloc.is_terminal() {
        return Needs::Nothing;
    }
    let Some(at) = cluster.round.seats.find(&alloc.node_id) else {
        return Needs::Replacement;
    };
    let in_reach = cluster
        .round
        .seats
        .0
        .get(at)
        .is_some_and(|seat| is_in_reach(job, seat.node));
    if !in_reach {
        return Needs::Replacement;
    }
    cluster.leave(alloc);
    let slot = cluster
        .board(job, &group.name)
        .map(|(board, _, round)| board.peek(round, at));
    cluster.come_back(alloc);
    match slot {
        Some(Slot::Scored { .. }) => Needs::Inplace,
        _ => Needs::Replacement,
    }
}

/// The allocation with the new version of its job: what it holds of ports, devices and cores
/// stays.
pub(super) fn update(
    alloc: &Allocation,
    job: &Job,
    group: &TaskGroup,
    oversubscribe: bool,
) -> Allocation {
    let ask = crate::fit::Ask::of(group, oversubscribe);
    let old = &alloc.resources;
    let mut tasks = BTreeMap::new();
    let mut lives = BTreeMap::new();
    for task in &ask.tasks {
        let mut granted: AllocatedTask = old.tasks.get(task.name).cloned().unwrap_or_default();
        if granted.cpu.reserved_cores.is_empty() {
            granted.cpu.cpu_shares = task.cpu;
        }
        granted.memory.memory_mb = task.memory;
        granted.memory.memory_max_mb = task.memory_max;
        tasks.insert(task.name.clone(), granted);
        lives.insert(task.name.clone(), task.life.cloned());
    }
    let mut shared = old.shared.clone();
    shared.disk_mb = ask.total.disk;
    Allocation {
        job_version: job.version,
        job_create_index: job.create_index,
        resources: Arc::new(AllocatedResources {
            tasks,
            task_lifecycles: lives,
            shared,
        }),
        ..alloc.clone()
    }
}

/// A change that running allocations of the group cannot take over.
pub(crate) fn differs(old_job: &Job, old: &TaskGroup, new_job: &Job, new: &TaskGroup) -> bool {
    old.tasks.len() != new.tasks.len()
        || old.ephemeral_disk != new.ephemeral_disk
        || networks(&old.networks) != networks(&new.networks)
        || old.volumes != new.volumes
        || old.consul != new.consul && old.consul.is_some() && new.consul.is_some()
        || old.restart_policy.render_templates != new.restart_policy.render_templates
        || connects(old) != connects(new)
        || new.tasks.iter().any(|task| {
            old.task(task.name.as_str())
                .is_none_or(|before| task_differs((old_job, old, before), (new_job, new, task)))
        })
}

/// Networks without the numbers of dynamic ports.
fn networks(networks: &[NetworkResource]) -> Vec<NetworkResource> {
    let bare = |network: &NetworkResource| {
        let mut network = network.clone();
        network.ip.clear();
        network.device.clear();
        network.cidr.clear();
        for port in &mut network.dynamic_ports.0 {
            port.value = 0;
        }
        let by_label = |a: &crate::model::network::Port, b: &crate::model::network::Port| {
            a.label.cmp(&b.label)
        };
        network.dynamic_ports.0.sort_by(by_label);
        network.reserved_ports.0.sort_by(by_label);
        network
    };
    networks.iter().map(bare).collect()
}

/// What service mesh connections of the group's services depend on.
fn connects(group: &TaskGroup) -> Vec<(&str, Option<&serde_json::Value>, &str, &str)> {
    let meshed = group
        .services
        .iter()
        .filter(|service| service.connect.is_some());
    meshed
        .map(|service| {
            (
                &*service.name,
                service.connect.as_ref(),
                &*service.port_label,
                &*service.cluster,
            )
        })
        .collect()
}

type Place<'a> = (&'a Job, &'a TaskGroup, &'a Task);

/// Metadata as a task sees it: job, group, task.
fn meta(at: Place<'_>) -> BTreeMap<&str, &str> {
    let (job, group, task) = at;
    let all = job
        .meta
        .iter()
        .chain(group.meta.iter())
        .chain(task.meta.iter());
    all.map(|(key, value)| (key.as_str(), value.as_str()))
        .collect()
}

fn task_differs(old: Place<'_>, new: Place<'_>) -> bool {
    let (before, after) = (old.2, new.2);
    let render = |task: &Task| {
        task.restart_policy
            .as_ref()
            .map(|policy| policy.render_templates)
    };
    let (asked, asks) = (&before.resources, &after.resources);
    before.driver != after.driver
        || before.user != after.user
        || before.config != after.config
        || before.env != after.env
        || before.artifacts != after.artifacts
        || before.vault != after.vault
        || before.secrets != after.secrets
        || before.consul != after.consul
        || before.templates != after.templates
        || before.csi_plugin != after.csi_plugin
        || before.volume_mounts != after.volume_mounts
        || before.identity != after.identity
        || before.identities != after.identities
        || before.log_config.disabled != after.log_config.disabled
        || before.lifecycle != after.lifecycle
        || render(before) != render(after)
        || meta(old) != meta(new)
        || (asked.cpu, asked.cores, asked.memory_mb) != (asks.cpu, asks.cores, asks.memory_mb)
        || (asked.memory_max_mb, asked.secrets_mb) != (asks.memory_max_mb, asks.secrets_mb)
        || asked.devices != asks.devices
        || asked.numa != asks.numa
        || networks(&asked.networks) != networks(&asks.networks)
}
