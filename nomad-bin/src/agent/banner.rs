//! What an agent says when it starts (spec/api-cli 5.5).

use super::config::AgentConfig;
use super::console::line;
use super::start::Agent;

/// Prints what was loaded, before anything starts.
pub(super) fn before(config: &AgentConfig) {
    if config.log_json {
        return;
    }
    if config.files.is_empty() {
        line("==> No configuration files loaded");
    } else {
        let files: Vec<String> = config
            .files
            .iter()
            .map(|file| file.display().to_string())
            .collect();
        line(&format!(
            "==> Loaded configuration from {}",
            files.join(", ")
        ));
    }
    line("==> Starting Nomad agent...");
}

/// Prints what runs, once it runs.
pub(super) fn after(config: &AgentConfig, agent: &Agent) {
    if config.log_json {
        return;
    }
    let at = &agent.addresses;
    let mut rows = vec![
        (
            "Advertise Addrs",
            format!("HTTP: {}; RPC: {}; Serf: {}", at.http, at.rpc, at.serf),
        ),
        (
            "Bind Addrs",
            format!("HTTP: [{}]; RPC: {}; Serf: {}", at.http, at.rpc, at.serf),
        ),
        ("Client", config.client.enabled.to_string()),
        ("Log Level", config.log_level.as_str().to_owned()),
    ];
    if let Some(client) = &agent.client {
        rows.push(("Node Id", client.node_id().to_string()));
    }
    rows.push((
        "Region",
        format!("{} (DC: {})", config.region, config.datacenter),
    ));
    rows.push(("Server", config.server.enabled.to_string()));
    rows.push(("Version", crate::VERSION.to_owned()));
    line("==> Nomad agent configuration:");
    line("");
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0) + 7;
    for (name, value) in rows {
        line(&format!("{name:>width$}: {value}"));
    }
    line("");
    line("==> Nomad agent started! Log data will stream in below:");
    line("");
}
