//! Does what occupies a node fit on it (spec/scheduler 6.12)?

use super::amounts::{Amounts, available};
use super::ledger::{Ledger, granted_ports};
use super::misfit::Misfit;
use super::ports::{addresses, parse_ports};
use crate::id::AllocId;
use crate::model::{Allocation, Node};

/// Judges the ledger of a node as it stands; `Ok` when every dimension fits.
///
/// # Errors
///
/// The first dimension that does not fit.
pub fn check(node: &Node, ledger: &Ledger) -> Result<(), Misfit> {
    check_with(node, ledger, None)
}

/// `second` came to a port that was held or kept.
fn check_with(node: &Node, ledger: &Ledger, second: Option<(AllocId, u16)>) -> Result<(), Misfit> {
    check_count(node, ledger.allocs())?;
    let (held, twice) = ledger.cores().fold((0, 0), |(held, twice), (_, holders)| {
        (held + 1, twice + usize::from(holders > 1))
    });
    let usable = &node.node_resources.cpu.reservable_cpu_cores;
    if twice > 0 {
        return Err(Misfit::Cores {
            asked: held + twice,
            free: usable.len(),
        });
    }
    check_cpu(node, ledger.used())?;
    let lacking = ledger
        .cores()
        .filter(|(core, _)| !is_usable(node, *core))
        .count();
    if lacking > 0 && !usable.is_empty() {
        return Err(Misfit::Cores {
            asked: held,
            free: held - lacking,
        });
    }
    check_memory_and_disk(node, ledger.used())?;
    check_ports(node, ledger, second)?;
    if ledger.shares_a_device(node) {
        return Err(Misfit::DeviceOversubscribed);
    }
    Ok(())
}

/// Judges a node that would hold exactly `allocs`, in that order; those whose client said that they
/// ended count for nothing.
///
/// # Errors
///
/// The first dimension that does not fit. Of several allocations that came second to a port the
/// last one is named.
pub fn check_allocs<'a>(
    node: &Node,
    allocs: impl IntoIterator<Item = &'a Allocation>,
) -> Result<(), Misfit> {
    let own = addresses(node, None).unwrap_or_default();
    let kept = |(address, port): (&str, u16)| {
        own.iter()
            .any(|a| a.text == address && a.is_reserved(port))
            .then_some(port)
    };
    let mut ledger = Ledger::default();
    let mut clash = None;
    for alloc in allocs.into_iter().filter(|alloc| Ledger::counts(alloc)) {
        let reserved = granted_ports(&alloc.resources)
            .into_iter()
            .filter(|(.., loose)| !loose)
            .find_map(|(address, port, _)| kept((address, port)));
        let second = ledger.add(alloc).map(|clash| clash.port).or(reserved);
        clash = second.map(|port| (alloc.id, port)).or(clash);
    }
    check_with(node, &ledger, clash)
}

/// Tasks may reserve the core.
pub(super) fn is_usable(node: &Node, core: u16) -> bool {
    node.node_resources.cpu.reservable_cpu_cores.contains(&core)
        && !node
            .reserved_resources
            .cpu
            .reserved_cpu_cores
            .contains(&core)
}

/// The node may hold that many allocations.
pub(super) fn check_count(node: &Node, allocs: u32) -> Result<(), Misfit> {
    let limit = node.node_max_allocs;
    if limit != 0 && i64::from(allocs) > limit {
        return Err(Misfit::MaxAllocs { limit });
    }
    Ok(())
}

pub(super) fn check_cpu(node: &Node, used: &Amounts) -> Result<(), Misfit> {
    match used.cpu - available(node).cpu {
        short if short > 0 => Err(Misfit::Cpu { short }),
        _ => Ok(()),
    }
}

pub(super) fn check_memory_and_disk(node: &Node, used: &Amounts) -> Result<(), Misfit> {
    let room = available(node);
    if used.memory > room.memory {
        let short = used.memory - room.memory;
        return Err(Misfit::Memory { short });
    }
    if used.disk > room.disk {
        let short = used.disk - room.disk;
        return Err(Misfit::Disk { short });
    }
    Ok(())
}

fn check_ports(node: &Node, ledger: &Ledger, second: Option<(AllocId, u16)>) -> Result<(), Misfit> {
    parse_ports(&node.reserved_resources.networks.reserved_host_ports)
        .map_err(Misfit::NodePorts)?;
    let own = addresses(node, None).map_err(Misfit::NodePorts)?;
    if let Some((alloc, port)) = second {
        return Err(Misfit::PortClash { alloc, port });
    }
    let is_kept =
        |address: &str, port| own.iter().any(|a| a.text == address && a.is_reserved(port));
    match ledger.ports.clash(is_kept) {
        Some(port) => Err(Misfit::OldPortClash { port }),
        None => Ok(()),
    }
}
