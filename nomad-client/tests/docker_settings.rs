//! What the engine is asked for, against recorded containers (`client/docker.jsonl`).

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use nomad_client::drivers::docker::{Config, DockerRules, container_body};
use nomad_client::drivers::{
    MemoryMax, PortSpec, StartError, TaskDirs, TaskOwner, TaskResources, TaskRunId, TaskSpec,
};
use nomad_core::id::{AllocId, JobKey, NodeId};
use nomad_core::model::TaskGroupSpec;
use nomad_core::model::network::NetworkResourceSpec;
use nomad_core::model::task::TaskSpec as RawTask;
use nomad_core::spec::{Inputs, parse_hcl};
use serde_json::{Map, Value, json};

const ALLOC: [u8; 16] = [1; 16];

fn golden() -> Option<Vec<Value>> {
    let root = std::env::var("NOMAD_GOLDEN").unwrap_or_else(|_| "../../shared/golden".to_owned());
    let path = format!("{root}/client/docker.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {path} is not there");
        return None;
    };
    Some(
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
    )
}

fn rules(set: &str) -> DockerRules {
    let main = DockerRules {
        volumes: true,
        shared_cores: "0-1".to_owned(),
        total_mhz: 200_000,
        cores: 2,
        ..DockerRules::default()
    };
    if set == "main" {
        return main;
    }
    let labels = [
        "job_*",
        "task_group_name",
        "task_name",
        "namespace",
        "node_name",
        "short_alloc_id",
    ];
    DockerRules {
        volumes: false,
        allow_privileged: true,
        allow_caps: vec!["all".to_owned()],
        extra_labels: labels.map(str::to_owned).to_vec(),
        log_config: BTreeMap::from([("max-size".to_owned(), "1m".to_owned())]),
        pids_limit: 200,
        ..main
    }
}

/// Static ports as asked for, dynamic ones from 20001 on.
fn ports(networks: &[&NetworkResourceSpec]) -> Vec<PortSpec> {
    let mut next = 20_000;
    let mut ports = Vec::new();
    for network in networks {
        let fixed = network.reserved_ports.iter().flatten();
        for port in fixed.chain(network.dynamic_ports.iter().flatten()) {
            next += 1;
            let given = u16::try_from(port.value).unwrap();
            let host_port = if given > 0 { given } else { next };
            let to = u16::try_from(port.to).unwrap_or(0);
            ports.push(PortSpec {
                label: port.label.clone(),
                host_ip: "<host-ip>".to_owned(),
                host_port,
                to: if to > 0 { to } else { host_port },
            });
        }
    }
    ports
}

fn resources(task: &RawTask) -> TaskResources {
    let asked = task.resources.clone().unwrap_or_default();
    let number =
        |value: Option<i64>, default: i64| u64::try_from(value.unwrap_or(default)).unwrap();
    let cores = asked.cores.unwrap_or(0) > 0;
    TaskResources {
        cpu_mhz: if cores { 2_300 } else { number(asked.cpu, 100) },
        cores: if cores { vec![0] } else { Vec::new() },
        memory_mib: number(asked.memory_mb, 300),
        memory_max: MemoryMax::AsReserved,
        pids_max: None,
    }
}

fn spec(job: &str, group: &TaskGroupSpec, task: &RawTask) -> TaskSpec {
    let root = PathBuf::from("/ALLOCS/ALLOC");
    let config = serde_json::to_string(&task.config.clone().unwrap_or_default()).unwrap();
    let config: Map<String, Value> =
        serde_json::from_str(&config.replace("${NOMAD_TASK_NAME}", &task.name)).unwrap();
    let alloc = AllocId::from_random(ALLOC);
    let of_task = task
        .resources
        .iter()
        .flat_map(|asked| asked.networks.iter().flatten());
    let networks: Vec<_> = group.networks.iter().flatten().chain(of_task).collect();
    TaskSpec {
        run: TaskRunId {
            alloc,
            task: task.name.parse().unwrap(),
            attempt: 1,
        },
        owner: TaskOwner {
            alloc,
            group: "g".parse().unwrap(),
            task: task.name.parse().unwrap(),
            job: JobKey::new(Default::default(), job.parse().unwrap()),
            job_name: job.to_owned(),
            node: NodeId::default(),
            node_name: "ref1".to_owned(),
        },
        config,
        env: BTreeMap::new(),
        user: Some(task.user.clone()).filter(|user| !user.is_empty()),
        resources: resources(task),
        ports: ports(&networks),
        dirs: TaskDirs {
            shared: root.join("alloc"),
            logs: root.join("alloc/logs"),
            local: root.join("t/local"),
            secrets: root.join("t/secrets"),
            private: root.join("t/private"),
            task: root.join("t"),
            state: PathBuf::from("/state"),
            alloc: root,
        },
        logs: None,
        events: tokio::sync::mpsc::channel(1).0,
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(true) => false,
    }
}

