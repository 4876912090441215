//! The drivers of a node, by name.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use nomad_core::id::AllocId;
use nomad_core::model::Node;
use nomad_core::model::node::DriverInfo;
use nomad_core::units::Timestamp;

use crate::drivers::{Driver, DriverFingerprint, DriverHealth};

/// The drivers of a node, by name.
#[derive(Clone, Default)]
pub struct Drivers {
    by_name: BTreeMap<String, Arc<dyn Driver>>,
}

impl Drivers {
    /// No drivers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more.
    #[must_use]
    pub fn with(mut self, driver: Arc<dyn Driver>) -> Self {
        self.by_name.insert(driver.name().to_owned(), driver);
        self
    }

    /// The driver called `name`.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Arc<dyn Driver>> {
        self.by_name.get(name).cloned()
    }

    /// Lets every driver remove strays.
    pub(super) async fn sweep(&self, known: &[AllocId], allocs_dir: &Path) {
        for driver in self.by_name.values() {
            driver.sweep(known, allocs_dir).await;
        }
    }

    /// Looks at every driver and writes what it finds into `node`.
    pub(super) async fn fingerprint(&self, node: &mut Node, now: Timestamp) {
        for (name, driver) in &self.by_name {
            let found = driver.fingerprint().await;
            record(node, name, found, now);
        }
    }
}

fn record(node: &mut Node, name: &str, found: DriverFingerprint, now: Timestamp) {
    let before = node.drivers.get(name);
    let own = format!("driver.{name}");
    let prefix = format!("{own}.");
    node.attributes
        .retain(|key, _| *key != own && !key.starts_with(&prefix));
    let mut info = DriverInfo {
        attributes: found.attributes,
        detected: found.health != DriverHealth::Undetected,
        healthy: found.health == DriverHealth::Healthy,
        health_description: found.description,
        update_time: now,
    };
    if info.detected {
        node.attributes.extend(info.attributes.clone());
        info.attributes.insert(own.clone(), "true".to_owned());
    }
    // Placement asks for this one: only a driver that works has it.
    if info.healthy {
        node.attributes.insert(own, "1".to_owned());
    }
    // The time of the look is no change by itself.
    if let Some(before) = before {
        let unchanged = DriverInfo {
            update_time: before.update_time,
            ..info.clone()
        } == *before;
        if unchanged {
            info.update_time = before.update_time;
        }
    }
    node.drivers.insert(name.to_owned(), info);
}
