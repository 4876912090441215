//! A task's environment, and references filled in with it.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::sync::Arc;

use nomad_client::env::{FillError, HOST_DENYLIST, SeenDirs, TaskEnv, TaskEnvInput, filter_host};
use nomad_core::id::RegionName;
use nomad_core::model::alloc::{AllocatedResources, AllocatedTask};
use nomad_core::model::network::{GrantedPort, NetworkStatus};
use nomad_core::model::{Allocation, Job, Node, Task, TaskGroup};
use serde_json::{Value, json};

struct World {
    node: Node,
    alloc: Allocation,
    job: Job,
    group: TaskGroup,
    task: Task,
    host: BTreeMap<String, String>,
    hooks: Vec<BTreeMap<String, String>>,
}

fn table<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

impl World {
    fn new() -> Self {
        let node = Node {
            name: "ref1".to_owned(),
            datacenter: "dc1".to_owned(),
            node_class: "gold".to_owned(),
            cgroup_parent: "nomad.slice".to_owned(),
            attributes: table([("kernel.name", "linux"), ("driver.docker.version", "20")]),
            meta: table([
                ("rack", "r1"),
                ("dotted.key", "dotted"),
                ("with-dash", "dash"),
            ]),
            ..Node::default()
        };
        let task = Task {
            name: "t".parse().unwrap(),
            ..Task::default()
        };
        let group = TaskGroup {
            name: "g".parse().unwrap(),
            ..TaskGroup::default()
        };
        let mut granted = AllocatedTask::default();
        (granted.cpu.cpu_shares, granted.memory.memory_mb) = (20, 32);
        let mut resources = AllocatedResources::default();
        resources.tasks.insert(task.name.clone(), granted);
        let alloc = Allocation {
            name: "j.g[3]".to_owned(),
            resources: Arc::new(resources),
            ..Allocation::default()
        };
        let job = Job {
            id: "j".parse().unwrap(),
            name: "j".to_owned(),
            ..Job::default()
        };
        Self {
            node,
            alloc,
            job,
            group,
            task,
            host: BTreeMap::new(),
            hooks: vec![],
        }
    }

    fn env(&self) -> TaskEnv {
        TaskEnv::build(TaskEnvInput {
            node: &self.node,
            region: &RegionName::default(),
            alloc: &self.alloc,
            job: &self.job,
            group: &self.group,
            task: &self.task,
            dirs: &SeenDirs {
                alloc: "/alloc".into(),
                task: "/local".into(),
                secrets: "/secrets".into(),
            },
            host: &self.host,
            hooks: &self.hooks,
        })
    }

    fn var(&self, name: &str) -> Option<String> {
        self.env().vars().get(name).cloned()
    }

    fn grant(&mut self, port: GrantedPort) {
        Arc::make_mut(&mut self.alloc.resources)
            .shared
            .ports
            .push(port);
    }
}

