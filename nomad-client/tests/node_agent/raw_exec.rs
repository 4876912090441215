//! With real processes.

use std::path::Path;
use std::sync::Arc;

use nomad_client::agent::{LocalRequest, Shutdown};
use nomad_client::shell::Client;
use nomad_core::model::alloc::AllocClientStatus;
use nomad_core::model::job::JobType;

use crate::node::{config, drivers, read, shell, start};
use crate::server::{Server, until};

#[tokio::test]
async fn a_task_runs_and_its_end_reaches_the_server() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new();
    let client = start(dir.path(), &server).await;
    let id = server.place(&shell(
        JobType::Batch,
        "echo hello $NOMAD_ALLOC_INDEX; exit 3",
    ));
    until("the allocation failed", || {
        server.status(id) == Some(AllocClientStatus::Failed)
    })
    .await;
    assert_eq!(read(&client, id, "alloc/logs/t.stdout.0"), "hello 1\n");
    let update = server.update(id).unwrap();
    let events = update.task_states.values().next().unwrap().events.iter();
    let messages: Vec<&str> = events.map(|event| event.display_message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "Task received by client",
            "Building Task Directory",
            "Task started by client",
            "Exit Code: 3",
            "Policy allows no restarts",
        ]
    );
    assert!(server.node().unwrap().drivers["raw_exec"].healthy);
    client.shutdown(Shutdown::RemoveAll).await;
}

#[tokio::test]
async fn a_stopped_task_gets_its_signal_and_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new();
    let client = start(dir.path(), &server).await;
    let script = "trap 'echo got INT; exit 0' INT; echo up; while true; do sleep 0.05; done";
    let id = server.place(&shell(JobType::Service, script));
    until("it runs", || {
        read(&client, id, "alloc/logs/t.stdout.0") == "up\n"
    })
    .await;
    server.stop(id);
    until("it is complete", || {
        server.status(id) == Some(AllocClientStatus::Complete)
    })
    .await;
    assert_eq!(read(&client, id, "alloc/logs/t.stdout.0"), "up\ngot INT\n");
    client.request(LocalRequest::CollectAll).await.unwrap();
    until("its files are gone", || !client.layout(id).root().exists()).await;
    client.shutdown(Shutdown::RemoveAll).await;
}

#[tokio::test]
async fn a_task_is_found_again_by_the_next_agent_as_the_same_process() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new();
    let client = start(dir.path(), &server).await;
    let script = "echo $$ >> local/pid; while [ ! -f local/stop ]; do sleep 0.05; done; exit 7";
    let id = server.place(&shell(JobType::Service, script));
    until("it runs", || {
        server.status(id) == Some(AllocClientStatus::Running)
    })
    .await;
    let node_id = client.node_id();
    client.shutdown(Shutdown::KeepTasks).await;
    let client = start(dir.path(), &server).await;
    assert_eq!(client.node_id(), node_id);
    until("it is found", || {
        client
            .alloc(id)
            .is_some_and(|alloc| alloc.tasks[0].handle.is_some())
    })
    .await;
    assert_eq!(client.usage(id).await.unwrap().unwrap().len(), 1);
    std::fs::write(client.layout(id).root().join("t/local/stop"), "").unwrap();
    until("its end is seen", || {
        server.status(id) == Some(AllocClientStatus::Failed)
    })
    .await;
    assert_eq!(read(&client, id, "t/local/pid").lines().count(), 1);
    client.shutdown(Shutdown::RemoveAll).await;
}

#[tokio::test]
async fn an_exit_code_is_kept_while_no_agent_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new();
    let client = start(dir.path(), &server).await;
    let script = "while [ ! -f local/stop ]; do sleep 0.02; done; echo x > local/ended; exit 7";
    let id = server.place(&shell(JobType::Batch, script));
    until("it runs", || {
        server.status(id) == Some(AllocClientStatus::Running)
    })
    .await;
    let local = client.layout(id).root().join("t/local");
    client.shutdown(Shutdown::KeepTasks).await;
    std::fs::write(local.join("stop"), "").unwrap();
    until("it ended", || local.join("ended").exists()).await;
    let client = start(dir.path(), &server).await;
    until("its end is told", || {
        server.status(id) == Some(AllocClientStatus::Failed)
    })
    .await;
    let update = server.update(id).unwrap();
    let events = &update.task_states.values().next().unwrap().events;
    assert!(
        events
            .iter()
            .any(|event| event.display_message == "Exit Code: 7")
    );
    client.shutdown(Shutdown::RemoveAll).await;
}

#[tokio::test]
async fn a_development_agent_leaves_no_process_and_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new();
    let mut config = config(dir.path());
    config.state_dir = None;
    let link: Arc<Server> = Arc::clone(&server);
    let client = Client::start(config, link, drivers()).await.unwrap();
    let script = "echo $$ > local/pid; sleep 1000";
    let id = server.place(&shell(JobType::Service, script));
    until("it runs", || !read(&client, id, "t/local/pid").is_empty()).await;
    let pid = read(&client, id, "t/local/pid");
    client.shutdown(Shutdown::RemoveAll).await;
    assert!(!Path::new("/proc").join(pid.trim()).exists());
    let left = std::fs::read_dir(dir.path().join("alloc")).unwrap().count();
    let notes = std::fs::read_dir(dir.path().join("tasks")).unwrap().count();
    assert_eq!((left, notes), (0, 0));
}

#[tokio::test]
async fn a_driver_that_is_not_there_fails_the_task_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new();
    let client = start(dir.path(), &server).await;
    let mut job = shell(JobType::Batch, "true");
    job.task_groups[0].tasks[0].driver = "nonsense".to_owned();
    let id = server.place(&job);
    until("it failed", || {
        server.status(id) == Some(AllocClientStatus::Failed)
    })
    .await;
    let update = server.update(id).unwrap();
    let events = &update.task_states.values().next().unwrap().events;
    let failure = events
        .iter()
        .find(|event| event.kind == "Driver Failure")
        .unwrap();
    assert!(failure.display_message.contains("\"nonsense\""));
    client.shutdown(Shutdown::RemoveAll).await;
}

#[tokio::test]
async fn a_port_that_another_program_holds_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new();
    let client = start(dir.path(), &server).await;
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let id = server.place_with(&shell(JobType::Service, "sleep 1000"), |alloc| {
        let granted = nomad_core::model::network::GrantedPort {
            label: "http".to_owned(),
            value: i64::from(port),
            host_ip: "127.0.0.1".to_owned(),
            ..Default::default()
        };
        Arc::make_mut(&mut alloc.resources)
            .shared
            .ports
            .push(granted);
    });
    until("it failed", || {
        server.status(id) == Some(AllocClientStatus::Failed)
    })
    .await;
    let update = server.update(id).unwrap();
    let mut events = update.task_states.values().flat_map(|state| &state.events);
    let failure = events.find(|event| event.kind == "Setup Failure").unwrap();
    let expected = format!("port \"http\": 127.0.0.1:{port} is in use by another program");
    assert!(
        failure.display_message.contains(&expected),
        "{}",
        failure.display_message
    );
    client.shutdown(Shutdown::RemoveAll).await;
}
