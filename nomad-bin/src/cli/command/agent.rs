//! `nomad agent`.

use std::path::PathBuf;

use crate::agent::{AgentConfig, LogLevel, load, run};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::spec::{Command, Outcome, Run};
use crate::cli::ui::Ui;

const DEV: Flag = Flag::switch(
    "dev",
    "Server and client in one process on loopback, raw_exec enabled, nothing outlives it.",
);
const CONFIG: Flag = Flag::list(
    "config",
    "<path>",
    "Configuration file, or directory whose *.hcl and *.json files are read by name. May be repeated; later files win.",
);
const SERVER: Flag = Flag::switch("server", "Run a server.");
const CLIENT: Flag = Flag::switch("client", "Run a client.");
const BIND: Flag = Flag::value("bind", "<address>", "Address to listen on.");
const DATA_DIR: Flag = Flag::value("data-dir", "<path>", "Where everything durable lies.");
const DC: Flag = Flag::value("dc", "<name>", "Datacenter. Default: dc1.");
const REGION: Flag = Flag::value("region", "<name>", "Region. Default: global.");
const NODE: Flag = Flag::value(
    "node",
    "<name>",
    "Name of the agent. Default: the host's name.",
);
const BOOTSTRAP_EXPECT: Flag = Flag::value(
    "bootstrap-expect",
    "<count>",
    "Servers that found the group; 1 is supported.",
);
const SERVERS: Flag = Flag::list(
    "servers",
    "<address>",
    "Servers for the client, host or host:port of their RPC.",
);
const NODE_CLASS: Flag = Flag::value("node-class", "<class>", "A label of the client's node.");
const NODE_POOL: Flag = Flag::value("node-pool", "<pool>", "Pool of the client's node.");
const META: Flag = Flag::list(
    "meta",
    "<key=value>",
    "What to say about the client's node.",
);
const LOG_LEVEL: Flag = Flag::value(
    "log-level",
    "<level>",
    "TRACE, DEBUG, INFO, WARN, ERROR or OFF.",
);
const LOG_JSON: Flag = Flag::switch("log-json", "Log lines as JSON.");

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "agent",
    usage: "[options]",
    summary: "Runs a Nomad agent",
    about: "Starts an agent and runs until an interrupt. An agent is a server, a client, or both; -dev is the quickest way to one.",
    flags: &[&[
        DEV,
        CONFIG,
        SERVER,
        CLIENT,
        BIND,
        DATA_DIR,
        DC,
        REGION,
        NODE,
        BOOTSTRAP_EXPECT,
        SERVERS,
        NODE_CLASS,
        NODE_POOL,
        META,
        LOG_LEVEL,
        LOG_JSON,
    ]],
    run: Run::Offline(agent),
    ..Command::PLAIN
};

fn agent(call: &Call, _: &mut Ui) -> Outcome {
    let config = configuration(call)?;
    let code = run(config, || {
        configuration(call).map_err(|error| error.to_string())
    });
    Ok(u8::from(code != std::process::ExitCode::SUCCESS))
}

/// Defaults, then files in order, then flags (spec/api-cli 5.2).
fn configuration(call: &Call) -> Result<AgentConfig, Failure> {
    let preset = if call.on(&DEV) {
        AgentConfig::dev()
    } else {
        AgentConfig::default()
    };
    let files: Vec<PathBuf> = call.parsed.all(&CONFIG).iter().map(PathBuf::from).collect();
    let mut config = load(preset, &files).map_err(|error| Failure::said(error.to_string()))?;
    flags_over(call, &mut config)?;
    Ok(config)
}

fn flags_over(call: &Call, config: &mut AgentConfig) -> Result<(), Failure> {
    let wrong = |flag: &str, error: &dyn std::fmt::Display| {
        Failure::said(format!("Error parsing -{flag}: {error}"))
    };
    config.server.enabled |= call.on(&SERVER);
    config.client.enabled |= call.on(&CLIENT);
    config.log_json |= call.on(&LOG_JSON);
    let texts = [
        (&BIND, &mut config.bind_addr),
        (&DC, &mut config.datacenter),
        (&NODE, &mut config.name),
        (&NODE_CLASS, &mut config.client.node_class),
    ];
    for (flag, field) in texts {
        if let Some(text) = call.text(flag) {
            text.clone_into(field);
        }
    }
    if let Some(path) = call.text(&DATA_DIR) {
        config.data_dir = Some(path.into());
    }
    if let Some(text) = call.text(&REGION) {
        config.region = text.parse().map_err(|error| wrong("region", &error))?;
    }
    if let Some(text) = call.text(&NODE_POOL) {
        config.client.node_pool = text.parse().map_err(|error| wrong("node-pool", &error))?;
    }
    if let Some(count) = call.parsed.number(&BOOTSTRAP_EXPECT)? {
        config.server.bootstrap_expect = u32::try_from(count).unwrap_or(u32::MAX);
    }
    if let Some(text) = call.text(&LOG_LEVEL) {
        config.log_level = LogLevel::parse(text).ok_or_else(|| {
            Failure::said(format!(
                "Invalid log level: {text}. Valid log levels are: [TRACE DEBUG INFO WARN ERROR OFF]"
            ))
        })?;
    }
    let servers = call
        .parsed
        .all(&SERVERS)
        .iter()
        .flat_map(|list| list.split(','));
    config.client.servers.extend(
        servers
            .map(|at| at.trim().to_owned())
            .filter(|at| !at.is_empty()),
    );
    for pair in call.parsed.all(&META) {
        let (key, value) = pair
            .split_once('=')
            .ok_or_else(|| wrong("meta", &format!("{pair:?} is not key=value")))?;
        config.client.meta.insert(key.to_owned(), value.to_owned());
    }
    Ok(())
}
