//! What tasks go through, against recorded events (`client/events.jsonl`), for the cases that this
//! agent covers: no templates, artifacts, checks, nor the drivers `exec` and `java`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use nomad_client::agent::{LocalRequest, Shutdown};
use nomad_client::shell::ClientHandle;
use nomad_core::command::AllocUpdate;
use nomad_core::id::AllocId;
use nomad_core::model::{Job, TaskLifeState};
use nomad_core::spec::{Inputs, Limits, admit, parse_hcl};
use serde_json::{Value, json};

use crate::docker;
use crate::node::start;
use crate::server::Server;

/// What is done once every task runs.
#[derive(Clone, Copy, PartialEq)]
enum Act {
    /// Nothing: it ends by itself.
    Wait,
    Stop,
    Restart,
    Signal,
}

const STOPPED: [&str; 11] = [
    "ev_job_stop",
    "ev_job_stop_docker",
    "ev_kill_timeout",
    "ev_kill_timeout_docker",
    "ev_kill_signal",
    "ev_shutdown_delay",
    "ev_group_shutdown_delay",
    "ev_poststop_on_stop",
    "ev_update_destructive",
    "ev_alloc_stop",
    "ev_drain",
];

fn act(case: &Value) -> Option<Act> {
    let name = case["case"].as_str().unwrap();
    let job = case["jobs"][0].as_str().unwrap();
    let beyond = [
        "\"exec\"",
        "\"java\"",
        "template {",
        "artifact {",
        "check {",
    ];
    if case["result"]["states"].is_null() || beyond.iter().any(|word| job.contains(word)) {
        return None;
    }
    match name {
        _ if STOPPED.contains(&name) => Some(Act::Stop),
        "ev_alloc_restart" => Some(Act::Restart),
        "ev_alloc_signal" => Some(Act::Signal),
        "ev_service_exits_zero" => Some(Act::Wait),
        _ if job.contains("type = \"batch\"") => Some(Act::Wait),
        _ => None,
    }
}

