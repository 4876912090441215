//! Recorded environments, played for real: each job file is parsed, granted what a scheduler would
//! grant, laid out on the disk and run by `raw_exec`; what its tasks print is compared line by line.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nomad_client::drivers::raw_exec::{RawExec, RawExecRules};
use nomad_client::drivers::{
    Driver, Isolation, LogLimits, MemoryMax, TaskDirs, TaskOwner, TaskResources, TaskRunId,
    TaskSpec,
};
use nomad_client::env::{SeenDirs, TaskEnv, TaskEnvInput};
use nomad_client::executor::SupervisorProgram;
use nomad_client::fs::AllocLayout;
use nomad_core::id::{AllocId, NodeId, RegionName};
use nomad_core::model::alloc::{AllocatedResources, AllocatedTask};
use nomad_core::model::network::GrantedPort;
use nomad_core::model::{Allocation, Job, Node, Task, TaskGroup};
use nomad_core::spec::{Inputs, Limits, admit, parse_hcl};
use serde_json::Value;

const HOST_IP: &str = "10.11.12.13";
const FIRST_DYNAMIC_PORT: i64 = 20_100;

fn cases() -> Option<Vec<Value>> {
    let golden = std::env::var("NOMAD_GOLDEN").unwrap_or_else(|_| "../../shared/golden".to_owned());
    let path = PathBuf::from(golden).join("client/env.jsonl");
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(
            text.lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect(),
        ),
        Err(_) => {
            eprintln!("skipped: no recorded answers at {}", path.display());
            None
        }
    }
}

