//! Starting an agent: ports, server, HTTP, RPC, client, in this order.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use nomad_client::shell::{ClientHandle, ServerLink};
use nomad_raft::rpc::{NodeRole, OperatorRole, Routes};
use nomad_sched::server::ServerConfig;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::client::ClientStartError;
use super::config::{AgentConfig, PORT_RPC};
use super::link::{InProcess, Remote};
use super::listen::{Bound, ListenError, bind};
use crate::http::{AgentFacts, Api, serve};
use crate::server::{self, ServerHandle, ServerOptions};

/// A running agent.
pub struct Agent {
    /// Its server.
    pub server: Option<ServerHandle>,
    /// Its client.
    pub client: Option<Arc<ClientHandle>>,
    /// Where it can be reached.
    pub addresses: Addresses,
    /// What the user should know: ports that differ from the usual.
    pub remarks: Vec<String>,
    stop: watch::Sender<bool>,
    serving: Vec<JoinHandle<()>>,
    temporary: Option<PathBuf>,
}

/// Where an agent can be reached, `host:port`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addresses {
    /// HTTP API.
    pub http: String,
    /// Agent RPC.
    pub rpc: String,
    /// Gossip (not yet in use).
    pub serf: String,
}

/// Why an agent cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AgentError {
    /// A port.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The server.
    #[error(transparent)]
    Server(#[from] server::StartError),
    /// The client.
    #[error(transparent)]
    Client(#[from] ClientStartError),
    /// A client without servers.
    #[error(
        "start the client: it has no servers; set client {{ servers = [\"host:4647\"] }} or enable the server"
    )]
    NoServers,
    /// The temporary directory.
    #[error("make a temporary directory at {path}: {source}", path = .path.display())]
    Temporary {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Starts an agent.
///
/// # Errors
///
/// See [`AgentError`]; what was started before is stopped again.
pub async fn start(config: &AgentConfig) -> Result<Agent, AgentError> {
    let name = agent_name(config);
    let mut remarks = Vec::new();
    let http = listen("http", config, &mut remarks).await?;
    let rpc = match config.server.enabled {
        true => Some(listen("rpc", config, &mut remarks).await?),
        false => None,
    };
    let told = &config.advertise;
    let addresses = Addresses {
        http: told_or(&told.http, advertised(http.at)),
        rpc: rpc
            .as_ref()
            .map(|rpc| told_or(&told.rpc, advertised(rpc.at)))
            .unwrap_or_default(),
        serf: SocketAddr::new(advertised(http.at).ip(), config.ports.serf).to_string(),
    };
    let (base, temporary) = base_directory(config)?;
    let server = match config.server.enabled {
        true => Some(start_server(config, base.clone(), &addresses).await?),
        false => None,
    };
    let link: Arc<dyn ServerLink> = match &server {
        Some(server) => Arc::new(InProcess(server.clone())),
        None => Arc::new(Remote::new(servers(config)?)),
    };
    let client = match config.client.enabled {
        true => {
            let started = super::client::start(config, &name, &base, &addresses.http, link).await;
            Some(Arc::new(started?))
        }
        false => None,
    };
    let facts = facts(config, name, &addresses);
    let api = Api {
        server: server.clone(),
        client: client.clone(),
        facts: Arc::new(facts),
    };
    let (stop, stopped) = watch::channel(false);
    let mut serving = vec![serve_http(http, api, stopped.clone())];
    if let (Some(rpc), Some(server)) = (rpc, &server) {
        serving.push(serve_rpc(rpc, server.clone(), stopped));
    }
    Ok(Agent {
        server,
        client,
        addresses,
        remarks,
        stop,
        serving,
        temporary,
    })
}

fn agent_name(config: &AgentConfig) -> String {
    if !config.name.is_empty() {
        return config.name.clone();
    }
    let host = nix::unistd::gethostname()
        .ok()
        .and_then(|name| name.into_string().ok());
    host.unwrap_or_else(|| "nomad".to_owned())
}

async fn listen(
    what: &'static str,
    config: &AgentConfig,
    remarks: &mut Vec<String>,
) -> Result<Bound, ListenError> {
    let (own, port) = match what {
        "rpc" => (&config.addresses.rpc, config.ports.rpc),
        _ => (&config.addresses.http, config.ports.http),
    };
    let host = if own.is_empty() {
        &config.bind_addr
    } else {
        own
    };
    let bound = bind(what, host, port, config.next_free_ports).await?;
    if let Some(taken) = bound.instead_of {
        let now = bound.at.port();
        remarks.push(format!("port {taken} ({what}) is taken, using {now}"));
    }
    Ok(bound)
}

/// The address that the configuration tells others to use, or the one found out.
fn told_or(told: &str, found: SocketAddr) -> String {
    match told {
        "" => found.to_string(),
        told => with_port(told, found.port()),
    }
}

/// The address that others use: the bound one, or loopback when every address is bound and no
/// better one is known.
fn advertised(at: SocketAddr) -> SocketAddr {
    if !at.ip().is_unspecified() {
        return at;
    }
    SocketAddr::new(
        private_address().unwrap_or([127, 0, 0, 1].into()),
        at.port(),
    )
}

/// The first private address of this machine.
fn private_address() -> Option<std::net::IpAddr> {
    let interfaces = nix::ifaddrs::getifaddrs().ok()?;
    let addresses = interfaces.filter_map(|one| one.address?.as_sockaddr_in().map(|at| at.ip()));
    addresses
        .into_iter()
        .find(std::net::Ipv4Addr::is_private)
        .map(Into::into)
}

/// The directory that everything lies in, and the same again when it must vanish at the end.
fn base_directory(config: &AgentConfig) -> Result<(PathBuf, Option<PathBuf>), AgentError> {
    if let Some(dir) = &config.data_dir {
        return Ok((dir.clone(), None));
    }
    if !config.dev {
        return Ok((PathBuf::from("/"), None));
    }
    let path = std::env::temp_dir().join(format!("nomad-dev-{}", std::process::id()));
    std::fs::create_dir_all(&path).map_err(|source| AgentError::Temporary {
        path: path.clone(),
        source,
    })?;
    Ok((path.clone(), Some(path)))
}

async fn start_server(
    config: &AgentConfig,
    base: PathBuf,
    addresses: &Addresses,
) -> Result<ServerHandle, AgentError> {
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let machine = ServerConfig {
        workers: config.server.num_schedulers.unwrap_or(threads),
        servers: vec![addresses.rpc.clone()],
        seed: crate::draw::number(),
        gc: config.server.gc.clone(),
    };
    let directory = config
        .server
        .data_dir
        .clone()
        .unwrap_or_else(|| base.join("server"));
    let options = ServerOptions { directory, machine };
    let started = tokio::task::spawn_blocking(move || server::start(&options)).await;
    match started {
        Ok(server) => Ok(server?),
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

fn servers(config: &AgentConfig) -> Result<Vec<String>, AgentError> {
    let servers: Vec<String> = config
        .client
        .servers
        .iter()
        .map(|at| with_port(at, PORT_RPC))
        .collect();
    if servers.is_empty() {
        Err(AgentError::NoServers)
    } else {
        Ok(servers)
    }
}

fn with_port(at: &str, port: u16) -> String {
    let has_port = at
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if has_port {
        at.to_owned()
    } else {
        format!("{at}:{port}")
    }
}

fn facts(config: &AgentConfig, name: String, addresses: &Addresses) -> AgentFacts {
    let shown = serde_json::json!({
        "Region": config.region,
        "Datacenter": config.datacenter,
        "NodeName": name,
        "DataDir": config.data_dir,
        "DevMode": config.dev,
        "BindAddr": config.bind_addr,
        "LogLevel": config.log_level.as_str(),
        "Ports": {"HTTP": config.ports.http, "RPC": config.ports.rpc, "Serf": config.ports.serf},
        "Server": {"Enabled": config.server.enabled, "BootstrapExpect": config.server.bootstrap_expect},
        "Client": {"Enabled": config.client.enabled, "NodeClass": config.client.node_class, "Meta": config.client.meta},
        "ACL": {"Enabled": false},
        "UI": {"Enabled": true, "ShowCLIHints": true},
        "Version": {"Version": crate::COMPATIBLE_VERSION, "VersionPrerelease": "", "VersionMetadata": "", "Revision": ""},
    });
    AgentFacts {
        name,
        region: config.region.to_string(),
        datacenter: config.datacenter.clone(),
        config: shown,
        http_addr: addresses.http.clone(),
        rpc_addr: addresses.rpc.clone(),
        serf_addr: addresses.serf.clone(),
    }
}

fn serve_http(http: Bound, api: Api, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        if let Err(error) = serve(http.listener, api, stopped).await {
            tracing::error!(%error, "the HTTP API ended");
        }
    })
}

fn serve_rpc(
    rpc: Bound,
    server: ServerHandle,
    mut stopped: watch::Receiver<bool>,
) -> JoinHandle<()> {
    let (nodes, operators) = (server.clone(), server);
    let routes = Routes::new()
        .with::<NodeRole>(move |_, request| {
            let server = nodes.clone();
            async move { server.node(request).await }
        })
        .with::<OperatorRole>(move |_, request| {
            let server = operators.clone();
            async move { server.operator(request).await }
        });
    tokio::spawn(nomad_raft::rpc::serve(rpc.listener, routes, async move {
        let _ = stopped.wait_for(|stopped| *stopped).await;
    }))
}

impl Agent {
    /// Ends the agent: the client as its configuration says, then HTTP and RPC, then the server.
    pub async fn stop(mut self) {
        if let Some(client) = self.client.take() {
            client.end().await;
        }
        self.stop.send_replace(true);
        for serving in self.serving.drain(..) {
            let _ = serving.await;
        }
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
        if let Some(path) = self.temporary.take() {
            super::client::remove_cgroups();
            let _ = std::fs::remove_dir_all(path);
        }
    }
}
