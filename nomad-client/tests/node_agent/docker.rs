//! With containers; skipped where no Docker engine answers.
//!
//! The image is made here from a static busybox; nothing is pulled.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::Duration;

use nomad_client::agent::Shutdown;
use nomad_core::id::AllocId;
use nomad_core::model::Job;
use nomad_core::model::alloc::AllocClientStatus;
use nomad_core::model::job::JobType;
use nomad_core::model::task::Task;
use nomad_core::units::Span;
use serde_json::{Value, json};

use crate::node::{read, start};
use crate::server::{Server, job, until};

/// An image with nothing but busybox.
pub(crate) const IMAGE: &str = "nomad-test-busybox:local";

fn docker(args: &[&str]) -> Option<String> {
    let output = Command::new("docker")
        .args(args)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}

/// Makes the image; false (and said so) when there is no engine or no busybox.
pub(crate) fn is_ready() -> bool {
    if docker(&["version"]).is_none() {
        eprintln!("skipped: no Docker engine answers");
        return false;
    }
    if docker(&["image", "inspect", IMAGE]).is_some() {
        return true;
    }
    let script = format!(
        "set -e; d=$(mktemp -d); mkdir -p $d/bin $d/tmp $d/etc; cp $(command -v busybox) $d/bin/; \
         ln -s busybox $d/bin/sh; tar -C $d -c . | docker import - {IMAGE}; rm -rf $d"
    );
    let made = Command::new("sh")
        .args(["-c", &script])
        .stdout(Stdio::null())
        .status();
    let is_made = made.is_ok_and(|status| status.success());
    if !is_made {
        eprintln!("skipped: a static busybox is needed to make an image");
    }
    is_made
}

fn container(script: &str, more: &Value) -> Task {
    let mut config = BTreeMap::from([
        ("image".to_owned(), json!(IMAGE)),
        ("command".to_owned(), json!("/bin/sh")),
        ("args".to_owned(), json!(["-c", script])),
    ]);
    config.extend(more.as_object().unwrap().clone());
    Task {
        name: "t".parse().unwrap(),
        driver: "docker".to_owned(),
        config: Some(config),
        kill_timeout: Span::from_secs(2),
        ..Task::default()
    }
}

fn one(kind: JobType, script: &str) -> Job {
    job(kind, vec![container(script, &json!({}))])
}

fn name(id: AllocId) -> String {
    format!("t-{id}")
}

fn events(server: &Server, id: AllocId) -> Vec<String> {
    let update = server.update(id).unwrap();
    let events = update.task_states.values().flat_map(|state| &state.events);
    events.map(|event| event.display_message.clone()).collect()
}

#[tokio::test]
async fn a_container_runs_and_its_output_and_exit_are_kept() {
    if !is_ready() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new();
    let client = start(dir.path(), &server).await;
    let script = "echo out $NOMAD_TASK_DIR; echo err >&2; touch /local/file; exit 3";
    let id = server.place(&one(JobType::Batch, script));
    until("it failed", || {
        server.status(id) == Some(AllocClientStatus::Failed)
    })
    .await;
    assert_eq!(read(&client, id, "alloc/logs/t.stdout.0"), "out /local\n");
    assert_eq!(read(&client, id, "alloc/logs/t.stderr.0"), "err\n");
    assert!(client.layout(id).root().join("t/local/file").exists());
    let exit = "Exit Code: 3, Exit Message: \"Docker container exited with non-zero exit code: 3\"";
    assert_eq!(events(&server, id).get(3).map(String::as_str), Some(exit));
    assert!(
        docker(&["inspect", &name(id)]).is_none(),
        "the container is removed"
    );
    client.shutdown(Shutdown::RemoveAll).await;
}

#[tokio::test]
async fn a_container_is_stopped_by_its_own_signal_and_killed_when_deaf() {
    if !is_ready() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new();
    let client = start(dir.path(), &server).await;
    let polite = "trap 'echo got TERM; exit 0' TERM; echo up; while true; do sleep 0.1; done";
    let deaf = "trap '' TERM; echo up; while true; do sleep 0.1; done";
    let ids = [polite, deaf].map(|script| server.place(&one(JobType::Service, script)));
    for id in ids {
        until("it is up", || {
            read(&client, id, "alloc/logs/t.stdout.0") == "up\n"
        })
        .await;
        server.stop(id);
    }
    for (id, exit) in ids.into_iter().zip(["Exit Code: 0", "Exit Code: 137"]) {
        until("it ended", || {
            server.status(id) == Some(AllocClientStatus::Complete)
        })
        .await;
        assert!(
            events(&server, id)
                .iter()
                .any(|text| text.starts_with(exit)),
            "{exit}"
        );
    }
    assert_eq!(
        read(&client, ids[0], "alloc/logs/t.stdout.0"),
        "up\ngot TERM\n"
    );
    client.shutdown(Shutdown::RemoveAll).await;
}