/// Ports 20000 to 32000 become `<dynport:n>` in order of appearance, our paths the recorded ones.
fn normalize(value: &Value) -> Value {
    let text = value.to_string();
    let alloc = AllocId::from_random(ALLOC).to_string();
    let mut text = text
        .replace("/ALLOCS/ALLOC", "<ALLOCS>/<id:1>")
        .replace(&alloc, "<id:1>");
    let mut seen = Vec::new();
    let words = text.split(|c: char| !c.is_ascii_digit()).map(str::to_owned);
    for word in words.collect::<Vec<_>>() {
        let is_dynamic = word
            .parse()
            .is_ok_and(|port: u32| (20_000..=32_000).contains(&port));
        if is_dynamic && !seen.contains(&word) {
            seen.push(word);
        }
    }
    for (at, word) in seen.iter().enumerate() {
        let name = format!("<dynport:{}>", at + 1);
        text = text.replace(&format!(":{word}"), &format!(":\"{name}\""));
        text = text.replace(word, &name);
    }
    serde_json::from_str(&text).unwrap()
}

/// What the recorded container has that every container has.
fn strip_defaults(host: &Value) -> Map<String, Value> {
    let defaults = json!({
        "CgroupnsMode": "host", "ConsoleSize": [0, 0], "IpcMode": "private", "Runtime": "runc",
        "RestartPolicy": {"Name": "", "MaximumRetryCount": 0}, "ShmSize": 67_108_864,
    });
    let mut stripped = host.as_object().unwrap().clone();
    stripped.retain(|key, value| !is_nothing(value) && defaults.get(key) != Some(value));
    stripped
}

fn drop_nothing(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map
                .into_iter()
                .map(|(key, value)| (key, drop_nothing(value)));
            Value::Object(kept.filter(|(_, value)| !is_nothing(value)).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(drop_nothing).collect()),
        other => other,
    }
}

/// Names of what differs between our call and the recorded container.
fn differences(body: &Value, inspect: &Value) -> Vec<String> {
    let mut differ = Vec::new();
    let ours = drop_nothing(Value::Object(strip_defaults(&body["HostConfig"])));
    let theirs = drop_nothing(Value::Object(strip_defaults(&inspect["HostConfig"])));
    let keys = ours
        .as_object()
        .unwrap()
        .keys()
        .chain(theirs.as_object().unwrap().keys());
    for key in keys {
        if ours.get(key) != theirs.get(key) && !differ.contains(key) {
            println!("  {key}: {:?} was {:?}", ours.get(key), theirs.get(key));
            differ.push(key.clone());
        }
    }
    // What we leave to the image is not compared.
    for key in [
        "Cmd",
        "Entrypoint",
        "User",
        "WorkingDir",
        "Hostname",
        "Tty",
        "OpenStdin",
        "Healthcheck",
    ] {
        if !is_nothing(&body[key]) && body[key] != inspect["Config"][key] {
            println!("  {key}: {} was {}", body[key], inspect["Config"][key]);
            differ.push(key.to_owned());
        }
    }
    let mut labels = inspect["Config"]["Labels"].as_object().unwrap().clone();
    labels.remove("image.label");
    if body["Labels"] != Value::Object(labels) {
        differ.push("Labels".to_owned());
    }
    differ
}

/// The refusal that was recorded, if it came from the agent and not from the engine.
fn refusal(result: &Value) -> Option<String> {
    let tasks = result["states"]["tasks"].as_object()?;
    let events = tasks
        .values()
        .flat_map(|task| task["Events"].as_array().unwrap());
    let mut failures = events.filter(|event| event["Type"] == "Driver Failure");
    let text = failures.next()?["Message"].as_str()?;
    let (_, problem) = text.split_once("(\"sha256:<hex64:1>\"): ")?;
    Some(problem.to_owned())
}

fn ask(case: &Value) -> Result<Value, String> {
    let source = case["jobs"][0]
        .as_str()
        .unwrap()
        .replace("<dynport:1>", "20000");
    let job =
        parse_hcl(&source, "job.hcl", &Inputs::default()).map_err(|error| error.to_string())?;
    let group = &job.task_groups.as_ref().unwrap()[0];
    let task = &group.tasks.as_ref().unwrap()[0];
    let id = job.id.clone().unwrap();
    let spec = spec(&id, group, task);
    let config = Config::read(&spec.config).map_err(|error: StartError| error.to_string())?;
    let body = container_body(&spec, &config, &rules(case["set"].as_str().unwrap()))?;
    Ok(normalize(&serde_json::to_value(body).unwrap()))
}

#[test]
fn containers_are_asked_for_as_recorded() {
    let Some(cases) = golden() else { return };
    let (mut same, mut total) = (0, 0);
    let mut differing = Vec::new();
    for case in &cases {
        let name = case["case"].as_str().unwrap();
        let answer = ask(case);
        let result = &case["result"];
        let is_same = match (&result["inspect"], refusal(result)) {
            (Value::Null, None) => continue,
            (Value::Null, Some(problem)) => answer == Err(problem),
            (inspect, _) => answer
                .as_ref()
                .is_ok_and(|body| differences(body, inspect).is_empty()),
        };
        total += 1;
        if is_same {
            same += 1;
        } else {
            println!("{name}: {:?}", answer.as_ref().err());
            differing.push(name.to_owned());
        }
    }
    println!("docker settings: {same}/{total} same");
    // The recorded text says `x:x` where the job file says `x`.
    assert_eq!(differing, ["dk_ulimit_bad"]);
}
