//! Which agent is asked, and how.

use serde_json::json;

use crate::double::Double;
use crate::nomad::Nomad;

/// An address that nobody listens on: the port was just given back.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn an_agent_that_is_not_there_is_told_with_its_address() {
    let address = nobody();
    let ended = Nomad::at(&address).run("job status");
    let target = address.trim_start_matches("http://");
    assert_eq!(
        ended.stderr,
        format!(
            "Error querying jobs: Get \"{address}/v1/jobs\": dial tcp {target}: connect: connection refused\n"
        )
    );
    assert_eq!((ended.status, ended.stdout.as_str()), (1, ""));
}

#[test]
fn a_plan_without_an_agent_is_an_error_and_not_a_change() {
    let job = "job \"x\" {\n  group \"g\" {\n    task \"t\" {\n      driver = \"raw_exec\"\n    }\n  }\n}\n";
    let ended = Nomad::at(&nobody()).stdin(job).run("job plan -");
    assert_eq!(ended.status, 255, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("connection refused"),
        "{}",
        ended.stderr
    );
}

#[test]
fn flags_win_over_the_environment() {
    let agent = Double::start().answers("GET /v1/jobs", &json!([]));
    let ended = Nomad::at("http://127.0.0.1:1")
        .env("NOMAD_NAMESPACE", "env-ns")
        .env("NOMAD_REGION", "eu")
        .env("NOMAD_TOKEN", "secret")
        .words(&[
            "job",
            "status",
            "-address",
            &agent.address,
            "-namespace=flag-ns",
        ]);
    assert_eq!(ended.stdout, "No running jobs\n", "{}", ended.stderr);
    let asked = agent.asked_first("GET /v1/jobs");
    assert_eq!(asked.line, "GET /v1/jobs?region=eu&namespace=flag-ns");
    assert_eq!(asked.token.as_deref(), Some("secret"));
}

#[test]
fn a_unix_socket_is_an_address_too() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Double::on_socket(&folder.path().join("a.sock"));
    let agent = agent.answers("GET /v1/jobs", &json!([]));
    let ended = Nomad::at(&agent.address).run("job status");
    assert_eq!(
        (ended.status, ended.stdout.as_str()),
        (0, "No running jobs\n")
    );
    let ended = Nomad::at("unix:///nonexistent.sock").run("job status");
    assert!(
        ended.stderr.contains("dial unix /nonexistent.sock"),
        "{}",
        ended.stderr
    );
}

#[test]
fn addresses_that_cannot_be_used_are_refused_with_the_reason() {
    for (address, reason) in [
        ("https://127.0.0.1:4646", "not supported yet: https"),
        ("127.0.0.1:4646", "needs a scheme"),
        ("http://127.0.0.1:nan", "port is no number"),
    ] {
        let ended = Nomad::at(address).run("job status");
        assert_eq!(ended.status, 1);
        assert!(ended.stderr.contains(reason), "{}", ended.stderr);
    }
}

#[test]
fn an_answer_that_is_no_json_is_told_with_its_path() {
    let agent = Double::start().says("GET /v1/jobs", 200, "<html>");
    let ended = Nomad::at(&agent.address).run("job status");
    assert!(
        ended
            .stderr
            .contains("could not read the answer to /v1/jobs"),
        "{}",
        ended.stderr
    );
}
