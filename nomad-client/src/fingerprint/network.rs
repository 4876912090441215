//! The network that tasks use (spec/client 3.4).

use std::net::IpAddr;

use nomad_core::model::network::NetworkResource;
use nomad_core::model::node::{NodeAddress, NodeNetwork};

use super::interfaces::{Address, addresses};
use super::{Found, HostNetwork, Machine, Settings};

/// Megabits per second of an interface that does not tell.
const UNKNOWN_SPEED_MBITS: u64 = 1_000;
/// First and last dynamic port unless configured (spec/client 3.4).
const DYNAMIC_PORTS: (u16, u16) = (20_000, 32_000);
/// Alias of the addresses of the interface that tasks use.
const DEFAULT_ALIAS: &str = "default";
/// The interface when there is no other.
const LOOPBACK: &str = "lo";

/// The network could not be fingerprinted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// The configured interface has no address.
    #[error(
        "use the network interface {interface:?}: it is not there, not up, or has no address; \
         there are {}",
        there.join(", ")
    )]
    NoInterface {
        /// The interface.
        interface: String,
        /// Interfaces with addresses.
        there: Vec<String>,
    },
    /// A host network's address block cannot be read.
    #[error("read the address block {cidr:?} of the host network {name:?}: {problem}")]
    BadCidr {
        /// The host network.
        name: String,
        /// The block.
        cidr: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

/// Looks at the interfaces.
pub(super) fn look(machine: &Machine, settings: &Settings) -> Result<Found, NetworkError> {
    find(machine, settings, &addresses())
}

fn find(machine: &Machine, settings: &Settings, all: &[Address]) -> Result<Found, NetworkError> {
    let interface = match &settings.network_interface {
        Some(name) => name.clone(),
        None => default_interface(machine).unwrap_or_else(|| LOOPBACK.to_owned()),
    };
    let own: Vec<&Address> = usable(all, &interface);
    let Some(first) = own.first() else {
        let mut there: Vec<String> = all
            .iter()
            .map(|address| address.interface.clone())
            .collect();
        there.dedup();
        return Err(NetworkError::NoInterface { interface, there });
    };
    let mut found = Found::default();
    found.set("unique.network.ip-address", first.ip);
    found.dynamic_ports = Some(settings.dynamic_ports.unwrap_or(DYNAMIC_PORTS));
    let mbits = speed(machine, settings, &interface);
    let legacy = own.iter().map(|address| NetworkResource {
        mode: "host".to_owned(),
        device: interface.clone(),
        cidr: format!(
            "{}/{}",
            address.ip,
            if address.ip.is_ipv4() { 32 } else { 128 }
        ),
        ip: address.ip.to_string(),
        mbits: i64::try_from(mbits).unwrap_or(i64::MAX),
        ..NetworkResource::default()
    });
    found.networks = Some(legacy.collect());
    found.node_networks = Some(node_networks(machine, settings, &interface, all)?);
    Ok(found)
}

/// Addresses of an interface; link-local ones only when it has no others.
fn usable<'a>(all: &'a [Address], interface: &str) -> Vec<&'a Address> {
    let own: Vec<&Address> = all
        .iter()
        .filter(|found| found.interface == interface)
        .collect();
    let routable: Vec<&Address> = own
        .iter()
        .copied()
        .filter(|found| !found.is_link_local())
        .collect();
    if routable.is_empty() { own } else { routable }
}

/// Every interface that has an address with an alias.
fn node_networks(
    machine: &Machine,
    settings: &Settings,
    default: &str,
    all: &[Address],
) -> Result<Vec<NodeNetwork>, NetworkError> {
    let mut names: Vec<&str> = all
        .iter()
        .map(|address| address.interface.as_str())
        .collect();
    names.dedup();
    let mut networks = Vec::new();
    for name in names {
        let mut addresses = Vec::new();
        for address in usable(all, name) {
            for network in &settings.host_networks {
                if belongs(address, network)? {
                    addresses.push(shown(address, &network.name, &network.reserved_ports));
                }
            }
            if name == default {
                addresses.push(shown(address, DEFAULT_ALIAS, ""));
            }
        }
        if !addresses.is_empty() {
            networks.push(NodeNetwork {
                mode: "host".to_owned(),
                device: name.to_owned(),
                mac_address: hardware_address(machine, name),
                speed: i64::try_from(speed(machine, settings, name)).unwrap_or(i64::MAX),
                addresses: addresses.into(),
            });
        }
    }
    Ok(networks)
}

fn shown(address: &Address, alias: &str, reserved_ports: &str) -> NodeAddress {
    NodeAddress {
        family: if address.ip.is_ipv4() { "ipv4" } else { "ipv6" }.to_owned(),
        alias: alias.to_owned(),
        address: address.ip.to_string(),
        reserved_ports: reserved_ports.to_owned(),
        gateway: String::new(),
    }
}

fn hardware_address(machine: &Machine, interface: &str) -> String {
    let text = machine.text(format!("sys/class/net/{interface}/address"));
    text.filter(|address| address != "00:00:00:00:00:00")
        .unwrap_or_default()
}

fn speed(machine: &Machine, settings: &Settings, interface: &str) -> u64 {
    let told = || machine.number(format!("sys/class/net/{interface}/speed"));
    settings
        .network_speed
        .or_else(told)
        .filter(|mbits| *mbits > 0)
        .unwrap_or(UNKNOWN_SPEED_MBITS)
}

