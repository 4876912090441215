//! Networks and ports that a group or task asks for.
//!
//! The meant form leaves out what is empty, as the original's answers do; the raw form shows all.

use serde::{Deserialize, Serialize};

use super::list::List;
use super::noun::{Noun, Settle, SettleError};

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A port that is asked for, or one that was granted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Port {
    /// Name of the port, unique in its group.
    pub label: String,
    /// The host port: static ones name it, dynamic ones get it when placed. 0 = not chosen yet.
    #[serde(skip_serializing_if = "is_default")]
    pub value: i64,
    /// Port inside the network namespace; 0 = none, -1 = same as the host port.
    #[serde(skip_serializing_if = "is_default")]
    pub to: i64,
    /// Alias of the host network to take the port from.
    #[serde(skip_serializing_if = "is_default")]
    pub host_network: String,
    /// Take the port even when it is in use.
    #[serde(skip_serializing_if = "is_default")]
    pub ignore_collision: bool,
}

/// Raw form of [`Port`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct PortSpec {
    /// See [`Port::label`].
    pub label: String,
    /// See [`Port::value`].
    pub value: i64,
    /// See [`Port::to`].
    pub to: i64,
    /// See [`Port::host_network`].
    pub host_network: String,
    /// See [`Port::ignore_collision`].
    pub ignore_collision: bool,
}

impl Noun for Port {
    type Spec = PortSpec;
}

impl Settle for PortSpec {
    type Settled = Port;

    fn settle(self) -> Result<Port, SettleError> {
        let Self {
            label,
            value,
            to,
            host_network,
            ignore_collision,
        } = self;
        Ok(Port {
            label,
            value,
            to,
            host_network,
            ignore_collision,
        })
    }
}

noun! {
    /// Name resolution inside the allocation's network namespace.
    Dns, DnsSpec {
        servers = "Servers": list String;
        searches = "Searches": list String;
        options = "Options": list String;
    }
}

noun! {
    /// Arguments for CNI plugins.
    Cni, CniSpec {
        args = "Args": dict String;
    }
}

/// A network that a group or task asks for.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct NetworkResource {
    /// `host`, `bridge`, `none` or `cni/NAME`; empty means host.
    #[serde(skip_serializing_if = "is_default")]
    pub mode: String,
    /// Network device of the node.
    #[serde(skip_serializing_if = "is_default")]
    pub device: String,
    /// Address block of the node's network.
    #[serde(rename = "CIDR", skip_serializing_if = "is_default")]
    pub cidr: String,
    /// Address that was granted.
    #[serde(rename = "IP", skip_serializing_if = "is_default")]
    pub ip: String,
    /// Host name inside the namespace.
    #[serde(skip_serializing_if = "is_default")]
    pub hostname: String,
    /// Bandwidth; has no effect.
    #[serde(rename = "MBits", skip_serializing_if = "is_default")]
    pub mbits: i64,
    /// Name resolution.
    #[serde(rename = "DNS", skip_serializing_if = "is_default")]
    pub dns: Option<Dns>,
    /// Arguments for CNI plugins.
    #[serde(rename = "CNI", skip_serializing_if = "is_default")]
    pub cni: Option<Cni>,
    /// Ports with a fixed number.
    #[serde(skip_serializing_if = "is_default")]
    pub reserved_ports: List<Port>,
    /// Ports whose number the scheduler draws.
    #[serde(skip_serializing_if = "is_default")]
    pub dynamic_ports: List<Port>,
}

/// Raw form of [`NetworkResource`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct NetworkResourceSpec {
    /// See [`NetworkResource::mode`].
    pub mode: String,
    /// See [`NetworkResource::device`].
    pub device: String,
    /// See [`NetworkResource::cidr`].
    #[serde(rename = "CIDR")]
    pub cidr: String,
    /// See [`NetworkResource::ip`].
    #[serde(rename = "IP")]
    pub ip: String,
    /// See [`NetworkResource::dns`].
    #[serde(rename = "DNS")]
    pub dns: Option<DnsSpec>,
    /// See [`NetworkResource::cni`].
    #[serde(rename = "CNI")]
    pub cni: Option<CniSpec>,
    /// See [`NetworkResource::reserved_ports`].
    pub reserved_ports: Option<Vec<PortSpec>>,
    /// See [`NetworkResource::dynamic_ports`].
    pub dynamic_ports: Option<Vec<PortSpec>>,
    /// See [`NetworkResource::hostname`].
    pub hostname: String,
    /// See [`NetworkResource::mbits`].
    #[serde(rename = "MBits")]
    pub mbits: Option<i64>,
}

impl Noun for NetworkResource {
    type Spec = NetworkResourceSpec;
}

impl Settle for NetworkResourceSpec {
    type Settled = NetworkResource;

    fn settle(self) -> Result<NetworkResource, SettleError> {
        Ok(NetworkResource {
            mode: self.mode,
            device: self.device,
            cidr: self.cidr,
            ip: self.ip,
            hostname: self.hostname,
            mbits: self.mbits.unwrap_or_default(),
            dns: self.dns.map(Settle::settle).transpose()?,
            cni: self.cni.map(Settle::settle).transpose()?,
            reserved_ports: settle_field!(many self.reserved_ports),
            dynamic_ports: settle_field!(many self.dynamic_ports),
        })
    }
}

/// A host port granted to an allocation (spec/scheduler 2.5).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct GrantedPort {
    /// The port's label in the job.
    pub label: String,
    /// Host port.
    pub value: i64,
    /// Port inside the namespace, 0 when there is none.
    pub to: i64,
    /// Host address that the port belongs to.
    #[serde(rename = "HostIP")]
    pub host_ip: String,
    /// The job said that a collision does not matter.
    #[serde(skip_serializing_if = "is_default")]
    pub ignore_collision: bool,
}

/// Network settings as the client found them once the allocation was set up.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct NetworkStatus {
    /// Interface inside the namespace.
    pub interface_name: String,
    /// IPv4 address.
    pub address: String,
    /// IPv6 address.
    #[serde(rename = "AddressIPv6")]
    pub address_ipv6: String,
    /// Name resolution.
    #[serde(rename = "DNS")]
    pub dns: Option<Dns>,
}
