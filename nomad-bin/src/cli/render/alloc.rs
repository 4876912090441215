//! One allocation (spec/api-cli 3.7).

use super::{Look, metric, task};
use crate::api::view::{Alloc, AllocUsage};
use crate::cli::layout::{go_duration, pairs, table};

/// The whole page. `usage`: what its tasks use now; `stats`: show that in detail.
pub(crate) fn page(
    alloc: &Alloc,
    usage: Option<&AllocUsage>,
    stats: bool,
    look: &Look<'_>,
) -> String {
    let mut text = head(alloc, look);
    text.push_str(&addresses(alloc, look));
    for name in task::in_order(alloc) {
        let usage = usage
            .and_then(|u| u.tasks.get(name))
            .map(|t| &t.resource_usage);
        text.push_str(&task::block(alloc, name, usage, stats, look));
    }
    if look.verbose {
        let bullets = metric::bullets(&alloc.metrics, "  ");
        let scores = metric::scores(&alloc.metrics).unwrap_or_default();
        let both: Vec<String> = [bullets, scores]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        text.push_str(&look.section("Placement Metrics", &both.join("\n\n")));
    }
    text
}

/// `-short`: few lines and a table of tasks.
pub(crate) fn short(alloc: &Alloc, look: &Look<'_>) -> String {
    let head = pairs(&[
        ("ID", alloc.id.clone()),
        ("Name", alloc.name.clone()),
        ("Created", look.age(alloc.create_time)),
        ("Modified", look.age(alloc.modify_time)),
    ]);
    let rows: Vec<Vec<String>> = task::in_order(alloc)
        .into_iter()
        .map(|name| {
            let state = alloc.task_states.get(name);
            let last = state.and_then(|state| state.events.last());
            vec![
                name.to_owned(),
                state.map_or_else(String::new, |state| state.state.clone()),
                last.map_or_else(String::new, |event| event.r#type.clone()),
                last.map_or_else(String::new, |event| look.time(event.time)),
                task::lifecycle(alloc, name),
            ]
        })
        .collect();
    let header = ["Name", "State", "Last Event", "Time", "Lifecycle"];
    format!("{head}{}", look.section("Tasks", &table(&header, &rows)))
}

fn head(alloc: &Alloc, look: &Look<'_>) -> String {
    let mut rows = vec![
        ("ID", alloc.id.clone()),
        ("Eval ID", look.id(&alloc.eval_id)),
        ("Name", alloc.name.clone()),
        ("Node ID", look.id(&alloc.node_id)),
        ("Node Name", alloc.node_name.clone()),
        ("Job ID", alloc.job_id.clone()),
        ("Job Version", alloc.job.version.to_string()),
        ("Client Status", alloc.client_status.clone()),
        ("Client Description", alloc.client_description.clone()),
        ("Desired Status", alloc.desired_status.clone()),
        ("Desired Description", alloc.desired_description.clone()),
        ("Created", look.age(alloc.create_time)),
        ("Modified", look.age(alloc.modify_time)),
    ];
    deployment_rows(alloc, look, &mut rows);
    reschedule_rows(alloc, look, &mut rows);
    if look.verbose {
        let m = &alloc.metrics;
        rows.push(("Evaluated Nodes", m.nodes_evaluated.to_string()));
        rows.push(("Filtered Nodes", m.nodes_filtered.to_string()));
        rows.push(("Exhausted Nodes", m.nodes_exhausted.to_string()));
        rows.push(("Allocation Time", go_duration(m.allocation_time)));
        rows.push(("Failures", m.coalesced_failures.to_string()));
    }
    pairs(&rows)
}

fn deployment_rows(alloc: &Alloc, look: &Look<'_>, rows: &mut Vec<(&'static str, String)>) {
    if alloc.deployment_id.is_empty() {
        return;
    }
    let health = alloc.deployment_status.clone().unwrap_or_default();
    let word = match health.healthy {
        Some(true) => "healthy",
        Some(false) => "unhealthy",
        None => "unset",
    };
    rows.push(("Deployment ID", look.id(&alloc.deployment_id)));
    rows.push(("Deployment Health", word.to_owned()));
    if health.canary {
        rows.push(("Canary", "true".to_owned()));
    }
}

fn reschedule_rows(alloc: &Alloc, look: &Look<'_>, rows: &mut Vec<(&'static str, String)>) {
    let events = alloc
        .reschedule_tracker
        .as_ref()
        .map(|t| t.events.as_slice())
        .unwrap_or_default();
    let group = alloc.job.group(&alloc.task_group);
    let policy = group
        .and_then(|group| group.reschedule_policy.clone())
        .unwrap_or_default();
    let limited = policy
        .attempts
        .filter(|n| *n > 0 && policy.unlimited != Some(true));
    if let Some(attempts) = limited.filter(|_| !events.is_empty()) {
        let since = look.now.0.saturating_sub(policy.interval.unwrap_or(0));
        let recent = events
            .iter()
            .filter(|e| e.reschedule_time.0 > since)
            .count();
        rows.push(("Reschedule Attempts", format!("{recent}/{attempts}")));
    }
    if !alloc.next_allocation.is_empty() {
        rows.push(("Replacement Alloc ID", look.id(&alloc.next_allocation)));
    }
}

