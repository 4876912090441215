//! A node in a few words.

use crate::feasible::node_class;
use crate::model::node::{DriverInfo, NodeAddress, NodeNetwork};
use crate::model::{Node, NodeEligibility, NodeStatus};
use crate::seed::Seed;

/// Makes a [`Node`]: ready, eligible, in datacenter `dc1`, with 100 GiB of disk.
#[derive(Debug, Clone)]
pub struct NodeBuilder(Node);

impl Node {
    /// Begins a node called `name`. Its id is drawn from the name, so that equal programs make
    /// equal nodes; see [`NodeBuilder::id`].
    #[must_use]
    pub fn builder(name: &str) -> NodeBuilder {
        let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let mut node = Self {
            id: Seed::new(seed).node_id(),
            name: name.to_owned(),
            datacenter: "dc1".to_owned(),
            status: NodeStatus::Ready,
            scheduling_eligibility: NodeEligibility::Eligible,
            ..Self::default()
        };
        node.node_resources.disk.disk_mb = 100 * 1024;
        NodeBuilder(node)
    }
}

impl NodeBuilder {
    /// Its id.
    #[must_use]
    pub fn id(mut self, id: crate::id::NodeId) -> Self {
        self.0.id = id;
        self
    }

    /// Its datacenter.
    #[must_use]
    pub fn datacenter(mut self, datacenter: &str) -> Self {
        datacenter.clone_into(&mut self.0.datacenter);
        self
    }

    /// Its pool.
    #[must_use]
    pub fn pool(mut self, pool: crate::id::PoolName) -> Self {
        self.0.node_pool = pool;
        self
    }

    /// The label that operators give it.
    #[must_use]
    pub fn class(mut self, class: &str) -> Self {
        class.clone_into(&mut self.0.node_class);
        self
    }

    /// A fact about it, `${attr.KEY}` in constraints.
    #[must_use]
    pub fn attr(mut self, key: &str, value: &str) -> Self {
        self.0.attributes.insert(key.to_owned(), value.to_owned());
        self
    }

    /// What operators say about it, `${meta.KEY}` in constraints.
    #[must_use]
    pub fn meta(mut self, key: &str, value: &str) -> Self {
        self.0.meta.insert(key.to_owned(), value.to_owned());
        self
    }

    /// MHz of all cores together, and the number of cores, which tasks may reserve.
    #[must_use]
    pub fn cpu(mut self, mhz: i64, cores: u16) -> Self {
        let cpu = &mut self.0.node_resources.cpu;
        cpu.cpu_shares = mhz;
        cpu.total_cpu_cores = cores;
        cpu.reservable_cpu_cores = (0..cores).collect();
        self
    }

    /// MHz of all cores together; no core may be reserved.
    #[must_use]
    pub fn cpu_mhz(self, mhz: i64) -> Self {
        self.cpu(mhz, 0)
    }

    /// MiB of memory.
    #[must_use]
    pub fn memory_mib(mut self, mib: i64) -> Self {
        self.0.node_resources.memory.memory_mb = mib;
        self
    }

    /// MiB of disk.
    #[must_use]
    pub fn disk_mib(mut self, mib: i64) -> Self {
        self.0.node_resources.disk.disk_mb = mib;
        self
    }

    /// A task driver that is there and works.
    #[must_use]
    pub fn driver(mut self, name: &str) -> Self {
        let info = DriverInfo {
            detected: true,
            healthy: true,
            ..DriverInfo::default()
        };
        self.0
            .attributes
            .insert(format!("driver.{name}"), "1".to_owned());
        self.0.drivers.insert(name.to_owned(), info);
        self
    }

    /// An address of its host network, which ports are taken from.
    #[must_use]
    pub fn address(mut self, address: &str) -> Self {
        self.0.node_resources.node_networks.push(NodeNetwork {
            mode: "host".to_owned(),
            addresses: vec![NodeAddress {
                alias: "default".to_owned(),
                address: address.to_owned(),
                ..NodeAddress::default()
            }]
            .into(),
            ..NodeNetwork::default()
        });
        self
    }

    /// The node, with its computed class.
    #[must_use]
    pub fn build(mut self) -> Node {
        self.0.computed_class = node_class(&self.0);
        self.0
    }
}