#[tokio::test]
async fn a_container_is_found_again_with_all_of_its_output() {
    if !is_ready() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new();
    let client = start(dir.path(), &server).await;
    let script = "i=0; while [ ! -f /local/stop ]; do i=$((i+1)); echo $i; sleep 0.05; done";
    let id = server.place(&one(JobType::Batch, script));
    until("it prints", || {
        read(&client, id, "alloc/logs/t.stdout.0").lines().count() > 3
    })
    .await;
    let logs = client.layout(id).logs();
    let lines = || {
        std::fs::read_to_string(logs.join("t.stdout.0"))
            .unwrap()
            .lines()
            .count()
    };
    client.shutdown(Shutdown::KeepTasks).await;
    drop(client);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let copied = lines();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(lines(), copied, "nobody copies while no agent is there");
    let client = start(dir.path(), &server).await;
    until("the rest is copied", || lines() > copied + 3).await;
    std::fs::write(client.layout(id).root().join("t/local/stop"), "").unwrap();
    until("it completed", || {
        server.status(id) == Some(AllocClientStatus::Complete)
    })
    .await;
    let output = read(&client, id, "alloc/logs/t.stdout.0");
    let numbers: Vec<usize> = output.lines().map(|line| line.parse().unwrap()).collect();
    let expected: Vec<usize> = (1..=numbers.len()).collect();
    assert_eq!(numbers, expected, "no gap, no line twice");
    client.shutdown(Shutdown::RemoveAll).await;
}

#[tokio::test]
async fn what_the_engine_refuses_is_told_in_its_words() {
    if !is_ready() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new();
    let client = start(dir.path(), &server).await;
    let cases = [
        (
            json!({"image": "127.0.0.1:1/x/y:1"}),
            "Failed to pull `127.0.0.1:1/x/y:1`: Error response from daemon: ",
        ),
        (
            json!({"command": "/no/such", "args": []}),
            "Failed to start container ",
        ),
        (
            json!({"cap_add": ["sys_admin"]}),
            "Failed to create container configuration for image ",
        ),
    ];
    for (more, expected) in cases {
        let id = server.place(&job(JobType::Batch, vec![container("true", &more)]));
        until("it failed", || {
            server.status(id) == Some(AllocClientStatus::Failed)
        })
        .await;
        let told = events(&server, id);
        assert!(
            told.iter().any(|text| text.starts_with(expected)),
            "{told:?}"
        );
        assert!(docker(&["inspect", &name(id)]).is_none(), "nothing is left");
    }
    client.shutdown(Shutdown::RemoveAll).await;
}

#[tokio::test]
async fn a_running_container_is_measured() {
    if !is_ready() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new();
    let client = start(dir.path(), &server).await;
    let id = server.place(&one(JobType::Service, "while true; do :; done"));
    until("it runs", || {
        server.status(id) == Some(AllocClientStatus::Running)
    })
    .await;
    let usage = client.usage(id).await.unwrap().unwrap();
    let used = usage.values().next().unwrap();
    assert!(used.resource_usage.cpu_stats.percent > 1.0);
    assert!(used.resource_usage.memory_stats.usage > 0);
    client.shutdown(Shutdown::RemoveAll).await;
    assert!(docker(&["inspect", &name(id)]).is_none(), "nothing is left");
}

#[tokio::test]
async fn a_container_that_nobody_knows_is_removed_and_a_foreign_one_is_not() {
    if !is_ready() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new();
    let client = start(dir.path(), &server).await;
    let id = server.place(&one(JobType::Service, "sleep 1000"));
    until("it runs", || {
        server.status(id) == Some(AllocClientStatus::Running)
    })
    .await;
    let driver = nomad_client::drivers::docker::Docker::new(Default::default(), 1.0);
    let driver: &dyn nomad_client::drivers::Driver = &driver;
    let ours = client.alloc_dir();
    driver.sweep(&[id], ours).await;
    driver
        .sweep(&[], std::path::Path::new("/another/agent"))
        .await;
    assert!(docker(&["inspect", &name(id)]).is_some());
    driver.sweep(&[], ours).await;
    assert!(docker(&["inspect", &name(id)]).is_none());
    client.shutdown(Shutdown::RemoveAll).await;
}
