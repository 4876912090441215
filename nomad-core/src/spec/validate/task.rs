//! Rules for a task.

use super::{Collector, Limits, constraint, files, policy, resources};
use crate::model::{TaskGroupSpec, TaskSpec};
use crate::units::Span;

pub(super) fn check(
    c: &mut Collector,
    task: &TaskSpec,
    group: &TaskGroupSpec,
    kind: &str,
    limits: &Limits,
) {
    check_name(c, task);
    c.require(!task.driver.is_empty(), || "missing task driver".into());
    check_times(c, task, group, kind);
    check_lifecycle(c, task);
    if let Some(asked) = &task.resources {
        c.within("resources".into(), |c| resources::check(c, asked, limits));
    }
    constraint::check_all(c, &task.constraints);
    let distinct = |operand: &str| operand.starts_with("distinct_");
    if let Some(one) = task
        .constraints
        .iter()
        .flatten()
        .find(|one| distinct(&one.operand))
    {
        c.error(format!(
            "{} constraint can only be set at the job or group level",
            one.operand
        ));
    }
    if kind == "system" && task.affinities.as_ref().is_some_and(|all| !all.is_empty()) {
        c.error("system jobs may not have an affinity block");
    }
    constraint::check_affinities(c, &task.affinities);
    if let Some(restart) = &task.restart_policy {
        c.within("restart".into(), |c| policy::check_restart(c, restart));
    }
    check_logs(c, task);
    files::check(c, task, group);
    check_rest(c, task);
}

fn check_name(c: &mut Collector, task: &TaskSpec) {
    let name = task.name.as_str();
    c.require(name != "alloc", || {
        "task name cannot be \"alloc\": it is a directory of every allocation".into()
    });
    c.require(!name.contains(['/', '\\']), || {
        "task name cannot include slashes".into()
    });
    c.require(!name.contains('\0'), || {
        "task name cannot include null characters".into()
    });
}

fn check_times(c: &mut Collector, task: &TaskSpec, group: &TaskGroupSpec, kind: &str) {
    let kill = task.kill_timeout.unwrap_or_default();
    c.require(kill >= Span::ZERO, || {
        "kill_timeout must be a positive value".into()
    });
    c.require(task.shutdown_delay >= Span::ZERO, || {
        "shutdown_delay must be a positive value".into()
    });
    let progress = group
        .update
        .as_ref()
        .and_then(|update| update.progress_deadline);
    let progress = progress.unwrap_or_default();
    c.require(
        kind != "service" || progress <= Span::ZERO || kill <= progress,
        || format!("kill_timeout ({kill}) longer than the group's progress_deadline ({progress})"),
    );
}

fn check_lifecycle(c: &mut Collector, task: &TaskSpec) {
    let Some(lifecycle) = &task.lifecycle else {
        return;
    };
    let hook = lifecycle.hook.as_str();
    c.require(!hook.is_empty(), || "no lifecycle hook provided".into());
    c.require(matches!(hook, "" | "prestart" | "poststart" | "poststop"), || {
        format!("lifecycle: invalid hook: {hook:?}; one of \"prestart\", \"poststart\", \"poststop\" is needed")
    });
}

fn check_logs(c: &mut Collector, task: &TaskSpec) {
    let Some(logs) = &task.log_config else { return };
    let files = logs.max_files.unwrap_or_default();
    let size = logs.max_file_size_mb.unwrap_or_default();
    c.require(files >= 1, || {
        format!("minimum number of log files is 1; got {files}")
    });
    c.require(size >= 1, || {
        format!("minimum log file size is 1MB; got {size}")
    });
    if logs.enabled.is_some() && logs.disabled == logs.enabled {
        c.error("logs: enabled and disabled contradict each other; use disabled");
    }
}

fn check_rest(c: &mut Collector, task: &TaskSpec) {
    if let Some(plugin) = &task.csi_plugin {
        let kind = plugin.kind.as_str();
        c.require(matches!(kind, "node" | "controller" | "monolith"), || {
            format!(
                "csi_plugin type must be one of 'node', 'controller', or 'monolith', got: {kind:?}"
            )
        });
        c.require(!plugin.id.is_empty(), || {
            "csi_plugin must have a non-empty id".into()
        });
    }
    if let Some(payload) = &task.dispatch_payload {
        let inside = !payload.file.split('/').any(|part| part == "..");
        c.require(inside, || {
            "dispatch_payload: destination escapes allocation directory".into()
        });
    }
    c.require(task.schedule.is_none(), || {
        "schedule belongs to the enterprise edition and is not supported here".into()
    });
}
