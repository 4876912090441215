//! What a group asks of a node, computed once per evaluation.

use super::amounts::{Amounts, Phases};
use crate::expr::attribute::Value;
use crate::expr::operator::Operator;
use crate::id::TaskName;
use crate::model::network::NetworkResource;
use crate::model::resources::RequestedDevice;
use crate::model::task::Lifecycle;
use crate::model::{Task, TaskGroup};

/// What a group asks of a node.
#[derive(Debug, Clone)]
pub struct Ask<'j> {
    /// Per task, in the order of the job.
    pub tasks: Vec<TaskAsk<'j>>,
    /// The first network of the group, if it has one.
    pub network: Option<&'j NetworkResource>,
    /// The sum, without the processor time of tasks that ask for whole cores.
    pub total: Amounts,
    /// Static ports.
    pub static_ports: Vec<PortAsk<'j>>,
    /// Dynamic ports.
    pub dynamic_ports: Vec<PortAsk<'j>>,
}

/// What a task asks of a node.
#[derive(Debug, Clone)]
pub struct TaskAsk<'j> {
    /// The task.
    pub name: &'j TaskName,
    /// Its place in the group's life.
    pub life: Option<&'j Lifecycle>,
    /// MHz; 0 for a task with cores.
    pub cpu: i64,
    /// Whole cores.
    pub cores: usize,
    /// MiB.
    pub memory: i64,
    /// MiB that may be reached; 0 = the same.
    pub memory_max: i64,
    /// Devices.
    pub devices: Vec<DeviceAsk<'j>>,
    /// It has networks of its own, which are not granted.
    pub has_network: bool,
}

/// A port that is asked for.
#[derive(Debug, Clone, Copy)]
pub struct PortAsk<'j> {
    /// Its label.
    pub label: &'j str,
    /// The port; 0 for dynamic ones.
    pub value: i64,
    /// The port inside.
    pub to: i64,
    /// Alias of the host network; empty means the default. May name an attribute of the node.
    pub host_network: &'j str,
    /// It may be held by others.
    pub loose: bool,
}

/// Devices that are asked for.
#[derive(Debug, Clone)]
pub struct DeviceAsk<'j> {
    /// `type`, `vendor/type` or `vendor/type/name`.
    pub name: &'j str,
    /// How many.
    pub count: u64,
    /// Conditions on the group of devices.
    pub(super) constraints: Vec<DeviceTest>,
    /// Preferences, with their weights.
    pub(super) affinities: Vec<(DeviceTest, f64)>,
}

/// A compiled condition on a device.
#[derive(Debug, Clone)]
pub(super) struct DeviceTest {
    pub(super) left: DeviceTarget,
    pub(super) right: DeviceTarget,
    pub(super) operator: Operator,
}

/// What a side of a device condition stands for.
#[derive(Debug, Clone)]
pub(super) enum DeviceTarget {
    Literal(Value),
    Ids,
    Model,
    Vendor,
    Kind,
    Attribute(String),
    Unknown,
}

impl DeviceTarget {
    fn parse(text: &str) -> Self {
        if !text.starts_with("${") {
            return Self::Literal(Value::parse(text));
        }
        match text {
            "${device.ids}" => Self::Ids,
            "${device.model}" => Self::Model,
            "${device.vendor}" => Self::Vendor,
            "${device.type}" => Self::Kind,
            _ => text
                .strip_prefix("${device.attr.")
                .map(|key| Self::Attribute(key.strip_suffix('}').unwrap_or(key).to_owned()))
                .unwrap_or(Self::Unknown),
        }
    }
}

impl DeviceTest {
    fn compile(left: &str, operator: &str, right: &str) -> Self {
        Self {
            left: DeviceTarget::parse(left),
            right: DeviceTarget::parse(right),
            operator: Operator::parse(operator),
        }
    }
}

impl<'j> DeviceAsk<'j> {
    fn of(asked: &'j RequestedDevice) -> Self {
        let constraints = asked.constraints.iter();
        let affinities = asked.affinities.iter();
        Self {
            name: &asked.name,
            count: asked.count,
            constraints: constraints
                .map(|c| DeviceTest::compile(&c.ltarget, &c.operand, &c.rtarget))
                .collect(),
            affinities: affinities
                .map(|a| {
                    (
                        DeviceTest::compile(&a.ltarget, &a.operand, &a.rtarget),
                        a.weight as f64,
                    )
                })
                .collect(),
        }
    }
}

impl<'j> TaskAsk<'j> {
    fn of(task: &'j Task, oversubscribe: bool) -> Self {
        let asked = &task.resources;
        let memory_max = match asked.memory_max_mb {
            max if !oversubscribe || max == 0 => 0,
            -1 => -1,
            max => max.saturating_add(asked.secrets_mb),
        };
        let cores = usize::try_from(asked.cores).unwrap_or(0);
        Self {
            name: &task.name,
            life: task.lifecycle.as_ref(),
            cpu: if cores > 0 { 0 } else { asked.cpu },
            cores,
            memory: asked.memory_mb.saturating_add(asked.secrets_mb),
            memory_max,
            devices: asked.devices.iter().map(DeviceAsk::of).collect(),
            has_network: !asked.networks.is_empty(),
        }
    }
}

impl<'j> Ask<'j> {
    /// What `group` asks. Memory above what placement counts is granted only with
    /// `oversubscribe`.
    #[must_use]
    pub fn of(group: &'j TaskGroup, oversubscribe: bool) -> Self {
        let tasks: Vec<_> = group
            .tasks
            .iter()
            .map(|task| TaskAsk::of(task, oversubscribe))
            .collect();
        let mut phases = Phases::default();
        for task in &tasks {
            let memory_max = if task.memory_max == 0 {
                task.memory
            } else {
                task.memory_max
            };
            let amounts = Amounts {
                cpu: task.cpu,
                memory: task.memory,
                memory_max,
                disk: 0,
            };
            phases.count(task.life, amounts, false);
        }
        let network = group.networks.first();
        let ports = |list: fn(&NetworkResource) -> &[crate::model::network::Port]| {
            let ports = network.map(list).unwrap_or_default();
            ports.iter().map(|port| PortAsk {
                label: &port.label,
                value: port.value,
                to: port.to,
                host_network: &port.host_network,
                loose: port.ignore_collision,
            })
        };
        Self {
            static_ports: ports(|network| &network.reserved_ports).collect(),
            dynamic_ports: ports(|network| &network.dynamic_ports).collect(),
            total: phases.total(group.ephemeral_disk.size_mb),
            network,
            tasks,
        }
    }

    /// It asks for ports, cores or devices, which a plain comparison of amounts cannot judge.
    #[must_use]
    pub fn is_special(&self) -> bool {
        !self.static_ports.is_empty()
            || !self.dynamic_ports.is_empty()
            || self
                .tasks
                .iter()
                .any(|task| task.cores > 0 || !task.devices.is_empty() || task.has_network)
    }
}
