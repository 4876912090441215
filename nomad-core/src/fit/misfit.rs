//! Why something does not fit.

use super::ports::PortRangeError;

/// The first dimension that is short. The text is the original's (spec/scheduler Appendix C); the
/// amounts are for explanations.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misfit {
    /// The node's limit on allocations.
    #[error("max allocation exceeded")]
    MaxAllocs {
        /// The limit.
        limit: i64,
    },
    /// Fewer free cores than asked, or one core held twice.
    #[error("cores")]
    Cores {
        /// Cores asked for.
        asked: usize,
        /// Cores free.
        free: usize,
    },
    /// Processor time.
    #[error("cpu")]
    Cpu {
        /// MHz too few.
        short: i64,
    },
    /// Memory.
    #[error("memory")]
    Memory {
        /// MiB too few.
        short: i64,
    },
    /// Disk.
    #[error("disk")]
    Disk {
        /// MiB too few.
        short: i64,
    },
    /// The node's reserved ports cannot be read.
    #[error("reserved node port collision: error parsing reserved_ports: {0}")]
    NodePorts(PortRangeError),
    /// Two allocations hold one port.
    #[error(
        "reserved alloc port collision: collision when reserving port for alloc {alloc}: [port {port} already in use]"
    )]
    PortClash {
        /// The allocation that came second.
        alloc: crate::id::AllocId,
        /// The port.
        port: u16,
    },
    /// Two allocations that were there before hold one port.
    #[error("network: port collision")]
    OldPortClash {
        /// The port.
        port: u16,
    },
    /// The node's own settings make its network unusable.
    #[error("network: invalid node")]
    InvalidNode(PortRangeError),
    /// A static port is taken.
    #[error("network: reserved port collision {label}={port}")]
    PortTaken {
        /// The port's label.
        label: String,
        /// The port.
        port: i64,
    },
    /// A static port that is no port.
    #[error("network: invalid port {port} (out of range)")]
    PortOutOfRange {
        /// The port.
        port: i64,
    },
    /// The node has no address on that host network.
    #[error("network: no addresses available for {alias:?} network")]
    NoAddress {
        /// The host network.
        alias: String,
    },
    /// No dynamic port is free.
    #[error("network: dynamic port selection failed")]
    NoDynamicPort,
    /// No group of devices can serve a request.
    #[error("devices: {0}")]
    Devices(&'static str),
    /// Two allocations hold one device.
    #[error("device oversubscribed")]
    DeviceOversubscribed,
    /// A host volume that one allocation wants for itself is wanted by another.
    #[error("conflicting claims for host volume with single-writer")]
    VolumeConflict,
    /// Networks of tasks are not granted.
    #[error("network: networks of tasks are not supported yet, use the group's network block")]
    TaskNetwork,
}

impl Misfit {
    /// For explanations: the amount that is missing and its unit, where there is one.
    #[must_use]
    pub fn short_by(&self) -> Option<(i64, &'static str)> {
        match self {
            Self::Cpu { short } => Some((*short, "MHz of cpu")),
            Self::Memory { short } => Some((*short, "MiB of memory")),
            Self::Disk { short } => Some((*short, "MiB of disk")),
            Self::Cores { asked, free } => {
                let short = i64::try_from(asked.saturating_sub(*free)).unwrap_or(i64::MAX);
                Some((short, "cores"))
            }
            _ => None,
        }
    }
}
