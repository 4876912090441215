//! With tasks that only pretend.

use std::collections::BTreeMap;

use nomad_client::agent::{LocalRequest, RequestError, Shutdown};
use nomad_core::model::alloc::AllocClientStatus;
use nomad_core::model::job::JobType;
use nomad_core::model::task::Task;
use serde_json::{Value, json};

use crate::node::{read, start};
use crate::server::{Server, job, until};

fn pretend(config: &Value) -> Task {
    let config = config.as_object().unwrap().clone().into_iter();
    Task {
        name: "t".parse().unwrap(),
        driver: "mock_driver".to_owned(),
        config: Some(config.collect::<BTreeMap<_, _>>()),
        ..Task::default()
    }
}

#[tokio::test]
async fn a_task_pretends_to_run_print_and_end() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new();
    let client = start(dir.path(), &server).await;
    let config = json!({
        "run_for": "100ms", "exit_code": 4, "stdout_string": "x", "stdout_repeat": 2,
    });
    let id = server.place(&job(JobType::Batch, vec![pretend(&config)]));
    until("it failed", || {
        server.status(id) == Some(AllocClientStatus::Failed)
    })
    .await;
    assert_eq!(read(&client, id, "alloc/logs/t.stdout.0"), "xxx");
    client.shutdown(Shutdown::RemoveAll).await;
}

#[tokio::test]
async fn a_signal_that_a_driver_refuses_is_an_error_for_whoever_asked() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new();
    let client = start(dir.path(), &server).await;
    let task = pretend(&json!({"signal_error": "no"}));
    let alloc = server.place(&job(JobType::Service, vec![task]));
    until("it runs", || {
        server.status(alloc) == Some(AllocClientStatus::Running)
    })
    .await;
    let signal = "SIGHUP".to_owned();
    let asked = client
        .request(LocalRequest::Signal {
            alloc,
            task: None,
            signal,
        })
        .await;
    assert_eq!(
        asked,
        Err(RequestError::Driver("send the signal: no".to_owned()))
    );
    client.shutdown(Shutdown::RemoveAll).await;
}

#[tokio::test]
async fn a_wrong_config_is_a_failed_validation() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new();
    let client = start(dir.path(), &server).await;
    let id = server.place(&job(JobType::Batch, vec![pretend(&json!({"nonsense": 1}))]));
    until("it failed", || {
        server.status(id) == Some(AllocClientStatus::Failed)
    })
    .await;
    let update = server.update(id).unwrap();
    let events = update.task_states.values().flat_map(|state| &state.events);
    let text: String = events
        .map(|event| format!("{}: {}; ", event.kind, event.display_message))
        .collect();
    assert!(text.contains("failed to parse config"), "{text}");
    assert!(
        text.contains("No argument or block type is named \"nonsense\""),
        "{text}"
    );
    client.shutdown(Shutdown::RemoveAll).await;
}
