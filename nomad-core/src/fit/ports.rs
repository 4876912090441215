//! Ports: which are held, which a node keeps for itself, which are free.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::model::Node;
use crate::model::node::{DYNAMIC_PORT_MAX, DYNAMIC_PORT_MIN};
use crate::seed::Seed;

/// Alias of the host network that a port without one is taken from.
pub(super) const DEFAULT_ALIAS: &str = "default";

/// A list of ports that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PortRangeError {
    /// Not a number.
    #[error("strconv.ParseUint: parsing {0:?}: invalid syntax")]
    NotNumber(String),
    /// Above 65535.
    #[error("port must be < 65536 but found {0}")]
    TooLarge(u64),
    /// A range that ends before it starts.
    #[error("invalid range: ending value ({end}) less than starting ({start}) value")]
    Backwards {
        /// Where it starts.
        start: u64,
        /// Where it ends.
        end: u64,
    },
}

/// Reads a list such as `22,80-90`; an empty text is an empty list (spec/scheduler 6.12).
///
/// # Errors
///
/// The first part that is not a port or a range of ports.
pub fn parse_ports(text: &str) -> Result<Vec<RangeInclusive<u16>>, PortRangeError> {
    let number = |text: &str| {
        let text = text.trim();
        text.parse::<u64>()
            .ok()
            .filter(|_| !text.starts_with('+'))
            .ok_or_else(|| PortRangeError::NotNumber(text.to_owned()))
    };
    let port = |value: u64| u16::try_from(value).map_err(|_| PortRangeError::TooLarge(value));
    let mut ranges = Vec::new();
    if text.trim().is_empty() {
        return Ok(ranges);
    }
    for part in text.split(',') {
        let (start, end) = match part.split_once('-') {
            None => (number(part)?, number(part)?),
            Some((start, end)) => (number(start)?, number(end)?),
        };
        if end < start {
            return Err(PortRangeError::Backwards { start, end });
        }
        ranges.push(port(start)?..=port(end)?);
    }
    Ok(ranges)
}

/// One held port of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Held {
    port: u16,
    /// Holders that do not share.
    firm: u16,
    /// Holders that said that a collision does not matter.
    loose: u16,
}

/// The ports that allocations hold, per address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct PortUse {
    by_address: BTreeMap<Box<str>, Vec<Held>>,
}

impl PortUse {
    /// Is the port held?
    pub(super) fn is_held(&self, address: &str, port: u16) -> bool {
        self.by_address
            .get(address)
            .is_some_and(|held| held.binary_search_by_key(&port, |h| h.port).is_ok())
    }

    /// Takes a port. True when it was held before and this holder does not share.
    pub(super) fn take(&mut self, address: &str, port: u16, loose: bool) -> bool {
        let held = self.by_address.entry(address.into()).or_default();
        let at = match held.binary_search_by_key(&port, |h| h.port) {
            Ok(at) => at,
            Err(at) => {
                let (firm, loose) = (0, 0);
                held.insert(at, Held { port, firm, loose });
                at
            }
        };
        let Some(slot) = held.get_mut(at) else {
            return false;
        };
        let before = slot.firm > 0 || slot.loose > 0;
        if loose {
            slot.loose = slot.loose.saturating_add(1);
        } else {
            slot.firm = slot.firm.saturating_add(1);
        }
        before && !loose
    }

    /// Gives a port back.
    pub(super) fn give_back(&mut self, address: &str, port: u16, loose: bool) {
        let Some(held) = self.by_address.get_mut(address) else {
            return;
        };
        if let Ok(at) = held.binary_search_by_key(&port, |h| h.port) {
            let gone = held.get_mut(at).is_some_and(|slot| {
                let count = if loose {
                    &mut slot.loose
                } else {
                    &mut slot.firm
                };
                *count = count.saturating_sub(1);
                slot.firm == 0 && slot.loose == 0
            });
            if gone {
                held.remove(at);
            }
        }
        if held.is_empty() {
            self.by_address.remove(address);
        }
    }

