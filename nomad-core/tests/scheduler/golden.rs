//! Reading recordings: rows, and the nouns as they are written there.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use nomad_core::id::{AllocId, DeploymentId, EvalId, NodeId};
use nomad_core::model::alloc::{AllocDeploymentStatus, AllocStateChange, DesiredTransition};
use nomad_core::model::metric::NodeScore;
use nomad_core::model::node::{DriverInfo, NodeAddress, NodeNetwork};
use nomad_core::model::{
    AllocMetric, Allocation, Job, JobSpec, Node, NodeEligibility, Settle, TaskState,
};
use nomad_core::units::{Index, JobVersion, Timestamp};
use serde_json::Value;

/// One recorded decision.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) input: Value,
    pub(crate) output: Value,
}

/// The rows of a file; none, and a word about it, when there are no recordings.
pub(crate) fn rows(kind: &str) -> Vec<Row> {
    let root = std::env::var_os("NOMAD_GOLDEN").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/golden")),
        PathBuf::from,
    );
    let path = root.join("scheduler").join(format!("{kind}.jsonl"));
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: no recordings at {}", path.display());
        return Vec::new();
    };
    text.lines()
        .map(|line| {
            let mut row: Value = serde_json::from_str(line).unwrap();
            Row {
                id: text_of(&row["Id"]),
                input: row["In"].take(),
                output: row["Out"].take(),
            }
        })
        .collect()
}

