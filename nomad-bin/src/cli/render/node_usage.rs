//! What a node has, has given away, and uses.

use super::Look;
use crate::api::view::{Alloc, AllocUsage, HostUsage, Node};
use crate::cli::layout::{bytes, mebibytes, pairs, table};

/// What a node can give: all it has less what it keeps, in MHz, MiB, MiB.
struct Room {
    cpu: i64,
    memory: i64,
    disk: i64,
}

impl Room {
    fn of(node: &Node) -> Self {
        let (has, keeps) = (&node.node_resources, &node.reserved_resources);
        Self {
            cpu: has.cpu.cpu_shares - keeps.cpu.cpu_shares,
            memory: has.memory.memory_mb - keeps.memory.memory_mb,
            disk: has.disk.disk_mb - keeps.disk.disk_mb,
        }
    }
}

fn is_live(alloc: &&Alloc) -> bool {
    !matches!(alloc.client_status.as_str(), "complete" | "failed" | "lost")
}

/// "Allocated Resources": asked for by live allocations.
pub(crate) fn allocated(node: &Node, allocs: &[Alloc], look: &Look<'_>) -> String {
    let room = Room::of(node);
    let (mut cpu, mut memory, mut disk, mut count) = (0, 0, 0, 0);
    for alloc in allocs.iter().filter(is_live) {
        for task in alloc.allocated_resources.tasks.values() {
            cpu += task.cpu.cpu_shares;
            memory += task.memory.memory_mb;
        }
        disk += alloc.allocated_resources.shared.disk_mb;
        count += 1;
    }
    let row = vec![
        format!("{cpu}/{} MHz", room.cpu),
        format!("{}/{}", mebibytes(memory), mebibytes(room.memory)),
        format!("{}/{}", mebibytes(disk), mebibytes(room.disk)),
        count.to_string(),
    ];
    let header = ["CPU", "Memory", "Disk", "Alloc Count"];
    look.section("Allocated Resources", &table(&header, &[row]))
}

/// "Allocation Resource Utilization": used by live allocations.
pub(crate) fn used_by_allocs(node: &Node, usages: &[AllocUsage], look: &Look<'_>) -> String {
    let room = Room::of(node);
    let ticks: f64 = usages
        .iter()
        .map(|u| u.resource_usage.cpu_stats.total_ticks)
        .sum();
    let memory: u64 = usages
        .iter()
        .map(|u| u.resource_usage.memory_stats.shown())
        .sum();
    let row = vec![
        format!("{ticks:.0}/{} MHz", room.cpu),
        format!("{}/{}", bytes(memory), mebibytes(room.memory)),
    ];
    look.section(
        "Allocation Resource Utilization",
        &table(&["CPU", "Memory"], &[row]),
    )
}

/// "Host Resource Utilization": used by all that runs on the machine.
pub(crate) fn host(node: &Node, usage: &HostUsage, look: &Look<'_>) -> String {
    let device = node
        .attributes
        .get("unique.storage.volume")
        .map_or("", String::as_str);
    let of_device = usage.disk_stats.iter().find(|disk| disk.device == device);
    let own = Some(&usage.alloc_dir_stats).filter(|disk| disk.size > 0);
    let disk = match own.or(of_device) {
        Some(disk) => format!("{}/{}", bytes(disk.used), bytes(disk.size)),
        None => format!("({device})"),
    };
    let row = vec![
        format!(
            "{:.0}/{} MHz",
            usage.ticks, node.node_resources.cpu.cpu_shares
        ),
        format!("{}/{}", bytes(usage.memory.used), bytes(usage.memory.total)),
        disk,
    ];
    look.section(
        "Host Resource Utilization",
        &table(&["CPU", "Memory", "Disk"], &[row]),
    )
}

/// "Disk Stats", with `-stats`.
pub(crate) fn disks(usage: &HostUsage, look: &Look<'_>) -> String {
    let blocks: Vec<String> = usage
        .disk_stats
        .iter()
        .map(|disk| {
            pairs(&[
                ("Device", disk.device.clone()),
                ("MountPoint", disk.mountpoint.clone()),
                ("Size", bytes(disk.size)),
                ("Used", bytes(disk.used)),
                ("Available", bytes(disk.available)),
                ("Used Percent", format!("{:.2}%", disk.used_percent)),
                (
                    "Inodes Percent",
                    format!("{:.2}%", disk.inodes_used_percent),
                ),
            ])
        })
        .collect();
    look.section("Disk Stats", &blocks.join("\n\n"))
}
