//! Task drivers, asked through their contract.

use std::collections::BTreeMap;
use std::sync::Arc;

use nomad_core::model::node::DriverInfo;
use nomad_core::units::Timestamp;

use super::Found;
use crate::drivers::{Driver, DriverHealth};

/// Asks every driver. The attributes of those that are there go into the node's, with
/// `driver.<name>` = `1` when it works; the entries say more, also about those that are not there.
pub async fn survey_drivers(
    drivers: &[Arc<dyn Driver>],
    now: Timestamp,
) -> (Found, BTreeMap<String, DriverInfo>) {
    let (mut found, mut infos) = (Found::default(), BTreeMap::new());
    for driver in drivers {
        let told = driver.fingerprint().await;
        let key = format!("driver.{}", driver.name());
        let healthy = told.health == DriverHealth::Healthy;
        let detected = told.health != DriverHealth::Undetected;
        let mut attributes = told.attributes;
        if detected {
            found.attributes.extend(attributes.clone());
            attributes.insert(key.clone(), "true".to_owned());
        }
        found.set(&key, if healthy { "1" } else { "" });
        let info = DriverInfo {
            attributes,
            detected,
            healthy,
            health_description: told.description,
            update_time: now,
        };
        infos.insert(driver.name().to_owned(), info);
    }
    (found, infos)
}