/// `Allocation Addresses`: ports of the group.
fn addresses(alloc: &Alloc, look: &Look<'_>) -> String {
    let shared = &alloc.allocated_resources.shared;
    if shared.ports.is_empty() {
        return String::new();
    }
    let mode = shared
        .networks
        .first()
        .map_or("", |network| network.mode.as_str());
    let is_dynamic = |label: &str| {
        shared
            .networks
            .iter()
            .flat_map(|n| &n.dynamic_ports)
            .any(|port| port.label == label)
    };
    let rows: Vec<Vec<String>> = shared
        .ports
        .iter()
        .map(|port| {
            let to = if port.to > 0 {
                format!(" -> {}", port.to)
            } else {
                String::new()
            };
            vec![
                format!("*{}", port.label),
                if is_dynamic(&port.label) { "yes" } else { "no" }.to_owned(),
                format!("{}:{}{to}", port.host_ip, port.value),
            ]
        })
        .collect();
    let title = match mode {
        "" | "host" => "Allocation Addresses:".to_owned(),
        mode => format!("Allocation Addresses (mode = \"{mode}\"):"),
    };
    look.section(&title, &table(&["Label", "Dynamic", "Address"], &rows))
}

#[cfg(test)]
mod tests {
    use super::super::look::plain::look;
    use super::*;

    fn alloc() -> Alloc {
        serde_json::from_str(
            r#"{"ID":"aaaaaaaa-1","EvalID":"eeeeeeee-1","Name":"web.api[0]","NodeID":"nnnnnnnn-1","NodeName":"n1","JobID":"web",
             "Job":{"Version":3,"TaskGroups":[{"Name":"api","Tasks":[{"Name":"srv"},{"Name":"log","Lifecycle":{"Hook":"prestart","Sidecar":true}}]}]},
             "TaskGroup":"api","ClientStatus":"running","DesiredStatus":"run","CreateTime":1935999990000000000,"ModifyTime":1935999999000000000,
             "DeploymentID":"dddddddd-1","DeploymentStatus":{"Healthy":true},
             "AllocatedResources":{"Tasks":{"srv":{"Cpu":{"CpuShares":500},"Memory":{"MemoryMB":256,"MemoryMaxMB":512}}},
               "Shared":{"DiskMB":300,"Networks":[{"Mode":"bridge","DynamicPorts":[{"Label":"http"}]}],"Ports":[{"Label":"http","Value":22042,"To":80,"HostIP":"10.0.0.5"}]}},
             "TaskStates":{"srv":{"State":"running","StartedAt":"2031-05-08T09:46:31Z","Events":[{"Type":"Received","Time":1935999990000000000},{"Type":"Started","Time":1935999991000000000}]},
               "log":{"State":"running"}}}"#,
        )
        .unwrap()
    }

    #[test]
    fn tasks_come_in_the_order_they_run_with_resources_and_newest_event_first() {
        let usage: AllocUsage = serde_json::from_str(
            r#"{"Tasks":{"srv":{"ResourceUsage":{"MemoryStats":{"RSS":6606028},"CpuStats":{"TotalTicks":12.4}}}}}"#,
        )
        .unwrap();
        let text = page(&alloc(), Some(&usage), false, &look(false));
        assert!(
            text.contains("Deployment ID       = dddddddd\nDeployment Health   = healthy\n"),
            "{text}"
        );
        assert!(text.contains(
            "Allocation Addresses (mode = \"bridge\"):\nLabel  Dynamic  Address\n*http  yes      10.0.0.5:22042 -> 80"
        ));
        let log = text
            .find("Task \"log\" (prestart sidecar) is \"running\"")
            .unwrap();
        let srv = text.find("Task \"srv\" is \"running\"").unwrap();
        assert!(log < srv);
        assert!(text.contains(
            "CPU         Memory           Disk     Addresses\n12/500 MHz  6.3 MiB/256 MiB  300 MiB\n            Max: 512 MiB"
        ));
        assert!(text.contains("Started At     = 2031-05-08T09:46:31Z\nFinished At    = N/A\n"));
        assert!(text.contains(
            "2031-05-08T09:46:31Z  Started   Task started by client\n2031-05-08T09:46:30Z  Received  Task received by client"
        ));
    }

    #[test]
    fn the_short_page_is_a_table_of_tasks() {
        assert_eq!(
            short(&alloc(), &look(false)),
            "ID       = aaaaaaaa-1\nName     = web.api[0]\nCreated  = 10s ago\nModified = 1s ago\n\n\
             Tasks\n\
             Name  State    Last Event  Time                  Lifecycle\n\
             log   running  <none>      <none>                prestart sidecar\n\
             srv   running  Started     2031-05-08T09:46:31Z  main"
        );
    }
}
