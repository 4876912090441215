//! Why a node cannot run a group.

use std::sync::Arc;

/// The first check that refused a node. The text is the original's (spec/scheduler 6.5).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A constraint, as its text.
    #[error("{0}")]
    Constraint(Arc<str>),
    /// A driver is missing or ill.
    #[error("missing drivers")]
    Drivers,
    /// Not enough devices of a kind.
    #[error("missing devices")]
    Devices,
    /// No network of the mode.
    #[error("missing network")]
    Network,
    /// A host network that a port names through an attribute the node lacks.
    #[error("invalid host network {network:?} template for port {port:?}")]
    HostNetworkTemplate {
        /// The template.
        network: String,
        /// The port's label.
        port: String,
    },
    /// No address on a host network.
    #[error("missing host network {network:?} for port {port:?}")]
    HostNetwork {
        /// The host network.
        network: String,
        /// The port's label.
        port: String,
    },
    /// A provider of secrets that the node lacks.
    #[error("missing secrets provider")]
    SecretsProvider,
    /// A host volume that the node lacks.
    #[error("missing compatible host volumes")]
    HostVolumes,
    /// CSI volumes that do not exist.
    #[error("missing CSI volume(s) {0}")]
    CsiVolumes(String),
    /// Another allocation of the job is there.
    #[error("distinct_hosts")]
    DistinctHosts,
    /// The node lacks the property that must be distinct.
    #[error("missing property {0:?}")]
    MissingProperty(Arc<str>),
    /// The property's value is used often enough.
    #[error("distinct_property: {property}={value} used by {used} allocs")]
    DistinctProperty {
        /// The property.
        property: Arc<str>,
        /// The node's value.
        value: Arc<str>,
        /// Allocations that use it.
        used: u64,
    },
    /// The limit of a distinct property is no number.
    #[error("failed to parse RTarget {0:?} to int")]
    DistinctLimit(String),
    /// Another node of the same class was refused.
    #[error("computed class ineligible")]
    Class,
}
