//! What a user of the HTTP API may do wrong, and filters and plans, over a real socket against a
//! whole agent.
#![expect(clippy::unwrap_used, reason = "tests")]

use nomad_bin::agent::{Agent, AgentConfig, start};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Larger than any body that is taken.
const TOO_MUCH: usize = 9 * 1024 * 1024;

async fn agent() -> Agent {
    let config = AgentConfig {
        next_free_ports: true,
        ..AgentConfig::dev()
    };
    start(&config).await.unwrap()
}

/// Sends one request on a connection of its own; answers the status and the body.
async fn send(agent: &Agent, method: &str, target: &str, body: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(&agent.addresses.http).await.unwrap();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The agent may answer, and close, before it has read all of a body that is too large.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let text = String::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}

fn job(count: u64) -> Value {
    json!({"Job": {
        "ID": "shown",
        "Meta": {"owner": "me"},
        "TaskGroups": [{"Name": "g", "Count": count, "Tasks": [{
            "Name": "t", "Driver": "raw_exec",
            "Config": {"command": "/bin/sh", "args": ["-c", "exit 0"]},
        }]}],
    }, "Diff": true})
}

/// One agent for both: a process has one of them.
#[tokio::test(flavor = "multi_thread")]
async fn the_api_answers_over_a_socket() {
    let agent = agent().await;
    what_is_wrong_with_a_request_is_said(&agent).await;
    a_plan_shows_the_difference_and_a_filter_finds_the_job(&agent).await;
    agent.stop().await;
}

async fn what_is_wrong_with_a_request_is_said(agent: &Agent) {
    let (status, text) = send(agent, "PUT", "/v1/jobs", b"{\"Job\": {\n  bad}}").await;
    assert_eq!(status, 400, "{text}");
    assert!(text.contains("line 2 column 3"), "{text}");

    let (status, text) = send(agent, "PUT", "/v1/jobs", &vec![b' '; TOO_MUCH]).await;
    assert_eq!(status, 413, "{text}");
    assert!(text.contains("larger than"), "{text}");

    let unknown = "/v1/allocation/00000000-0000-0000-0000-000000000001";
    let (status, text) = send(agent, "GET", unknown, b"").await;
    assert_eq!((status, text.as_str()), (404, "alloc not found"));

    let (status, text) = send(agent, "DELETE", "/v1/nodes", b"").await;
    assert_eq!((status, text.as_str()), (405, "Invalid method"));

    let (status, _) = send(agent, "GET", "/v1/nothing/of/this/name", b"").await;
    assert_eq!(status, 404);

    let (status, text) = send(agent, "GET", "/v1/volumes", b"").await;
    assert_eq!(status, 501, "{text}");
    assert!(text.contains("/v1/volumes"), "{text}");
}

async fn a_plan_shows_the_difference_and_a_filter_finds_the_job(agent: &Agent) {
    let (status, text) = send(agent, "PUT", "/v1/jobs", job(1).to_string().as_bytes()).await;
    assert_eq!(status, 200, "{text}");
    let (status, text) = send(
        agent,
        "PUT",
        "/v1/job/shown/plan",
        job(2).to_string().as_bytes(),
    )
    .await;
    assert_eq!(status, 200, "{text}");
    let plan: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(plan.pointer("/Diff/Type"), Some(&json!("Edited")));
    let count = plan.pointer("/Diff/TaskGroups/0/Fields/0");
    let forced = json!({
        "Type": "Edited", "Name": "Count", "Old": "1", "New": "2",
        "Annotations": ["forces create"],
    });
    assert_eq!(count, Some(&forced));

    for (filter, found) in [("Meta.owner%20==%20me", 1), ("ID%20matches%20%22x%22", 0)] {
        let (status, text) = send(agent, "GET", &format!("/v1/jobs?filter={filter}"), b"").await;
        assert_eq!(status, 200, "{text}");
        let list: Vec<Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(list.len(), found, "{filter}");
    }
    let (status, text) = send(agent, "GET", "/v1/jobs?filter=ID%20==", b"").await;
    assert_eq!(status, 400);
    assert!(text.contains("1:6 (5): no match found"), "{text}");
}