    /// A port that two holders have, or one holder and the node itself, who do not share.
    pub(super) fn clash(&self, is_kept: impl Fn(&str, u16) -> bool) -> Option<u16> {
        let held = self
            .by_address
            .iter()
            .flat_map(|(a, held)| held.iter().map(move |h| (a, h)));
        let firm = held.filter(|(_, h)| h.firm > 0);
        let mut clashing = firm.filter(|(address, h)| h.firm > 1 || is_kept(address, h.port));
        clashing.next().map(|(_, h)| h.port)
    }

    fn held_in<'a>(&'a self, address: &str) -> impl Iterator<Item = u16> + use<'a> {
        let held = self.by_address.get(address);
        held.into_iter().flatten().map(|held| held.port)
    }

    /// Every (address, port) pair.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, u16)> {
        self.by_address
            .iter()
            .flat_map(|(address, held)| held.iter().map(move |h| (&**address, h.port)))
    }
}

/// An address of a node that ports may be taken from.
pub(super) struct Address<'n> {
    pub(super) text: &'n str,
    reserved: Vec<RangeInclusive<u16>>,
}

impl Address<'_> {
    /// The node keeps the port for itself.
    pub(super) fn is_reserved(&self, port: u16) -> bool {
        self.reserved.iter().any(|range| range.contains(&port))
    }
}

/// The addresses of a node's network `alias`, with what the node keeps for itself.
///
/// # Errors
///
/// A list of reserved ports that cannot be read.
pub(super) fn addresses<'n>(
    node: &'n Node,
    alias: Option<&str>,
) -> Result<Vec<Address<'n>>, PortRangeError> {
    let global = parse_ports(&node.reserved_resources.networks.reserved_host_ports)?;
    let networks = &node.node_resources.node_networks;
    let mut found = Vec::new();
    for address in networks.iter().flat_map(|network| network.addresses.iter()) {
        if alias.is_some_and(|alias| alias != address.alias) {
            continue;
        }
        let mut reserved = parse_ports(&address.reserved_ports)?;
        reserved.extend(global.iter().cloned());
        found.push(Address {
            text: &address.address,
            reserved,
        });
    }
    if networks.is_empty() && alias.is_none_or(|alias| alias == DEFAULT_ALIAS) {
        let old = node
            .node_resources
            .networks
            .iter()
            .filter(|network| !network.ip.is_empty());
        found.extend(old.map(|network| Address {
            text: &network.ip,
            reserved: global.clone(),
        }));
    }
    Ok(found)
}

/// First and last port of a node's dynamic range, both included.
pub(super) fn dynamic_range(node: &Node) -> (u16, u16) {
    let or = |value: i64, default: i64| if value > 0 { value } else { default };
    let clamp = |value: i64| u16::try_from(value).unwrap_or(u16::MAX);
    (
        clamp(or(node.node_resources.min_dynamic_port, DYNAMIC_PORT_MIN)),
        clamp(or(node.node_resources.max_dynamic_port, DYNAMIC_PORT_MAX)),
    )
}

/// A free dynamic port of `address`, drawn from `seed`: the first free one at or after a drawn
/// start, around the range once. Neither held, nor reserved, nor in `also_taken`.
pub(super) fn free_port(
    held: &PortUse,
    address: &Address<'_>,
    (first, last): (u16, u16),
    also_taken: &dyn Fn(u16) -> bool,
    seed: &mut Seed,
) -> Option<u16> {
    let span = u64::from(last.checked_sub(first)?) + 1;
    let start = first.saturating_add(u16::try_from(seed.below(span)).unwrap_or(0));
    let mut taken: Vec<u16> = held.held_in(address.text).collect();
    taken.sort_unstable();
    let is_free = |port: &u16| {
        taken.binary_search(port).is_err() && !address.is_reserved(*port) && !also_taken(*port)
    };
    (start..=last).chain(first..start).find(is_free)
}
