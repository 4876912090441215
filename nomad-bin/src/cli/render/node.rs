//! Nodes: the list, and one node (spec/api-cli 3.7).

use std::collections::BTreeMap;

use super::{Look, allocs, node_usage};
use crate::api::view::{Alloc, AllocStub, AllocUsage, HostUsage, Node, NodeStub};
use crate::cli::layout::{go_duration, pairs, table};

/// Columns of the list that are shown on request.
#[derive(Clone, Copy, Default)]
pub(crate) struct Extra {
    /// Operating system.
    pub(crate) os: bool,
    /// Address and version.
    pub(crate) verbose: bool,
}

/// The list. `running`: number of running allocations by node, if asked for.
pub(crate) fn list(
    nodes: &[NodeStub],
    extra: Extra,
    running: Option<&BTreeMap<String, usize>>,
    look: &Look<'_>,
) -> String {
    let mut header = vec!["ID", "Node Pool", "DC", "Name", "Class"];
    if extra.os {
        header.push("OS");
    }
    if extra.verbose {
        header.extend(["Address", "Version"]);
    }
    header.extend(["Drain", "Eligibility", "Status"]);
    if running.is_some() {
        header.push("Running Allocs");
    }
    let rows: Vec<Vec<String>> = nodes
        .iter()
        .map(|node| row(node, extra, running, look))
        .collect();
    table(&header, &rows)
}

fn row(
    node: &NodeStub,
    extra: Extra,
    running: Option<&BTreeMap<String, usize>>,
    look: &Look<'_>,
) -> Vec<String> {
    let mut row = vec![
        look.id(&node.id),
        node.node_pool.clone(),
        node.datacenter.clone(),
        node.name.clone(),
        node.node_class.clone(),
    ];
    if extra.os {
        row.push(node.attributes.get("os.name").cloned().unwrap_or_default());
    }
    if extra.verbose {
        row.extend([node.address.clone(), node.version.clone()]);
    }
    row.extend([
        node.drain.to_string(),
        node.scheduling_eligibility.clone(),
        node.status.clone(),
    ]);
    if let Some(running) = running {
        row.push(running.get(&node.id).copied().unwrap_or(0).to_string());
    }
    row
}

/// All that the page of one node shows.
pub(crate) struct Page {
    pub(crate) node: Node,
    pub(crate) allocs: Vec<Alloc>,
    /// Absent if the node did not answer.
    pub(crate) host: Option<HostUsage>,
    pub(crate) usages: Vec<AllocUsage>,
}

/// How much of a node's page is wanted.
#[derive(Clone, Copy, Default)]
pub(crate) struct Depth {
    /// Head and allocations only.
    pub(crate) short: bool,
    /// Detailed usage of the host.
    pub(crate) stats: bool,
}

/// One node, whole.
pub(crate) fn page(page: &Page, depth: Depth, look: &Look<'_>) -> String {
    let node = &page.node;
    let mut text = head(page, depth.short, look);
    if !depth.short {
        if look.verbose {
            text.push_str(&verbose_tables(node, look));
        }
        text.push_str(&look.section("Node Events", &events(node, look)));
        text.push_str(&node_usage::allocated(node, &page.allocs, look));
        text.push_str(&node_usage::used_by_allocs(node, &page.usages, look));
        if let Some(host) = &page.host {
            text.push_str(&node_usage::host(node, host, look));
            if depth.stats {
                text.push_str(&node_usage::disks(host, look));
            }
        }
    }
    let stubs: Vec<AllocStub> = page.allocs.iter().map(stub).collect();
    text.push_str(&look.section("Allocations", &allocs::newest_first(&stubs, look)));
    if look.verbose && !depth.short {
        text.push_str(&look.section("Attributes", &sorted(&node.attributes)));
        text.push_str(&look.section("Meta", &sorted(&node.meta)));
    }
    text
}

