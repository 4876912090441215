//! What occupies a node, kept up to date as allocations come and go.
//!
//! Nobody re-sums a node's allocations: `State::apply` keeps one ledger per node, the scheduler and
//! the applier work on copies of it. Adding and removing the same allocation changes nothing.

use std::collections::BTreeMap;

use super::amounts::{Amounts, occupied};
use super::ports::PortUse;
use crate::id::AllocId;
use crate::model::alloc::AllocatedResources;
use crate::model::{Allocation, Node};

/// One device instance of a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DeviceKey {
    pub(super) vendor: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) id: String,
}

/// What few nodes have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Rare {
    cores: BTreeMap<u16, u32>,
    devices: BTreeMap<DeviceKey, u32>,
}

/// What occupies a node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    used: Amounts,
    allocs: u32,
    pub(super) ports: PortUse,
    rare: Option<Box<Rare>>,
}

/// An allocation that was added although another one held its port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortClash {
    /// The allocation that came second.
    pub alloc: AllocId,
    /// The port.
    pub port: u16,
}

/// The ports that an allocation was granted: (address, port, may collide), each once.
pub(super) fn granted_ports(granted: &AllocatedResources) -> Vec<(&str, u16, bool)> {
    let port = |value: i64| u16::try_from(value).ok().filter(|port| *port > 0);
    let mut ports: Vec<(&str, u16, bool)> = granted
        .shared
        .ports
        .iter()
        .filter_map(|p| Some((&*p.host_ip, port(p.value)?, p.ignore_collision)))
        .collect();
    if ports.is_empty() {
        let tasks = granted.tasks.values().flat_map(|task| task.networks.iter());
        for network in granted.shared.networks.iter().chain(tasks) {
            let both = network
                .reserved_ports
                .iter()
                .chain(network.dynamic_ports.iter());
            ports.extend(
                both.filter_map(|p| Some((&*network.ip, port(p.value)?, p.ignore_collision))),
            );
        }
    }
    ports.sort_unstable();
    ports.dedup_by_key(|(address, port, _)| (*address, *port));
    ports
}

fn bump<K: Ord>(counts: &mut BTreeMap<K, u32>, key: K) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(1);
}

fn drop_one<K: Ord>(counts: &mut BTreeMap<K, u32>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(key);
        }
    }
}

fn device_keys(granted: &AllocatedResources) -> impl Iterator<Item = DeviceKey> {
    let devices = granted.tasks.values().flat_map(|task| task.devices.iter());
    devices.flat_map(|device| {
        device.device_ids.iter().map(|id| DeviceKey {
            vendor: device.vendor.clone(),
            kind: device.kind.clone(),
            name: device.name.clone(),
            id: id.clone(),
        })
    })
}

impl Ledger {
    /// The ledger of a node that holds `allocs`.
    ///
    /// Which allocations of a node count is the caller's choice; [`Ledger::counts`] is what the
    /// state uses.
    pub fn for_node<'a>(allocs: impl IntoIterator<Item = &'a Allocation>) -> Self {
        let mut ledger = Self::default();
        for alloc in allocs {
            if Self::counts(alloc) {
                ledger.add(alloc);
            }
        }
        ledger
    }

    /// True when an allocation occupies its node: until its client says that it ended, whatever
    /// the server wants (spec/scheduler 6.6).
    #[must_use]
    pub fn counts(alloc: &Allocation) -> bool {
        !alloc.is_client_terminal()
    }

    /// Counts an allocation. The answer names a port that somebody else held already; the ledger
    /// holds it twice then.
    pub fn add(&mut self, alloc: &Allocation) -> Option<PortClash> {
        let port = self.add_granted(&alloc.resources)?;
        let alloc = alloc.id;
        Some(PortClash { alloc, port })
    }

    /// Counts what was granted; answers a port that was held already.
    pub fn add_granted(&mut self, granted: &AllocatedResources) -> Option<u16> {
        let (amounts, cores) = occupied(granted);
        self.used.add(&amounts);
        self.allocs = self.allocs.saturating_add(1);
        for core in cores {
            bump(&mut self.rare_mut().cores, core);
        }
        for device in device_keys(granted) {
            bump(&mut self.rare_mut().devices, device);
        }
        let mut clash = None;
        for (address, port, loose) in granted_ports(granted) {
            if self.ports.take(address, port, loose) {
                clash = clash.or(Some(port));
            }
        }
        clash
    }

    /// Stops counting an allocation that was counted with the same resources.
    pub fn remove(&mut self, alloc: &Allocation) {
        self.remove_granted(&alloc.resources);
    }

    /// Stops counting what was granted.
    pub fn remove_granted(&mut self, granted: &AllocatedResources) {
        let (amounts, cores) = occupied(granted);
        self.used.subtract(&amounts);
        self.allocs = self.allocs.saturating_sub(1);
        if let Some(rare) = self.rare.as_mut() {
            for core in &cores {
                drop_one(&mut rare.cores, core);
            }
            for device in device_keys(granted) {
                drop_one(&mut rare.devices, &device);
            }
            if rare.cores.is_empty() && rare.devices.is_empty() {
                self.rare = None;
            }
        }
        for (address, port, loose) in granted_ports(granted) {
            self.ports.give_back(address, port, loose);
        }
    }

    /// The sum of what is occupied.
    #[must_use]
    pub fn used(&self) -> &Amounts {
        &self.used
    }

    /// How many allocations are counted.
    #[must_use]
    pub fn allocs(&self) -> u32 {
        self.allocs
    }

    /// The cores that are held, each with its number of holders.
    pub fn cores(&self) -> impl Iterator<Item = (u16, u32)> + use<'_> {
        let cores = self.rare.as_ref().map(|rare| &rare.cores);
        cores
            .into_iter()
            .flatten()
            .map(|(core, holders)| (*core, *holders))
    }

    /// The ports that are held, with their addresses.
    pub fn ports(&self) -> impl Iterator<Item = (&str, u16)> {
        self.ports.all()
    }

    pub(super) fn holds_core(&self, core: u16) -> bool {
        self.rare
            .as_ref()
            .is_some_and(|rare| rare.cores.contains_key(&core))
    }

    pub(super) fn holds_device(&self, key: &DeviceKey) -> bool {
        self.rare
            .as_ref()
            .is_some_and(|rare| rare.devices.contains_key(key))
    }

    /// Two holders have one device that the node still has.
    pub(super) fn shares_a_device(&self, node: &Node) -> bool {
        let is_there = |key: &DeviceKey| {
            let mut groups = node.node_resources.devices.iter();
            let named =
                groups.find(|g| g.vendor == key.vendor && g.kind == key.kind && g.name == key.name);
            named.is_some_and(|g| g.instances.iter().any(|i| i.id == key.id && i.healthy))
        };
        let devices = self.rare.as_ref().map(|rare| &rare.devices);
        devices
            .into_iter()
            .flatten()
            .any(|(key, holders)| *holders > 1 && is_there(key))
    }

    fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }
}