fn golden() -> Option<Vec<Value>> {
    let root = std::env::var("NOMAD_GOLDEN").unwrap_or_else(|_| "../../shared/golden".to_owned());
    let path = format!("{root}/client/events.jsonl");
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

fn job(case: &Value) -> Job {
    let source = case["jobs"][0].as_str().unwrap();
    let source = source.replace("busybox:local", docker::IMAGE);
    let spec = parse_hcl(&source, "job.hcl", &Inputs::default()).unwrap();
    admit(spec, &Limits::default()).unwrap().job
}

/// Delays have jitter, containers their own ids.
fn normalize(text: &str) -> String {
    let mut words = Vec::new();
    for word in text.split(' ') {
        let bare = word.trim_end_matches(':');
        let is_id = bare.len() == 64 && bare.chars().all(|c| c.is_ascii_hexdigit());
        words.push(if is_id {
            word.replace(bare, "<hex64:1>")
        } else {
            word.to_owned()
        });
    }
    let text = words.join(" ");
    match text.split_once("Task restarting in ") {
        Some((before, _)) => format!("{before}Task restarting in <delay>"),
        None => text,
    }
}

fn shown(update: &AllocUpdate) -> Value {
    let task = |state: &nomad_core::model::TaskState| {
        let events = state.events.iter().map(|event| {
            let mut details: BTreeMap<String, String> = BTreeMap::new();
            for (key, value) in &event.details {
                let value = if key == "start_delay" { "<ns>".to_owned() } else { normalize(value) };
                details.insert(key.clone(), value);
            }
            json!({"Type": event.kind, "Message": normalize(&event.display_message), "Details": details})
        });
        json!({
            "State": state.state, "Failed": state.failed, "Restarts": state.restarts,
            "Events": events.collect::<Vec<_>>(),
        })
    };
    let tasks = update.task_states.iter();
    let tasks: BTreeMap<String, Value> = tasks
        .map(|(name, state)| (name.to_string(), task(state)))
        .collect();
    json!({
        "ClientStatus": update.client_status,
        "ClientDescription": update.client_description,
        "tasks": tasks,
    })
}

fn recorded(case: &Value) -> Value {
    let mut states = case["result"]["states"].clone();
    let map = states.as_object_mut().unwrap();
    map.remove("DesiredStatus");
    map.remove("DesiredDescription");
    for task in map["tasks"].as_object_mut().unwrap().values_mut() {
        let task = task.as_object_mut().unwrap();
        task.remove("started");
        task.remove("finished");
    }
    states
}

async fn wait(deadline: Instant, mut holds: impl FnMut() -> bool) {
    while !holds() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn perform(client: &ClientHandle, server: &Server, alloc: AllocId, act: Act) {
    let first = client
        .alloc(alloc)
        .unwrap()
        .tasks
        .first()
        .unwrap()
        .name
        .clone();
    match act {
        Act::Wait => {}
        Act::Stop => server.stop(alloc),
        Act::Restart => {
            let task = Some(first);
            let request = LocalRequest::Restart {
                alloc,
                task,
                all: false,
            };
            client.request(request).await.unwrap();
        }
        Act::Signal => {
            let signal = "SIGHUP".to_owned();
            let request = LocalRequest::Signal {
                alloc,
                task: None,
                signal,
            };
            client.request(request).await.unwrap();
        }
    }
}

#[tokio::test]
async fn tasks_go_through_what_was_recorded() {
    let Some(cases) = golden() else { return };
    let with_docker = docker::is_ready();
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new();
    let client = start(dir.path(), &server).await;
    let uses_docker = |case: &Value| case["jobs"][0].as_str().unwrap().contains("\"docker\"");
    // Three recorded differences are meant; see KNOWN.
    let covered = cases.iter().filter_map(|case| Some((case, act(case)?)));
    let covered = covered.filter(|(case, _)| with_docker || !uses_docker(case));
    let placed: Vec<(&Value, Act, AllocId)> = covered
        .map(|(case, act)| (case, act, server.place_deployed(&job(case))))
        .collect();
    let deadline = Instant::now() + Duration::from_secs(60);
    let update = |id: AllocId| server.update(id).unwrap_or_default();
    for (_, _, id) in placed.iter().filter(|(_, act, _)| *act != Act::Wait) {
        wait(deadline, || {
            update(*id).client_status.to_string() == "running"
        })
        .await;
    }
    // Scripts set their traps first.
    tokio::time::sleep(Duration::from_millis(700)).await;
    for (_, act, id) in &placed {
        perform(&client, &server, *id, *act).await;
    }
    let (mut same, mut differing) = (0, BTreeSet::new());
    for (case, _, id) in &placed {
        let expected = recorded(case);
        wait(deadline, || {
            shown(&update(*id)) == expected || has_settled(&update(*id))
        })
        .await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let ours = shown(&update(*id));
        if ours == expected {
            same += 1;
        } else {
            let name = case["case"].as_str().unwrap();
            println!("{name}:\n  was  {expected}\n  ours {ours}");
            differing.insert(name);
        }
    }
    println!(
        "events: {same}/{} same; {} recorded",
        placed.len(),
        cases.len()
    );
    client.shutdown(Shutdown::RemoveAll).await;
    assert!(
        differing.iter().all(|name| KNOWN.contains(name)),
        "{differing:?}"
    );
}

/// Differences that are meant: the reason without the words of another program's protocol; a payload
/// that nobody dispatched is refused; a sidecar is stopped once, for one reason.
const KNOWN: [&str; 3] = [
    "ev_bad_command_raw",
    "ev_payload_none",
    "ev_poststop_on_stop",
];

fn has_settled(update: &AllocUpdate) -> bool {
    let mut states = update.task_states.values();
    !update.task_states.is_empty() && states.all(|state| state.state == TaskLifeState::Dead)
}
