//! Constraints that a job implies by using a feature (spec/scheduler 3.4).
//!
//! They are added unless an equal one is there, and become part of the stored job.

use std::collections::BTreeSet;

use crate::model::constraint::ConstraintSpec;
use crate::model::group::TaskGroupSpec;
use crate::model::job::JobSpec;
use crate::model::service::ServiceSpec;
use crate::model::task::TaskSpec;

/// Adds the constraints that the job implies.
pub(super) fn imply(job: &mut JobSpec) {
    for group in job.task_groups.iter_mut().flatten() {
        imply_group(group);
        imply_signals(group);
        for task in group.tasks.iter_mut().flatten() {
            imply_task(task);
        }
    }
}

fn add(to: &mut Option<Vec<ConstraintSpec>>, ltarget: &str, operand: &str, rtarget: &str) {
    let wanted = ConstraintSpec {
        ltarget: ltarget.to_owned(),
        rtarget: rtarget.to_owned(),
        operand: operand.to_owned(),
    };
    let list = to.get_or_insert_default();
    if !list.contains(&wanted) {
        list.push(wanted);
    }
}

fn services(group: &TaskGroupSpec) -> impl Iterator<Item = &ServiceSpec> {
    let of_tasks = group
        .tasks
        .iter()
        .flatten()
        .flat_map(|task| task.services.iter().flatten());
    group.services.iter().flatten().chain(of_tasks)
}

fn imply_group(group: &mut TaskGroupSpec) {
    let native = services(group).any(|service| service.provider == "nomad");
    let native_checks = services(group).any(|service| {
        service.provider == "nomad" && service.checks.as_ref().is_some_and(|all| !all.is_empty())
    });
    let own = group.services.iter().flatten();
    let consul = has_consul(own);
    let vault = group
        .tasks
        .iter()
        .flatten()
        .any(|task| task.vault.is_some());
    let bridge = group
        .networks
        .iter()
        .flatten()
        .any(|network| network.mode == "bridge");
    let to = &mut group.constraints;
    if vault {
        add(to, "${attr.vault.version}", "semver", ">= 0.6.1");
    }
    if consul {
        add(to, "${attr.consul.version}", "semver", ">= 1.8.0");
    }
    if native {
        add(to, "${attr.nomad.service_discovery}", "=", "true");
    }
    if native_checks {
        add(to, "${attr.nomad.version}", "semver", ">= 1.4.0");
    }
    if bridge {
        for plugin in ["bridge", "firewall", "host-local", "loopback", "portmap"] {
            add(
                to,
                &format!("${{attr.plugins.cni.version.{plugin}}}"),
                "semver",
                ">= 0.4.0",
            );
        }
    }
}

fn has_consul<'s>(mut services: impl Iterator<Item = &'s ServiceSpec>) -> bool {
    services.any(|service| service.provider == "consul")
}

fn imply_task(task: &mut TaskSpec) {
    if has_consul(task.services.iter().flatten()) {
        let to = &mut task.constraints;
        add(to, "${attr.consul.version}", "semver", ">= 1.8.0");
    }
}

/// Signals that tasks of the group are sent; recorded as a constraint of the group.
fn imply_signals(group: &mut TaskGroupSpec) {
    let mut signals = BTreeSet::new();
    for task in group.tasks.iter().flatten() {
        collect_signals(task, &mut signals);
    }
    if !signals.is_empty() {
        let list = signals.into_iter().collect::<Vec<_>>().join(",");
        let to = &mut group.constraints;
        add(to, "${attr.os.signals}", "set_contains", &list);
    }
}

fn collect_signals(task: &TaskSpec, signals: &mut BTreeSet<String>) {
    if !task.kill_signal.is_empty() {
        signals.insert(task.kill_signal.clone());
    }
    let vault = task
        .vault
        .as_ref()
        .filter(|vault| vault.change_mode.as_deref() == Some("signal"));
    signals.extend(vault.and_then(|vault| vault.change_signal.clone()));
    let templates = task.templates.iter().flatten();
    let signaled = templates.filter(|template| template.change_mode.as_deref() == Some("signal"));
    signals.extend(signaled.filter_map(|template| template.change_signal.clone()));
}