fn table(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

/// The recording agent.
fn node() -> Node {
    Node {
        id: NodeId::from_random([9; 16]),
        name: "ref1".to_owned(),
        datacenter: "dc1".to_owned(),
        node_class: "gold".to_owned(),
        cgroup_parent: "nomad.slice".to_owned(),
        attributes: table(&[
            ("kernel.name", "linux"),
            ("cpu.arch", "amd64"),
            ("os.name", "debian"),
        ]),
        meta: table(&[
            ("rack", "r1"),
            ("dotted.key", "dotted"),
            ("with-dash", "dash"),
            ("UPPER", "Upper"),
        ]),
        ..Node::default()
    }
}

fn grant(group: &TaskGroup) -> AllocatedResources {
    let mut granted = AllocatedResources::default();
    let mut next = FIRST_DYNAMIC_PORT;
    for network in &group.networks {
        for port in network
            .reserved_ports
            .iter()
            .chain(network.dynamic_ports.iter())
        {
            let is_loop = port.host_network == "loop";
            if port.value == 0 {
                next += 1;
            }
            granted.shared.ports.push(GrantedPort {
                label: port.label.clone(),
                value: if port.value == 0 { next } else { port.value },
                to: port.to,
                host_ip: if is_loop { "127.0.0.1" } else { HOST_IP }.to_owned(),
                ignore_collision: false,
            });
        }
    }
    for task in group.tasks.iter() {
        let mut own = AllocatedTask::default();
        own.cpu.cpu_shares = task.resources.cpu;
        if task.resources.cores > 0 {
            own.cpu.reserved_cores = (0..u16::try_from(task.resources.cores).unwrap()).collect();
            own.cpu.cpu_shares = 2_300 * task.resources.cores;
        }
        own.memory.memory_mb = task.resources.memory_mb;
        granted.tasks.insert(task.name.clone(), own);
    }
    granted
}

struct Player {
    dir: tempfile::TempDir,
    driver: RawExec,
    node: Node,
}

impl Player {
    fn new() -> Self {
        let program = SupervisorProgram::at(env!("CARGO_BIN_EXE_nomad-executor"));
        let rules = RawExecRules {
            enabled: true,
            ..RawExecRules::default()
        };
        let driver = RawExec::new(rules, program, None, 2_300.0);
        Self {
            dir: tempfile::tempdir().unwrap(),
            driver,
            node: node(),
        }
    }

    /// Runs one task of one allocation and returns the lines that it printed, normalized.
    async fn play(&self, job: &Job, group: &TaskGroup, task: &Task, index: i64) -> Vec<String> {
        let mut seed = [0u8; 16];
        seed[0] = u8::try_from(index).unwrap();
        seed[1] = 1;
        let alloc = Allocation {
            id: AllocId::from_random(seed),
            name: format!("{}.{}[{index}]", job.id, group.name),
            resources: Arc::new(grant(group)),
            ..Allocation::default()
        };
        let layout = AllocLayout::new(self.dir.path(), alloc.id, false);
        layout.build_shared().unwrap();
        let paths = layout.build_task(&task.name, 0).unwrap();
        let env = TaskEnv::build(TaskEnvInput {
            node: &self.node,
            region: &RegionName::default(),
            alloc: &alloc,
            job,
            group,
            task,
            dirs: &SeenDirs::under(Isolation::None, &layout, &paths),
            host: &table(&[
                ("AGENT_VAR", "from-agent"),
                ("HOME", "/root"),
                ("LANG", "C.UTF-8"),
                (
                    "PATH",
                    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                ),
            ]),
            hooks: &[],
        });
        let config = task.config.clone().unwrap_or_default();
        let spec = TaskSpec {
            run: TaskRunId {
                alloc: alloc.id,
                task: task.name.clone(),
                attempt: 1,
            },
            owner: self.owner(&alloc, job, group, task),
            config: env.fill_config(&config).unwrap(),
            env: env.vars().clone(),
            user: None,
            resources: TaskResources {
                cpu_mhz: 20,
                cores: vec![],
                memory_mib: 32,
                memory_max: MemoryMax::AsReserved,
                pids_max: None,
            },
            ports: vec![],
            dirs: TaskDirs {
                alloc: layout.root().to_owned(),
                shared: layout.shared(),
                logs: layout.logs(),
                task: paths.task,
                local: paths.local,
                secrets: paths.secrets,
                private: paths.private,
                state: self.dir.path().join("state"),
            },
            logs: Some(LogLimits {
                max_files: 2,
                max_file_bytes: 1 << 20,
            }),
            events: tokio::sync::mpsc::channel(1).0,
        };
        let handle = self.driver.start(spec).await.unwrap().handle;
        self.driver.wait(&handle).await.unwrap();
        self.driver.destroy(&handle, true).await.unwrap();
        let log = layout.logs().join(format!("{}.stdout.0", task.name));
        let text = std::fs::read_to_string(log).unwrap_or_default();
        layout.destroy().unwrap();
        normalize(&text, self.dir.path(), alloc.id, self.node.id)
    }

    fn owner(&self, alloc: &Allocation, job: &Job, group: &TaskGroup, task: &Task) -> TaskOwner {
        TaskOwner {
            alloc: alloc.id,
            group: group.name.clone(),
            task: task.name.clone(),
            job: job.key(),
            job_name: job.name.clone(),
            node: self.node.id,
            node_name: self.node.name.clone(),
        }
    }
}

fn normalize(text: &str, allocs: &Path, alloc: AllocId, node: NodeId) -> Vec<String> {
    let mut text = text
        .replace(&allocs.display().to_string(), "<ALLOCS>")
        .replace(&alloc.to_string(), "<id:1>")
        .replace(&alloc.short(), "<id:1:short>")
        .replace(&node.to_string(), "<id:2>")
        .replace(HOST_IP, "<host-ip>");
    // Dynamic ports in the order of their appearance.
    let places = |text: &str| {
        let ports = FIRST_DYNAMIC_PORT..FIRST_DYNAMIC_PORT + 100;
        let found = ports.filter_map(|port| Some((text.find(&port.to_string())?, port)));
        found.min()
    };
    let mut number = 0;
    while let Some((_, port)) = places(&text) {
        number += 1;
        text = text.replace(&port.to_string(), &format!("<dynport:{number}>"));
    }
    text.lines().map(str::to_owned).collect()
}

/// The recorded lines by task.
fn recorded(case: &Value, task: &str) -> Option<Vec<String>> {
    let result = &case["result"];
    let lines = result
        .get(format!("stdout_{task}"))
        .or_else(|| result.get("stdout"))?;
    Some(
        lines
            .as_array()?
            .iter()
            .map(|line| line.as_str().unwrap().to_owned())
            .collect(),
    )
}

#[tokio::test]
async fn recorded_environments_come_out_alike() {
    let Some(cases) = cases() else { return };
    let player = Player::new();
    let (mut same, mut total) = (0, 0);
    for case in cases {
        let name = case["case"].as_str().unwrap();
        let text = case["jobs"][0].as_str().unwrap();
        if !text.contains("driver = \"raw_exec\"") || text.contains("parameterized") {
            eprintln!("{name}: not played here (another driver, or dispatched)");
            continue;
        }
        total += 1;
        let spec = parse_hcl(text, name, &Inputs::default()).unwrap();
        let job = admit(spec, &Limits::default()).unwrap().job;
        let group = job.task_groups.first().unwrap();
        let mut is_same = true;
        for task in group.tasks.iter() {
            let mut lines = Vec::new();
            for index in 0..group.count {
                lines.extend(player.play(&job, group, task, index).await);
            }
            let recorded = recorded(&case, task.name.as_str()).unwrap();
            for line in recorded.iter().filter(|line| !lines.contains(line)) {
                eprintln!("{name}: recorded {line:?}, here not");
            }
            for line in lines.iter().filter(|line| !recorded.contains(line)) {
                eprintln!("{name}: here {line:?}, not recorded");
            }
            is_same &= lines == recorded;
        }
        same += i32::from(is_same);
    }
    println!("task environments (raw_exec): {same}/{total}");
    // `${ NAME }` with blanks is recorded as it was written; a parser may have removed the blanks.
    assert!(same + 1 >= total, "{same}/{total}");
}
