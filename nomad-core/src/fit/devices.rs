//! Devices: which groups match a request, which instances it gets (spec/scheduler 6.11).

use std::collections::BTreeSet;

use super::ask::{DeviceAsk, DeviceTarget, DeviceTest};
use super::ledger::{DeviceKey, Ledger};
use super::misfit::Misfit;
use crate::expr::attribute::{Value, holds};
use crate::model::Node;
use crate::model::alloc::AllocatedDevice;
use crate::model::device::NodeDevice;

/// Devices for one request, with what its affinities say.
#[derive(Debug, Clone)]
pub(super) struct DeviceOffer {
    pub(super) device: AllocatedDevice,
    /// Sum of the weights of the affinities that match.
    pub(super) matched: f64,
    /// Sum of the absolute weights of all affinities.
    pub(super) weights: f64,
}

impl DeviceTarget {
    fn resolve(&self, group: &NodeDevice) -> Option<Value> {
        match self {
            Self::Literal(value) => Some(value.clone()),
            Self::Ids => {
                let ids: Vec<_> = group
                    .instances
                    .iter()
                    .map(|instance| &*instance.id)
                    .collect();
                Some(Value::Text(ids.join(",")))
            }
            Self::Model => Some(Value::Text(group.name.clone())),
            Self::Vendor => Some(Value::Text(group.vendor.clone())),
            Self::Kind => Some(Value::Text(group.kind.clone())),
            Self::Attribute(key) => group.attributes.get(key).and_then(Value::of),
            Self::Unknown => None,
        }
    }
}

impl DeviceTest {
    fn holds(&self, group: &NodeDevice) -> bool {
        let (left, right) = (self.left.resolve(group), self.right.resolve(group));
        holds(self.operator, left.as_ref(), right.as_ref())
    }

    /// Conditions on the ids also choose among the instances: the other side is compared with the
    /// id of each.
    fn admits(&self, group: &NodeDevice, id: &str) -> bool {
        let other = match (&self.left, &self.right) {
            (DeviceTarget::Ids, other) | (other, DeviceTarget::Ids) => other,
            _ => return true,
        };
        let id = Value::Text(id.to_owned());
        holds(self.operator, other.resolve(group).as_ref(), Some(&id))
    }
}

impl DeviceAsk<'_> {
    /// Does the group have the name and the traits that are asked for?
    pub(super) fn matches(&self, group: &NodeDevice) -> bool {
        let mut parts = self.name.splitn(3, '/');
        let named = match (parts.next(), parts.next(), parts.next()) {
            (Some(kind), None, _) => kind == group.kind,
            (Some(vendor), Some(kind), None) => vendor == group.vendor && kind == group.kind,
            (Some(vendor), Some(kind), Some(name)) => {
                vendor == group.vendor && kind == group.kind && name == group.name
            }
            _ => false,
        };
        named && self.constraints.iter().all(|test| test.holds(group))
    }

    /// The ids of the healthy instances that may serve.
    pub(super) fn usable<'n>(&self, group: &'n NodeDevice) -> impl Iterator<Item = &'n str> {
        let ids = group
            .instances
            .iter()
            .filter(|instance| instance.healthy)
            .map(|i| &*i.id);
        ids.filter(|id| self.constraints.iter().all(|test| test.admits(group, id)))
    }

    fn preference(&self, group: &NodeDevice) -> (f64, f64) {
        self.affinities
            .iter()
            .fold((0.0, 0.0), |(matched, all), (test, weight)| {
                let counts = if test.holds(group) { *weight } else { 0.0 };
                (matched + counts, all + weight.abs())
            })
    }
}

fn key(group: &NodeDevice, id: &str) -> DeviceKey {
    DeviceKey {
        vendor: group.vendor.clone(),
        kind: group.kind.clone(),
        name: group.name.clone(),
        id: id.to_owned(),
    }
}

/// Chooses the instances for one request: all from one group, the one that its affinities prefer,
/// the first such in the node's order. `taken` are those that this allocation has already.
pub(super) fn offer(
    node: &Node,
    ledger: &Ledger,
    taken: &mut BTreeSet<DeviceKey>,
    ask: &DeviceAsk<'_>,
) -> Result<DeviceOffer, Misfit> {
    let groups = &node.node_resources.devices;
    if groups.is_empty() {
        return Err(Misfit::Devices("no devices available"));
    }
    let count = usize::try_from(ask.count).unwrap_or(usize::MAX);
    if count == 0 {
        return Err(Misfit::Devices("invalid request of zero devices"));
    }
    let mut best: Option<(f64, DeviceOffer)> = None;
    for group in groups.iter().filter(|group| ask.matches(group)) {
        let free = ask.usable(group).filter(|id| {
            let key = key(group, id);
            !ledger.holds_device(&key) && !taken.contains(&key)
        });
        let ids: Vec<String> = free.take(count).map(str::to_owned).collect();
        if ids.len() < count {
            continue;
        }
        let (matched, weights) = ask.preference(group);
        let score = if weights > 0.0 {
            matched / weights
        } else {
            0.0
        };
        if best.as_ref().is_none_or(|(so_far, _)| score > *so_far) {
            let device = AllocatedDevice {
                vendor: group.vendor.clone(),
                kind: group.kind.clone(),
                name: group.name.clone(),
                device_ids: ids,
            };
            best = Some((
                score,
                DeviceOffer {
                    device,
                    matched,
                    weights,
                },
            ));
        }
    }
    let (_, offer) = best.ok_or(Misfit::Devices("no devices match request"))?;
    for id in &offer.device.device_ids {
        let AllocatedDevice {
            vendor, kind, name, ..
        } = &offer.device;
        taken.insert(DeviceKey {
            vendor: vendor.clone(),
            kind: kind.clone(),
            name: name.clone(),
            id: id.clone(),
        });
    }
    Ok(offer)
}

/// Could the node serve all requests if it were empty (spec/scheduler 6.5)? Requests eat up
/// instances one after the other, and one may be served by several groups.
#[must_use]
pub(crate) fn could_serve(node: &Node, asks: &[&DeviceAsk<'_>]) -> bool {
    let mut used: BTreeSet<(usize, &str)> = BTreeSet::new();
    asks.iter().all(|ask| {
        let mut missing = usize::try_from(ask.count).unwrap_or(usize::MAX);
        let groups = node.node_resources.devices.iter().enumerate();
        for (at, group) in groups.filter(|(_, group)| ask.matches(group)) {
            for id in ask.usable(group) {
                if missing > 0 && used.insert((at, id)) {
                    missing -= 1;
                }
            }
        }
        missing == 0
    })
}