/// The row that stands for a whole allocation.
fn stub(alloc: &Alloc) -> AllocStub {
    AllocStub {
        id: alloc.id.clone(),
        eval_id: alloc.eval_id.clone(),
        node_id: alloc.node_id.clone(),
        node_name: alloc.node_name.clone(),
        task_group: alloc.task_group.clone(),
        job_version: alloc.job.version,
        desired_status: alloc.desired_status.clone(),
        client_status: alloc.client_status.clone(),
        create_time: alloc.create_time,
        modify_time: alloc.modify_time,
        ..AllocStub::default()
    }
}

fn sorted(map: &BTreeMap<String, String>) -> String {
    let rows: Vec<(&String, String)> = map.iter().map(|(k, v)| (k, v.clone())).collect();
    pairs(&rows)
}

fn head(page: &Page, short: bool, look: &Look<'_>) -> String {
    let node = &page.node;
    let joined = |keys: Vec<&String>| {
        keys.into_iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(",")
    };
    let mut rows = vec![
        ("ID", node.id.clone()),
        ("Name", node.name.clone()),
        ("Node Pool", node.node_pool.clone()),
        ("Class", node.node_class.clone()),
        ("DC", node.datacenter.clone()),
        ("Drain", drain(node, look)),
        ("Eligibility", node.scheduling_eligibility.clone()),
        ("Status", node.status.clone()),
        (
            "CSI Controllers",
            joined(node.csi_controllers.keys().collect()),
        ),
        ("CSI Drivers", joined(node.csi_nodes.keys().collect())),
    ];
    if let Some(host) = page.host.as_ref().filter(|_| !short) {
        let nanos = i64::try_from(host.uptime)
            .unwrap_or(0)
            .saturating_mul(1_000_000_000);
        rows.push(("Uptime", go_duration(nanos)));
    }
    rows.push(("Host Volumes", joined(node.host_volumes.keys().collect())));
    rows.push(("Host Networks", joined(node.host_networks.keys().collect())));
    rows.push(("CSI Volumes", String::new()));
    let drivers = drivers(node, !short);
    rows.push((if short { "Drivers" } else { "Driver Status" }, drivers));
    pairs(&rows)
}

fn drain(node: &Node, look: &Look<'_>) -> String {
    let mut text = node.drain.to_string();
    if let Some(strategy) = node.drain_strategy.as_ref().filter(|_| node.drain) {
        if !strategy.force_deadline.is_never() {
            text.push_str(&format!(
                "; {} deadline",
                look.time(strategy.force_deadline)
            ));
        }
        if strategy.ignore_system_jobs {
            text.push_str("; ignoring system jobs");
        }
    }
    text
}

/// Detected drivers, with what ails them if `health`.
fn drivers(node: &Node, health: bool) -> String {
    let names: Vec<String> = node
        .drivers
        .iter()
        .filter(|(_, driver)| driver.detected)
        .map(|(name, driver)| {
            if health && !driver.healthy {
                format!("{name} (unhealthy)")
            } else {
                name.clone()
            }
        })
        .collect();
    names.join(",")
}

fn events(node: &Node, look: &Look<'_>) -> String {
    let rows: Vec<Vec<String>> = node
        .events
        .iter()
        .rev()
        .map(|event| {
            let mut row = vec![
                look.time(event.timestamp),
                event.subsystem.clone(),
                event.message.clone(),
            ];
            if look.verbose {
                let details: Vec<String> = event
                    .details
                    .iter()
                    .map(|(k, v)| format!("{k} = {v}"))
                    .collect();
                row.push(details.join(" "));
            }
            row
        })
        .collect();
    let header: &[&str] = if look.verbose {
        &["Time", "Subsystem", "Message", "Details"]
    } else {
        &["Time", "Subsystem", "Message"]
    };
    table(header, &rows)
}