#[test]
fn later_layers_win() {
    let mut world = World::new();
    world.host = table([("HOME", "/root"), ("PATH", "/bin"), ("NOMAD_DC", "host")]);
    world.job.meta.extend(table([("k", "job"), ("j", "job")]));
    world.task.meta.extend(table([("k", "task")]));
    world
        .task
        .env
        .extend(table([("HOME", "/mine"), ("NOMAD_META_j", "mine")]));
    world.hooks = vec![table([("A", "1")]), table([("A", "2"), ("HOME", "/hook")])];
    for (name, value) in [
        ("HOME", "/hook"),
        ("PATH", "/bin"),
        ("NOMAD_DC", "dc1"),
        ("NOMAD_META_k", "task"),
        ("NOMAD_META_K", "task"),
        ("NOMAD_META_j", "mine"),
        ("NOMAD_META_J", "job"),
        ("A", "2"),
        ("NOMAD_ALLOC_INDEX", "3"),
        ("NOMAD_CPU_CORES", " "),
    ] {
        assert_eq!(world.var(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(world.var("NOMAD_MEMORY_MAX_LIMIT"), None);
    assert_eq!(world.var("NOMAD_JOB_PARENT_ID"), None);
}

#[test]
fn a_port_has_a_side_of_the_host_and_one_of_the_namespace() {
    let mut world = World::new();
    world.grant(GrantedPort {
        label: "with-dash".to_owned(),
        value: 20_001,
        to: 8_080,
        host_ip: "10.0.0.1".to_owned(),
        ..GrantedPort::default()
    });
    world.grant(GrantedPort {
        label: "six".to_owned(),
        value: 20_002,
        to: -1,
        host_ip: "::1".to_owned(),
        ..GrantedPort::default()
    });
    for (name, value) in [
        ("NOMAD_PORT_with_dash", "8080"),
        ("NOMAD_ADDR_with_dash", "10.0.0.1:20001"),
        ("NOMAD_HOST_PORT_with_dash", "20001"),
        ("NOMAD_HOST_ADDR_with-dash", "10.0.0.1:20001"),
        ("NOMAD_ALLOC_PORT_with-dash", "8080"),
        ("NOMAD_ADDR_six", "[::1]:20002"),
        ("NOMAD_PORT_six", "20002"),
    ] {
        assert_eq!(world.var(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(world.var("NOMAD_ALLOC_ADDR_six"), None);
    world.alloc.network_status = Some(NetworkStatus {
        address: "172.26.64.2".to_owned(),
        interface_name: "eth0".to_owned(),
        ..NetworkStatus::default()
    });
    assert_eq!(
        world.var("NOMAD_ALLOC_ADDR_with-dash").as_deref(),
        Some("172.26.64.2:8080")
    );
    assert_eq!(
        world.var("NOMAD_ALLOC_INTERFACE_six").as_deref(),
        Some("eth0")
    );
}

#[test]
fn entries_of_env_see_the_node_and_nomads_variables_but_not_each_other() {
    let mut world = World::new();
    world.task.env.extend(table([
        (
            "A",
            "${node.unique.name}/${node.class}/${meta.with-dash}/${attr.kernel.name}",
        ),
        (
            "B",
            "${A} ${NOMAD_TASK_NAME} ${nope.nope} ${ NOMAD_TASK_NAME }",
        ),
        ("K_${NOMAD_TASK_NAME}", "key"),
    ]));
    assert_eq!(world.var("A").as_deref(), Some("ref1/gold/dash/linux"));
    assert_eq!(
        world.var("B").as_deref(),
        Some("${A} t ${nope.nope} ${ NOMAD_TASK_NAME }")
    );
    assert_eq!(world.var("K_${NOMAD_TASK_NAME}").as_deref(), Some("key"));
    assert_eq!(
        world.env().fill("${A}"),
        "ref1/gold/dash/linux",
        "afterwards they are seen"
    );
}

#[test]
fn a_config_is_filled_in_at_every_depth_and_refuses_what_is_unknown() {
    let mut world = World::new();
    world.task.env.extend(table([("SHELL", "sh")]));
    let env = world.env();
    let fill = |value: Value| {
        let Value::Object(map) = value else {
            panic!("no object")
        };
        env.fill_config(&map.into_iter().collect())
            .map(Value::Object)
    };
    let filled = fill(json!({
        "command": "/bin/${env[\"SHELL\"]}",
        "args": ["$${x} $y %{z}", "${ SHELL }", 5, {"deep": "${attr.driver.docker.version}"}],
    }));
    let wanted = json!({
        "command": "/bin/sh",
        "args": ["${x} $y %{z}", "sh", 5, {"deep": "20"}],
    });
    assert_eq!(filled, Ok(wanted));
    let error = fill(json!({"args": ["a", "${meta.nope}"]})).unwrap_err();
    let place = "args[1]".to_owned();
    assert_eq!(
        error,
        FillError::UnknownVariable {
            name: "meta.nope".to_owned(),
            place
        }
    );
    let error = fill(json!({"command": "${upper(\"x\")}"})).unwrap_err();
    assert!(matches!(error, FillError::NoReference { .. }), "{error}");
    let error = fill(json!({"command": "${A"})).unwrap_err();
    assert!(matches!(error, FillError::Unfinished { .. }), "{error}");
}

#[test]
fn secrets_of_the_agent_are_not_passed_on() {
    let host = table([
        ("AGENT_VAR", "x"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
        ("VAULT_TOKEN", "s"),
    ]);
    assert_eq!(
        filter_host(host, HOST_DENYLIST),
        table([("AGENT_VAR", "x")])
    );
}