/// The interface with the default route of the lowest metric.
fn default_interface(machine: &Machine) -> Option<String> {
    let table = machine.text("proc/net/route")?;
    let routes = table.lines().skip(1).filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_default = *fields.get(1)? == "00000000" && *fields.get(7)? == "00000000";
        let metric: u64 = fields.get(6)?.parse().ok()?;
        is_default.then(|| (metric, (*fields.first().unwrap_or(&"")).to_owned()))
    });
    routes.min().map(|(_, name)| name)
}

/// Whether an address is one of a host network: block and interface must both fit where given.
fn belongs(address: &Address, network: &HostNetwork) -> Result<bool, NetworkError> {
    if !network.interface.is_empty() && network.interface != address.interface {
        return Ok(false);
    }
    let mut fits = network.cidrs.is_empty();
    for cidr in &network.cidrs {
        let within = contains(cidr, address.ip).map_err(|problem| NetworkError::BadCidr {
            name: network.name.clone(),
            cidr: cidr.clone(),
            problem,
        })?;
        fits |= within;
    }
    Ok(fits)
}

/// Whether a block such as `10.0.0.0/8` has this address.
fn contains(cidr: &str, ip: IpAddr) -> Result<bool, &'static str> {
    let (base, length) = cidr
        .split_once('/')
        .ok_or("a length such as \"/8\" is missing")?;
    let base: IpAddr = base.parse().map_err(|_| "the address cannot be read")?;
    let length: u32 = length.parse().map_err(|_| "the length is no number")?;
    let (base, ip, bits) = match (base, ip) {
        (IpAddr::V4(base), IpAddr::V4(ip)) => {
            (u128::from(base.to_bits()), u128::from(ip.to_bits()), 32)
        }
        (IpAddr::V6(base), IpAddr::V6(ip)) => (base.to_bits(), ip.to_bits(), 128),
        _ => return Ok(false),
    };
    let host_bits = u32::checked_sub(bits, length).ok_or("the length is too great")?;
    let prefix = |value: u128| value.checked_shr(host_bits).unwrap_or(0);
    Ok(prefix(base) == prefix(ip))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(interface: &str, ip: &str) -> Address {
        Address {
            interface: interface.to_owned(),
            ip: ip.parse().unwrap(),
        }
    }

    fn there() -> Vec<Address> {
        vec![
            address("lo", "127.0.0.1"),
            address("eth0", "10.0.0.5"),
            address("eth0", "fe80::1"),
            address("eth1", "192.168.1.2"),
        ]
    }

    fn machine() -> (tempfile::TempDir, Machine) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("proc/net")).unwrap();
        let routes = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n\
             eth1\t00000000\t0101A8C0\t0003\t0\t0\t200\t00000000\n\
             eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\n";
        std::fs::write(dir.path().join("proc/net/route"), routes).unwrap();
        let machine = Machine::at(dir.path());
        (dir, machine)
    }

    #[test]
    fn tasks_use_the_interface_of_the_cheapest_default_route() {
        let (_dir, machine) = machine();
        let found = find(&machine, &Settings::default(), &there()).unwrap();
        assert_eq!(found.attributes["unique.network.ip-address"], "10.0.0.5");
        let legacy = found.networks.unwrap();
        assert_eq!(legacy.len(), 1, "no link-local address beside another one");
        assert_eq!(
            (legacy[0].cidr.as_str(), legacy[0].mbits),
            ("10.0.0.5/32", 1_000)
        );
        let networks = found.node_networks.unwrap();
        assert_eq!(networks.len(), 1);
        assert_eq!(networks[0].addresses[0].alias, "default");
    }

    #[test]
    fn a_host_network_gives_its_addresses_an_alias() {
        let (_dir, machine) = machine();
        let network = |name: &str, cidr: &str, interface: &str| HostNetwork {
            name: name.to_owned(),
            cidrs: vec![cidr.to_owned()],
            interface: interface.to_owned(),
            reserved_ports: "22".to_owned(),
        };
        let settings = Settings {
            host_networks: vec![
                network("loop", "127.0.0.0/8", ""),
                network("none", "192.168.0.0/16", "eth0"),
            ],
            ..Settings::default()
        };
        let found = find(&machine, &settings, &there()).unwrap();
        let networks = found.node_networks.unwrap();
        let aliases: Vec<(&str, &str)> = networks
            .iter()
            .flat_map(|network| {
                network
                    .addresses
                    .iter()
                    .map(|found| (network.device.as_str(), found.alias.as_str()))
            })
            .collect();
        assert_eq!(aliases, [("lo", "loop"), ("eth0", "default")]);
        assert_eq!(networks[0].addresses[0].reserved_ports, "22");
    }

    #[test]
    fn an_interface_that_is_not_there_is_an_error_with_those_that_are() {
        let (_dir, machine) = machine();
        let settings = Settings {
            network_interface: Some("eth7".to_owned()),
            ..Settings::default()
        };
        let error = find(&machine, &settings, &there()).unwrap_err().to_string();
        assert!(
            error.contains("\"eth7\"") && error.contains("lo, eth0, eth1"),
            "{error}"
        );
    }

    #[test]
    fn a_block_contains_what_its_prefix_says() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(contains("10.0.0.0/8", ip("10.9.9.9")), Ok(true));
        assert_eq!(contains("10.0.0.0/8", ip("11.0.0.0")), Ok(false));
        assert_eq!(contains("0.0.0.0/0", ip("1.2.3.4")), Ok(true));
        assert_eq!(contains("fe80::/10", ip("fe80::1")), Ok(true));
        assert_eq!(contains("10.0.0.0/8", ip("::1")), Ok(false));
        assert!(contains("10.0.0.0/33", ip("10.0.0.1")).is_err());
        assert!(contains("10.0.0.0", ip("10.0.0.1")).is_err());
    }
}
