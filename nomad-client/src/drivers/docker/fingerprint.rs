//! What the engine says about itself (spec/client 24.10).

use std::collections::BTreeMap;

use bollard::Docker as Api;
use bollard::errors::Error;

use super::super::{DriverFingerprint, DriverHealth};
use super::rules::DockerRules;

/// Asks the engine.
pub(super) async fn fingerprint(
    api: &Api,
    rules: &DockerRules,
) -> Result<DriverFingerprint, Error> {
    let version = api.version().await?;
    let info = api.info().await?;
    let mut attributes = BTreeMap::new();
    let mut note = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            attributes.insert(format!("driver.docker.{name}"), value);
        }
    };
    note("version", version.version);
    note("os_type", info.os_type);
    note(
        "privileged.enabled",
        rules.allow_privileged.then(|| "true".to_owned()),
    );
    note("volumes.enabled", rules.volumes.then(|| "true".to_owned()));
    let pids_limit = Some(rules.pids_limit).filter(|limit| *limit > 0);
    note("pids.limit", pids_limit.map(|limit| limit.to_string()));
    let mut runtimes: Vec<String> = info.runtimes.unwrap_or_default().into_keys().collect();
    runtimes.sort();
    note("runtimes", Some(runtimes.join(",")));
    note("bridge_ip", bridge_address(api).await);
    Ok(DriverFingerprint {
        health: DriverHealth::Healthy,
        description: "Healthy".to_owned(),
        attributes,
    })
}

/// The gateway of the engine's own bridge; an address or nothing.
async fn bridge_address(api: &Api) -> Option<String> {
    let network = api.inspect_network("bridge", None).await.ok()?;
    let configs = network.ipam?.config?;
    let gateways = configs.into_iter().filter_map(|config| config.gateway);
    let mut addresses = gateways.filter(|text| text.parse::<std::net::IpAddr>().is_ok());
    addresses.next()
}
