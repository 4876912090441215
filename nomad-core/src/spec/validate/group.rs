//! Rules for a task group.

use std::collections::BTreeMap;

use super::{Collector, Limits, constraint, network, policy, reschedule, service, task, volume};
use crate::model::TaskGroupSpec;
use crate::units::Span;

/// Smallest disk of a group, in MiB.
const DISK_MIB_MIN: i64 = 10;

pub(super) fn check(c: &mut Collector, group: &TaskGroupSpec, kind: &str, limits: &Limits) {
    check_shape(c, group, kind);
    constraint::check_all(c, &group.constraints);
    constraint::check_affinities(c, &group.affinities);
    constraint::check_spreads(c, &group.spreads);
    if let Some(restart) = &group.restart_policy {
        c.within("restart".into(), |c| policy::check_restart(c, restart));
    }
    reschedule::check(c, group.reschedule_policy.as_ref(), kind);
    check_update(c, group, kind);
    if let Some(disconnect) = &group.disconnect {
        c.within("disconnect".into(), |c| {
            policy::check_disconnect(c, disconnect, kind)
        });
    }
    check_scaling(c, group);
    check_disk(c, group);
    check_run_duration(c, group, kind);
    network::check_group(c, group);
    volume::check(c, group, kind);
    service::check_group(c, group);
    check_tasks(c, group, kind, limits);
    warn_legacy(c, group);
}

fn check_shape(c: &mut Collector, group: &TaskGroupSpec, kind: &str) {
    let count = group.count.unwrap_or_default();
    c.require(count >= 0, || "task group count can't be negative".into());
    c.require(kind != "system" || count <= 1, || {
        format!("has count {count}. Count cannot exceed 1 with system scheduler")
    });
    let has = |len: Option<usize>| len.is_some_and(|len| len > 0);
    if kind == "system" {
        c.require(!has(group.affinities.as_ref().map(Vec::len)), || {
            "system jobs may not have an affinity block".into()
        });
        c.require(!has(group.spreads.as_ref().map(Vec::len)), || {
            "system jobs may not have a spread block".into()
        });
    }
}

fn check_update(c: &mut Collector, group: &TaskGroupSpec, kind: &str) {
    if let Some(update) = &group.update {
        if matches!(kind, "service" | "system") {
            c.within("update".into(), |c| {
                policy::check_update(c, update, group.count)
            });
        } else {
            c.error(format!("job type {kind:?} does not allow update block"));
        }
    }
    if let Some(migrate) = &group.migrate {
        if kind == "service" {
            c.within("migrate".into(), |c| policy::check_migrate(c, migrate));
        } else {
            c.error(format!("job type {kind:?} does not allow migrate block"));
        }
    }
}

fn check_scaling(c: &mut Collector, group: &TaskGroupSpec) {
    let Some(scaling) = &group.scaling else {
        return;
    };
    c.within("scaling".into(), |c| {
        let (min, count) = (scaling.min.unwrap_or_default(), group.count.unwrap_or_default());
        c.require(min >= 0, || "minimum count must be specified and non-negative".into());
        let Some(max) = scaling.max else {
            return c.error("missing maximum count: set max");
        };
        c.require(min <= max, || "maximum count must not be less than minimum count".into());
        c.require(count >= min, || {
            format!("task group count must not be less than minimum count in scaling policy: {count} < {min}")
        });
        c.require(count <= max, || {
            format!("task group count must not be greater than maximum count in scaling policy: {count} > {max}")
        });
    });
}

fn check_disk(c: &mut Collector, group: &TaskGroupSpec) {
    let size = group
        .ephemeral_disk
        .as_ref()
        .and_then(|disk| disk.size_mb)
        .unwrap_or_default();
    c.require(size >= DISK_MIB_MIN, || {
        format!("minimum DiskMB value is {DISK_MIB_MIN}; got {size}")
    });
    for task in group.tasks.iter().flatten() {
        let Some(logs) = &task.log_config else {
            continue;
        };
        let total = logs.max_files.unwrap_or_default() * logs.max_file_size_mb.unwrap_or_default();
        c.require(total < size, || {
            format!(
                "task {:?}: log storage ({total} MB) must be less than requested disk capacity ({size} MB)",
                task.name
            )
        });
    }
}

fn check_run_duration(c: &mut Collector, group: &TaskGroupSpec, kind: &str) {
    if let Some(limit) = group.max_run_duration {
        c.require(limit > Span::ZERO, || {
            "max_run_duration must be greater than zero".into()
        });
        c.require(matches!(kind, "batch" | "sysbatch"), || {
            "max_run_duration can only be used with batch and sysbatch jobs".into()
        });
    }
}

fn check_tasks(c: &mut Collector, group: &TaskGroupSpec, kind: &str, limits: &Limits) {
    let tasks = group.tasks.as_deref().unwrap_or_default();
    c.require(!tasks.is_empty(), || "missing tasks for task group".into());
    let main = tasks.iter().any(|task| task.lifecycle.is_none());
    c.require(tasks.is_empty() || main, || {
        "must have at least one main task".into()
    });
    let leaders = tasks.iter().filter(|task| task.leader).count();
    c.require(leaders <= 1, || {
        format!("only one task may be marked as leader, not {leaders}")
    });
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, one) in tasks.iter().enumerate() {
        if one.name.is_empty() {
            c.error(format!("task {} missing name", at + 1));
        } else if let Some(first) = seen.insert(&one.name, at + 1) {
            c.error(format!(
                "task {} redefines {:?} from task {first}",
                at + 1,
                one.name
            ));
        }
        c.within(format!("task {:?}", one.name), |c| {
            task::check(c, one, group, kind, limits)
        });
    }
}

fn warn_legacy(c: &mut Collector, group: &TaskGroupSpec) {
    if group.stop_after_client_disconnect.is_some() {
        c.warn("stop_after_client_disconnect has no effect any more; use disconnect { stop_on_client_after }");
    }
    if group.max_client_disconnect.is_some() {
        c.warn("max_client_disconnect has no effect any more; use disconnect { lost_after }");
    }
    if group.prevent_reschedule_on_lost == Some(true) {
        c.warn(
            "prevent_reschedule_on_lost has no effect any more; use disconnect { replace = false }",
        );
    }
}