/// How an answer of ours stands to the recorded one.
pub(crate) enum Answer {
    Same,
    /// It differs, and the recordings or the specification say that it should.
    Rule(&'static str),
    Differs(String),
}

impl From<Result<(), String>> for Answer {
    fn from(result: Result<(), String>) -> Self {
        result.map_or_else(Self::Differs, |()| Self::Same)
    }
}

/// Counts what is the same, shows the first few that are not, and holds the floor.
pub(crate) fn compare(kind: &str, floor: usize, answers: impl Iterator<Item = (String, Answer)>) {
    let show: usize = std::env::var("NOMAD_SHOW")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(5);
    let (mut same, mut total, mut shown) = (0, 0, 0);
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for (id, answer) in answers {
        total += 1;
        match answer {
            Answer::Same => same += 1,
            Answer::Rule(rule) => *rules.entry(rule).or_default() += 1,
            Answer::Differs(difference) if shown < show => {
                shown += 1;
                println!("differs: {id}: {difference}");
            }
            Answer::Differs(_) => {}
        }
    }
    for (rule, count) in &rules {
        println!("better by rule: {count} {rule}");
    }
    println!("conformance {kind}: {same}/{total}");
    assert!(
        total == 0 || same >= floor,
        "conformance {kind}: {same} is below {floor}"
    );
}

pub(crate) fn expect<T: PartialEq + std::fmt::Debug>(
    what: &str,
    theirs: T,
    ours: T,
) -> Result<(), String> {
    if theirs == ours {
        Ok(())
    } else {
        Err(format!("{what}: theirs {theirs:?} ours {ours:?}"))
    }
}

pub(crate) fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or("").to_owned()
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// `n012` as the UUID that it stands for.
pub(crate) fn uuid(short: &str) -> String {
    let first = match short.get(..1) {
        Some("n") => 'a',
        Some("a") => 'b',
        Some("e") => 'c',
        _ => 'd',
    };
    format!(
        "{first}0000000-0000-4000-8000-{:0>12}",
        short.get(1..).unwrap_or("")
    )
}

/// The short form of a UUID that [`uuid`] made; other ids stay as they are.
pub(crate) fn short(id: &str) -> String {
    let kind = match id.get(..9) {
        Some("a0000000-") => "n",
        Some("b0000000-") => "a",
        Some("c0000000-") => "e",
        Some("d0000000-") => "d",
        _ => return id.to_owned(),
    };
    let digits = id.get(24..).unwrap_or("").trim_start_matches('0');
    format!("{kind}{digits:0>3}")
}

pub(crate) fn node_id(value: &Value) -> NodeId {
    uuid(value.as_str().unwrap()).parse().unwrap()
}

pub(crate) fn alloc_id(value: &Value) -> AllocId {
    uuid(value.as_str().unwrap()).parse().unwrap()
}

pub(crate) fn eval_id(value: &Value) -> EvalId {
    uuid(value.as_str().unwrap()).parse().unwrap()
}

pub(crate) fn deployment_id(value: &Value) -> DeploymentId {
    uuid(value.as_str().unwrap()).parse().unwrap()
}

/// RFC 3339 or nanoseconds.
pub(crate) fn time(value: &Value) -> Timestamp {
    let Some(text) = value.as_str() else {
        return Timestamp(value.as_i64().unwrap_or(0));
    };
    let number = |range: std::ops::Range<usize>| text.get(range).unwrap().parse::<i64>().unwrap();
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    let shifted = if month <= 2 { year - 1 } else { year };
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let days = shifted.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100
        + of_year
        - 719_468;
    let secs = days * 86_400 + number(11..13) * 3600 + number(14..16) * 60 + number(17..19);
    let fraction = text
        .get(19..)
        .unwrap()
        .trim_end_matches('Z')
        .trim_start_matches('.');
    let nanos = format!("{fraction:0<9}").parse::<i64>().unwrap();
    Timestamp(secs * 1_000_000_000 + nanos)
}

pub(crate) fn get<T: serde::de::DeserializeOwned + Default>(value: &Value) -> T {
    if value.is_null() {
        T::default()
    } else {
        serde_json::from_value(value.clone()).unwrap()
    }
}

fn drivers(input: &Value) -> BTreeMap<String, DriverInfo> {
    let info = |healthy| DriverInfo {
        detected: true,
        healthy,
        ..DriverInfo::default()
    };
    let well = list(&input["Drivers"])
        .iter()
        .map(|name| (text_of(name), info(true)));
    let ill = list(&input["UnhealthyDrivers"])
        .iter()
        .map(|name| (text_of(name), info(false)));
    well.chain(ill).collect()
}

fn networks(input: &Value) -> Vec<NodeNetwork> {
    if !input["NodeNetworks"].is_null() {
        return get(&input["NodeNetworks"]);
    }
    vec![NodeNetwork {
        mode: "host".into(),
        device: "eth0".into(),
        speed: 1000,
        addresses: vec![NodeAddress {
            family: "ipv4".into(),
            alias: "default".into(),
            address: text_of(&input["IP"]),
            ..NodeAddress::default()
        }]
        .into(),
        ..NodeNetwork::default()
    }]
}

/// A node as recordings write it: flat.
pub(crate) fn node(input: &Value) -> Node {
    let number = |value: &Value| value.as_i64().unwrap_or(0);
    let cores = u16::try_from(number(&input["Cores"])).unwrap();
    let mut node = Node {
        id: node_id(&input["ID"]),
        name: text_of(&input["Name"]),
        datacenter: text_of(&input["Datacenter"]),
        node_class: text_of(&input["NodeClass"]),
        computed_class: text_of(&input["ComputedClass"]),
        attributes: get(&input["Attributes"]),
        meta: get(&input["Meta"]),
        host_volumes: get(&input["HostVolumes"]),
        drivers: drivers(input),
        node_max_allocs: number(&input["NodeMaxAllocs"]),
        drain: !input["DrainStrategy"].is_null(),
        ..Node::default()
    };
    if !input["NodePool"].is_null() {
        node.node_pool = get(&input["NodePool"]);
    }
    node.status = text_of(&input["Status"])
        .parse()
        .unwrap_or(nomad_core::model::NodeStatus::Ready);
    let eligibility = text_of(&input["SchedulingEligibility"]);
    node.scheduling_eligibility = eligibility.parse().unwrap_or(NodeEligibility::Eligible);
    let has = &mut node.node_resources;
    has.cpu.cpu_shares = number(&input["Cpu"]);
    has.cpu.total_cpu_cores = cores;
    has.cpu.reservable_cpu_cores = (0..cores).collect();
    has.memory.memory_mb = number(&input["MemoryMB"]);
    has.disk.disk_mb = number(&input["DiskMB"]);
    has.devices = get(&input["Devices"]);
    has.node_networks = networks(input).into();
    has.min_dynamic_port = 20_000;
    has.max_dynamic_port = 32_000;
    let reserved = &input["Reserved"];
    node.reserved_resources.cpu.cpu_shares = number(&reserved["Cpu"]);
    node.reserved_resources.memory.memory_mb = number(&reserved["MemoryMB"]);
    node.reserved_resources.disk.disk_mb = number(&reserved["DiskMB"]);
    node.reserved_resources.networks.reserved_host_ports = text_of(&reserved["Ports"]);
    node
}

/// A job as recordings write it: the API's form, not to be completed.
pub(crate) fn job(input: &Value) -> Job {
    let spec: JobSpec = serde_json::from_value(input.clone()).unwrap();
    let mut job = spec.settle().unwrap();
    if input["ID"].is_null() {
        job.id = "shop".parse().unwrap();
    }
    job
}

fn task_state(input: &Value) -> TaskState {
    TaskState {
        state: text_of(&input["State"]).parse().unwrap(),
        failed: input["Failed"] == true,
        started_at: time(&input["StartedAt"]),
        finished_at: time(&input["FinishedAt"]),
        ..TaskState::default()
    }
}

fn metrics(input: &Value) -> AllocMetric {
    let best = input["MaxNormScore"].as_f64().map(|norm_score| NodeScore {
        norm_score,
        ..NodeScore::default()
    });
    AllocMetric {
        score_meta_data: best.into_iter().collect(),
        ..AllocMetric::default()
    }
}

/// An allocation as recordings write it. `create_index` of its job is left to the caller.
pub(crate) fn alloc(input: &Value) -> Allocation {
    let id = |key: &str| (!input[key].is_null()).then(|| alloc_id(&input[key]));
    let health = &input["DeploymentStatus"];
    let states = list(&input["AllocStates"])
        .iter()
        .map(|state| AllocStateChange {
            field: "client_status".into(),
            value: text_of(&state["Value"]),
            time: time(&state["Time"]),
        });
    let tasks = entries(&input["TaskStates"]);
    Allocation {
        id: alloc_id(&input["ID"]),
        name: text_of(&input["Name"]),
        node_id: if input["NodeID"].is_null() {
            NodeId::default()
        } else {
            node_id(&input["NodeID"])
        },
        job_id: if input["JobID"].is_null() {
            "shop".parse().unwrap()
        } else {
            get(&input["JobID"])
        },
        job_version: JobVersion(input["JobVersion"].as_u64().unwrap_or(0)),
        task_group: get(&input["TaskGroup"]),
        resources: Arc::new(get(&input["AllocatedResources"])),
        metrics: Arc::new(metrics(input)),
        desired_status: text_of(&input["DesiredStatus"]).parse().unwrap_or_default(),
        desired_transition: get::<DesiredTransition>(&input["DesiredTransition"]),
        client_status: text_of(&input["ClientStatus"]).parse().unwrap_or_default(),
        task_states: tasks
            .map(|(name, state)| (name.parse().unwrap(), task_state(state)))
            .collect(),
        deployment_id: (!input["DeploymentID"].is_null())
            .then(|| deployment_id(&input["DeploymentID"])),
        deployment_status: (!health.is_null()).then(|| AllocDeploymentStatus {
            healthy: health["Healthy"].as_bool(),
            timestamp: time(&health["Timestamp"]),
            canary: health["Canary"] == true,
            modify_index: Index(0),
        }),
        reschedule_tracker: tracker(&input["RescheduleTracker"]),
        followup_eval_id: (!input["FollowupEvalID"].is_null())
            .then(|| eval_id(&input["FollowupEvalID"])),
        previous_allocation: id("PreviousAllocation"),
        next_allocation: id("NextAllocation"),
        alloc_states: states.collect(),
        create_index: Index(input["CreateIndex"].as_u64().unwrap_or(0)),
        modify_time: time(&input["ModifyTime"]),
        ..Allocation::default()
    }
}

pub(crate) fn tracker(input: &Value) -> Option<nomad_core::model::alloc::RescheduleTracker> {
    use nomad_core::model::alloc::{RescheduleEvent, RescheduleTracker};
    let events = list(&input["Events"]).iter().map(|event| RescheduleEvent {
        reschedule_time: time(&event["RescheduleTime"]),
        prev_alloc_id: alloc_id(&event["PrevAllocID"]),
        prev_node_id: node_id(&event["PrevNodeID"]),
        delay: nomad_core::units::Span(event["Delay"].as_i64().unwrap_or(0)),
    });
    (!input.is_null()).then(|| RescheduleTracker {
        events: events.collect(),
        last_reschedule: text_of(&input["LastReschedule"]),
    })
}
