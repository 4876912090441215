//! Agents as processes of their own, started from configuration files, killed and started again:
//! what must outlive them does.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

mod agent;
mod http;

use std::net::TcpListener;
use std::path::Path;

use agent::Home;
use serde_json::{Value, json};

const SERVER: &str = "server {\n  enabled = true\n  bootstrap_expect = 1\n}\n";
const RAW_EXEC: &str = "plugin \"raw_exec\" {\n  config {\n    enabled = true\n  }\n}\n";

fn both() -> String {
    format!("{SERVER}client {{\n  enabled = true\n}}\n{RAW_EXEC}")
}

/// A task that says its process id, then counts.
fn counter(id: &str) -> Value {
    json!({
        "ID": id, "Name": id, "Type": "service", "Datacenters": ["*"],
        "TaskGroups": [{"Name": "group", "Count": 1,
            "Tasks": [{"Name": "main", "Driver": "raw_exec", "KillTimeout": 1_000_000_000,
                "Config": {"command": "/bin/sh", "args": ["-c", "echo $$; n=0; while :; do n=$((n+1)); echo $n; sleep 0.1; done"]},
                "Resources": {"CPU": 20, "MemoryMB": 32},
            }],
        }],
    })
}

/// The first line is a live process, the others count from 1 without a gap.
fn assert_one_life(lines: &[String]) {
    let process = Path::new("/proc").join(&lines[0]);
    assert!(process.exists(), "{} is gone", lines[0]);
    for (at, line) in lines.iter().enumerate().skip(1) {
        assert_eq!(*line, at.to_string(), "a gap in {lines:?}");
    }
}

#[test]
fn a_killed_agent_finds_its_job_and_its_task_again() {
    let home = Home::new(&both());
    let agent = home.start();
    agent.ready();
    agent.run(&counter("counter"));
    let alloc = agent.running("counter");
    let before = agent.lines(&alloc, 4);
    agent.kill();

    let agent = home.start();
    agent.ready();
    let again = agent.running("counter");
    assert_eq!(again["ID"], alloc["ID"]);
    let after = agent.lines(&again, before.len() + 10);
    assert_eq!(after[0], before[0], "another process");
    assert_one_life(&after);
    let task = &agent.running("counter")["TaskStates"]["main"];
    assert_eq!(task["Restarts"], 0, "{task}");
    agent.stop("counter");
    assert!(!Path::new("/proc").join(&after[0]).exists());
}

#[test]
fn a_second_agent_on_the_same_data_is_refused() {
    let home = Home::new(&both());
    let agent = home.start();
    agent.ready();
    let second = Home::new("");
    second.write(&home.data(), &both());
    let mut refused = second.start();
    assert!(!refused.wait().success());
    let output = refused.output();
    assert!(output.contains("in use by another agent"), "{output}");
}

#[test]
fn a_taken_port_is_named() {
    let home = Home::new(&both());
    let _taken = TcpListener::bind(("127.0.0.1", home.ports[1])).unwrap();
    let mut refused = home.start();
    assert!(!refused.wait().success());
    let output = refused.output();
    let place = format!("listen for rpc on 127.0.0.1:{}", home.ports[1]);
    assert!(output.contains(&place), "{output}");
    assert!(output.contains("the port is taken"), "{output}");
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    if is_root() {
        println!("skipped: root may write everywhere");
        return;
    }
    let home = Home::new(&both());
    std::fs::create_dir(home.data()).unwrap();
    std::fs::set_permissions(home.data(), std::fs::Permissions::from_mode(0o500)).unwrap();
    let mut refused = home.start();
    assert!(!refused.wait().success());
    let output = refused.output();
    assert!(
        output.contains(&home.data().display().to_string()),
        "{output}"
    );
}

/// Whether this user may write everywhere.
fn is_root() -> bool {
    std::fs::read_to_string("/proc/self/status")
        .unwrap_or_default()
        .lines()
        .any(|line| line.starts_with("Uid:\t0\t"))
}

#[test]
fn a_file_that_is_refused_is_told_with_its_place() {
    let home = Home::new("client {\n  enabld = true\n}\n");
    let mut refused = home.start();
    assert!(!refused.wait().success());
    let output = refused.output();
    assert!(output.contains("unexpected key client.enabld"), "{output}");
    assert!(output.contains("agent.hcl:9:3"), "{output}");
}

#[test]
fn a_client_of_its_own_joins_and_outlives_the_server() {
    let servers = Home::new(SERVER);
    let server = servers.start();
    let clients = Home::new(&format!(
        "client {{\n  enabled = true\n  servers = [\"127.0.0.1:{}\"]\n}}\n{RAW_EXEC}",
        servers.ports[1]
    ));
    let client = clients.start();
    server.ready();
    server.run(&counter("far"));
    let alloc = server.running("far");
    let before = client.lines(&alloc, 3);

    client.kill();
    server.kill();
    let server = servers.start();
    server.until("the server again", "/v1/job/far", |job| job["ID"] == "far");
    let client = clients.start();
    let after = client.lines(&alloc, before.len() + 10);
    assert_eq!(after[0], before[0], "another process");
    assert_one_life(&after);
    assert_eq!(server.running("far")["ID"], alloc["ID"]);
    server.stop("far");
}
