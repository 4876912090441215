//! One task of an allocation: resources, usage, events.

use super::Look;
use super::task_event::describe;
use crate::api::view::{Alloc, TaskState, Usage};
use crate::cli::layout::{bytes, mebibytes, pairs, table};

/// A cell that stays blank instead of `<none>`.
const BLANK: &str = " ";

/// The names of an allocation's tasks in the order they run: prestart before main before poststart and
/// poststop, short-lived before sidecars, by name.
pub(crate) fn in_order(alloc: &Alloc) -> Vec<&str> {
    let mut names = alloc.task_names();
    names.sort_by_key(|name| {
        let lifecycle = alloc
            .job
            .task(&alloc.task_group, name)
            .and_then(|task| task.lifecycle.as_ref());
        let rank = match lifecycle.map(|l| (l.hook.as_str(), l.sidecar)) {
            Some(("prestart", false)) => 0,
            Some(("prestart", true)) => 1,
            Some(("poststart", false)) => 3,
            Some(("poststart", true)) => 4,
            Some(("poststop", _)) => 5,
            _ => 2,
        };
        (rank, *name)
    });
    names
}

/// `prestart sidecar`, `poststop`, or `main`.
pub(crate) fn lifecycle(alloc: &Alloc, task: &str) -> String {
    let task = alloc.job.task(&alloc.task_group, task);
    match task.and_then(|task| task.lifecycle.as_ref()) {
        Some(l) if l.sidecar => format!("{} sidecar", l.hook),
        Some(l) if !l.hook.is_empty() => l.hook.clone(),
        _ => "main".to_owned(),
    }
}

/// The whole block of one task. `usage`: what it uses now; `stats`: show that in detail.
pub(crate) fn block(
    alloc: &Alloc,
    name: &str,
    usage: Option<&Usage>,
    stats: bool,
    look: &Look<'_>,
) -> String {
    let default = TaskState::default();
    let state = alloc.task_states.get(name).unwrap_or(&default);
    let kind = match lifecycle(alloc, name) {
        kind if kind == "main" => String::new(),
        kind => format!(" ({kind})"),
    };
    let title = format!("Task \"{name}\"{kind} is \"{}\"", state.state);
    let mut text = look.section(
        &title,
        &format!("Task Resources:\n{}", resources(alloc, name, usage)),
    );
    if let Some(usage) = usage.filter(|_| stats) {
        text.push_str(&measured(usage));
    }
    text.push_str(&format!("\n\nTask Events:\n{}", times(state, look)));
    text.push_str(&format!("\n\nRecent Events:\n{}", events(state, look)));
    text
}

fn resources(alloc: &Alloc, name: &str, usage: Option<&Usage>) -> String {
    let given = alloc.allocated_resources.tasks.get(name);
    let older = alloc.task_resources.get(name);
    let cpu = given
        .map(|g| g.cpu.cpu_shares)
        .or(older.map(|o| o.cpu))
        .unwrap_or(0);
    let memory = given
        .map(|g| g.memory.memory_mb)
        .or(older.map(|o| o.memory_mb))
        .unwrap_or(0);
    let cores = given.map_or(0, |g| g.cpu.reserved_cores.len());
    let disk = match alloc.allocated_resources.shared.disk_mb {
        0 => alloc.resources.disk_mb,
        disk => disk,
    };
    let ticks = usage.map_or(0.0, |u| u.cpu_stats.total_ticks);
    let used = usage.map_or(0, |u| u.memory_stats.shown());
    let addresses = older.map(addresses).unwrap_or_default();
    let mut addresses = addresses.into_iter();
    let header_cpu = if cores > 0 {
        format!("CPU ({cores} cores)")
    } else {
        "CPU".to_owned()
    };
    let mut rows = vec![vec![
        format!("{ticks:.0}/{cpu} MHz"),
        format!("{}/{}", bytes(used), mebibytes(memory)),
        mebibytes(disk),
        addresses.next().unwrap_or_else(|| BLANK.to_owned()),
    ]];
    let max = given.map_or(0, |g| g.memory.memory_max_mb);
    if max > memory {
        let next = addresses.next().unwrap_or_else(|| BLANK.to_owned());
        rows.push(vec![
            BLANK.into(),
            format!("Max: {}", mebibytes(max)),
            BLANK.into(),
            next,
        ]);
    }
    rows.extend(addresses.map(|a| vec![BLANK.into(), BLANK.into(), BLANK.into(), a]));
    table(&[header_cpu.as_str(), "Memory", "Disk", "Addresses"], &rows)
}

/// Ports of the task's own networks (older jobs).
fn addresses(resources: &crate::api::view::Resources) -> Vec<String> {
    let ports = resources.networks.iter().flat_map(|net| {
        net.dynamic_ports
            .iter()
            .chain(&net.reserved_ports)
            .map(|port| format!("{}: {}:{}", port.label, net.ip, port.value))
    });
    ports.collect()
}

/// `Memory Stats` and `CPU Stats`: what the driver measures.
fn measured(usage: &Usage) -> String {
    let mut text = String::new();
    let memory = &usage.memory_stats;
    let figures: Vec<(&str, u64)> = memory
        .measured
        .iter()
        .filter_map(|name| Some((name.as_str(), memory.by_name(name)?)))
        .collect();
    if !figures.is_empty() {
        let header: Vec<&str> = figures.iter().map(|(name, _)| *name).collect();
        let row = figures.iter().map(|(_, value)| bytes(*value)).collect();
        text.push_str(&format!("\n\nMemory Stats\n{}", table(&header, &[row])));
    }
    let cpu = &usage.cpu_stats;
    if !cpu.measured.is_empty() {
        let row = vec![
            format!("{:.2}%", cpu.percent),
            cpu.throttled_periods.to_string(),
            cpu.throttled_time.to_string(),
        ];
        let header = ["Percent", "Throttled Periods", "Throttled Time"];
        text.push_str(&format!("\n\nCPU Stats\n{}", table(&header, &[row])));
    }
    text
}

fn times(state: &TaskState, look: &Look<'_>) -> String {
    let time = |moment| match look.time(moment) {
        text if text.is_empty() => "N/A".to_owned(),
        text => text,
    };
    pairs(&[
        ("Started At", time(state.started_at)),
        ("Finished At", time(state.finished_at)),
        ("Total Restarts", state.restarts.to_string()),
        ("Last Restart", time(state.last_restart)),
    ])
}

fn events(state: &TaskState, look: &Look<'_>) -> String {
    let rows: Vec<Vec<String>> = state
        .events
        .iter()
        .rev()
        .map(|event| vec![look.time(event.time), event.r#type.clone(), describe(event)])
        .collect();
    table(&["Time", "Type", "Description"], &rows)
}
