//! What a driver says about itself when asked.

use std::collections::BTreeMap;

/// Whether a driver can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriverHealth {
    /// What it needs is not on this machine, or it is switched off.
    Undetected,
    /// It is there, and does not work.
    Unhealthy,
    /// It works.
    Healthy,
}

/// The answer of a driver's fingerprint (spec/client 18.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriverFingerprint {
    /// Whether the driver can be used.
    pub health: DriverHealth,
    /// Why, in a few words: `Healthy`, or what is missing.
    pub description: String,
    /// Attributes such as `driver.docker.version`; `driver.<name>` itself is set by the caller.
    pub attributes: BTreeMap<String, String>,
}

impl DriverFingerprint {
    /// A driver that works and has nothing more to tell.
    #[must_use]
    pub fn healthy() -> Self {
        Self {
            health: DriverHealth::Healthy,
            description: "Healthy".to_owned(),
            attributes: BTreeMap::new(),
        }
    }

    /// A driver that is not there, with the reason.
    #[must_use]
    pub fn undetected(description: impl Into<String>) -> Self {
        Self {
            health: DriverHealth::Undetected,
            description: description.into(),
            attributes: BTreeMap::new(),
        }
    }

    /// A driver that is there and does not work, with the reason.
    #[must_use]
    pub fn unhealthy(description: impl Into<String>) -> Self {
        Self {
            health: DriverHealth::Unhealthy,
            ..Self::undetected(description)
        }
    }
}