fn verbose_tables(node: &Node, look: &Look<'_>) -> String {
    let mut text = String::new();
    if !node.host_volumes.is_empty() {
        let rows: Vec<Vec<String>> = node
            .host_volumes
            .iter()
            .map(|(name, v)| vec![name.clone(), v.read_only.to_string(), v.path.clone()])
            .collect();
        let body = table(&["Name", "ReadOnly", "Source"], &rows);
        text.push_str(&look.section("Host Volumes", &body));
    }
    if !node.host_networks.is_empty() {
        let rows: Vec<Vec<String>> = node
            .host_networks
            .iter()
            .map(|(name, n)| vec![name.clone(), n.cidr.clone(), n.interface.clone()])
            .collect();
        let body = table(&["Name", "CIDR", "Interface"], &rows);
        text.push_str(&look.section("Host Networks", &body));
    }
    let rows: Vec<Vec<String>> = node
        .drivers
        .iter()
        .map(|(name, d)| {
            vec![
                name.clone(),
                d.detected.to_string(),
                d.healthy.to_string(),
                d.health_description.clone(),
                look.time(d.update_time),
            ]
        })
        .collect();
    let body = table(&["Driver", "Detected", "Healthy", "Message", "Time"], &rows);
    text.push_str(&look.section("Drivers", &body));
    text
}

#[cfg(test)]
mod tests {
    use super::super::look::plain::look;
    use super::*;

    #[test]
    fn extra_columns_stand_where_the_reference_has_them() {
        let nodes: Vec<NodeStub> = serde_json::from_str(
            r#"[{"ID":"nnnnnnnn-1","NodePool":"default","Datacenter":"dc1","Name":"a","Drain":false,
                "SchedulingEligibility":"eligible","Status":"ready","Attributes":{"os.name":"debian"}}]"#,
        )
        .unwrap();
        assert_eq!(
            list(&nodes, Extra::default(), None, &look(false)),
            "ID        Node Pool  DC   Name  Class   Drain  Eligibility  Status\n\
             nnnnnnnn  default    dc1  a     <none>  false  eligible     ready"
        );
        let running = BTreeMap::from([("nnnnnnnn-1".to_owned(), 2)]);
        let text = list(
            &nodes,
            Extra {
                os: true,
                verbose: false,
            },
            Some(&running),
            &look(false),
        );
        assert!(text.starts_with("ID        Node Pool  DC   Name  Class   OS      Drain"));
        assert!(text.ends_with("ready   2"), "{text}");
    }

    #[test]
    fn a_node_tells_what_is_given_away_and_what_is_used() {
        let node: Node = serde_json::from_str(
            r#"{"ID":"nnnnnnnn-1","Name":"a","Drivers":{"raw_exec":{"Detected":true,"Healthy":true},"docker":{"Detected":true},"java":{}},
                "NodeResources":{"Cpu":{"CpuShares":4000},"Memory":{"MemoryMB":8192},"Disk":{"DiskMB":1024}},
                "ReservedResources":{"Cpu":{"CpuShares":500}},
                "Events":[{"Message":"Node registered","Subsystem":"Cluster","Timestamp":"2031-05-08T09:46:31Z"}]}"#,
        )
        .unwrap();
        let alloc: Alloc = serde_json::from_str(
            r#"{"ID":"aaaaaaaa-1","ClientStatus":"running","AllocatedResources":{"Tasks":{"t":{"Cpu":{"CpuShares":100},"Memory":{"MemoryMB":300}}},"Shared":{"DiskMB":300}}}"#,
        )
        .unwrap();
        let p = Page {
            node,
            allocs: vec![alloc],
            host: None,
            usages: vec![],
        };
        let text = page(&p, Depth::default(), &look(false));
        assert!(
            text.contains("Driver Status   = docker (unhealthy),raw_exec\n"),
            "{text}"
        );
        assert!(text.contains(
            "Allocated Resources\nCPU           Memory           Disk             Alloc Count\n\
             100/3500 MHz  300 MiB/8.0 GiB  300 MiB/1.0 GiB  1"
        ));
        assert!(text.contains("2031-05-08T09:46:31Z  Cluster    Node registered"));
        let short = page(
            &p,
            Depth {
                short: true,
                stats: false,
            },
            &look(false),
        );
        assert!(
            short.contains("Drivers         = docker,raw_exec\n\nAllocations\n"),
            "{short}"
        );
    }
}
