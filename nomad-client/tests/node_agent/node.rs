//! The agent under test.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use nomad_client::agent::{AgentConfig, Shutdown};
use nomad_client::drivers::docker::{Docker, DockerRules};
use nomad_client::drivers::mock::Mock;
use nomad_client::drivers::raw_exec::{RawExec, RawExecRules};
use nomad_client::executor::SupervisorProgram;
use nomad_client::shell::{Client, ClientConfig, ClientHandle, Drivers};
use nomad_core::id::{AllocId, RegionName};
use nomad_core::model::job::JobType;
use nomad_core::model::{Job, Node};

use crate::server::{Server, command, job};

pub(crate) fn drivers() -> Drivers {
    let rules = RawExecRules {
        enabled: true,
        ..RawExecRules::default()
    };
    let supervisor = SupervisorProgram::at(env!("CARGO_BIN_EXE_nomad-executor"));
    Drivers::new()
        .with(Arc::new(RawExec::new(rules, supervisor, None, 2_000.0)))
        .with(Arc::new(Docker::new(DockerRules::default(), 2_000.0)))
        .with(Arc::new(Mock::new()))
}

pub(crate) fn config(dir: &Path) -> ClientConfig {
    ClientConfig {
        node: Node {
            name: "n".to_owned(),
            datacenter: "dc1".to_owned(),
            ..Node::default()
        },
        region: RegionName::default(),
        state_dir: Some(dir.join("state")),
        alloc_dir: dir.join("alloc"),
        driver_dir: dir.join("tasks"),
        host_env: BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]),
        agent: AgentConfig::default(),
        at_end: Shutdown::KeepTasks,
    }
}

pub(crate) async fn start(dir: &Path, server: &Arc<Server>) -> ClientHandle {
    let link: Arc<Server> = Arc::clone(server);
    Client::start(config(dir), link, drivers()).await.unwrap()
}

pub(crate) fn shell(kind: JobType, script: &str) -> Job {
    job(kind, vec![command("t", script)])
}

pub(crate) fn read(client: &ClientHandle, id: AllocId, path: &str) -> String {
    std::fs::read_to_string(client.layout(id).root().join(path)).unwrap_or_default()
}
