//! Pages of the program against answers like those of a real agent.

use serde_json::{Value, json};

use crate::double::Double;
use crate::nomad::Nomad;

fn agent_self(hints: bool) -> Value {
    json!({"config": {"UI": {"ShowCLIHints": hints}}, "stats": {"client": {"node_id": "n0000000-1"}}})
}

fn one_job() -> Double {
    Double::start()
        .answers("GET /v1/jobs", &json!([{"ID": "web", "Namespace": "default"}]))
        .answers(
            "GET /v1/job/web",
            &json!({"ID": "web", "Name": "web", "Namespace": "default", "Type": "service", "Priority": 50,
                "Datacenters": ["*"], "NodePool": "default", "Status": "running", "CreateIndex": 5,
                "SubmitTime": 1_936_000_000_000_000_000_i64, "TaskGroups": [{"Name": "api", "Tasks": null}]}),
        )
        .answers("GET /v1/job/web/summary", &json!({"Summary": {"api": {"Running": 1}}}))
        .answers("GET /v1/job/web/allocations", &json!([]))
        .answers("GET /v1/job/web/evaluations", &json!([]))
        .answers("GET /v1/job/web/deployment", &Value::Null)
}

#[test]
fn a_job_is_shown_whole_with_a_hint_at_the_web_ui() {
    let agent = one_job().answers("GET /v1/agent/self", &agent_self(true));
    let ended = Nomad::at(&agent.address).run("job status web");
    assert_eq!(
        ended.stdout,
        "ID            = web\n\
         Name          = web\n\
         Submit Date   = 2031-05-08T09:46:40Z\n\
         Type          = service\n\
         Priority      = 50\n\
         Datacenters   = *\n\
         Namespace     = default\n\
         Node Pool     = default\n\
         Status        = running\n\
         Periodic      = false\n\
         Parameterized = false\n\n\
         Summary\n\
         Task Group  Queued  Starting  Running  Failed  Complete  Lost  Unknown\n\
         api         0       0         1        0       0         0     0\n\n\
         Allocations\n\
         No allocations placed\n"
    );
    let page = format!("{}/ui/jobs/web@default", agent.address);
    assert_eq!(
        ended.stderr,
        format!("\n==> View job details and metrics in the Web UI: {page}\n")
    );
    let ended =
        Nomad::at(&agent.address).run("job status -t {{range.}}{{len.Allocations}}{{end}} web");
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("0\n", ""));
}

#[test]
fn hints_are_left_out_where_nobody_wants_them() {
    let agent = one_job().answers("GET /v1/agent/self", &agent_self(false));
    assert_eq!(Nomad::at(&agent.address).run("job status web").stderr, "");
    let agent = one_job().answers("GET /v1/agent/self", &agent_self(true));
    let call = Nomad::at(&agent.address).env("NOMAD_CLI_SHOW_HINTS", "false");
    assert_eq!(call.run("job status web").stderr, "");
    assert!(
        agent
            .asked()
            .iter()
            .all(|one| !one.line.contains("/agent/self"))
    );
}

#[test]
fn status_finds_out_what_an_id_is() {
    let agent = one_job()
        .answers("GET /v1/agent/self", &agent_self(false))
        .answers(
            "PUT /v1/search",
            &json!({"Matches": {"jobs": ["web"], "nodes": []}}),
        );
    let ended = Nomad::at(&agent.address).run("status web");
    assert!(
        ended.stdout.starts_with("ID            = web\n"),
        "{ended:?}"
    );
    assert_eq!(
        agent.asked_first("PUT /v1/search").body,
        json!({"Prefix": "web", "Context": "all"})
    );
    let agent = Double::start().answers(
        "PUT /v1/search",
        &json!({"Matches": {"jobs": ["web-1", "web-2"]}}),
    );
    let ended = Nomad::at(&agent.address).run("status web");
    assert_eq!(ended.status, 1);
    assert_eq!(
        ended.stderr,
        "Multiple matches found for id \"web\"\n\nJobs:\nweb-1, web-2\n"
    );
}

#[test]
fn own_node_is_found_through_the_agent() {
    let id = "n0000000-1";
    let agent = Double::start()
        .answers("GET /v1/agent/self", &agent_self(false))
        .answers(
            &format!("GET /v1/node/{id}"),
            &json!({"ID": id, "Name": "me", "Status": "ready"}),
        )
        .answers(&format!("GET /v1/node/{id}/allocations"), &json!([]));
    let ended = Nomad::at(&agent.address).run("node status -self -short");
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert!(
        ended
            .stdout
            .starts_with("ID              = n0000000-1\nName            = me\n")
    );
    assert!(
        ended
            .stdout
            .ends_with("\n\nAllocations\nNo allocations placed\n")
    );
}

#[test]
fn members_show_the_leader_and_fail_without_one() {
    let members = json!({"Members": [{"Name": "a.global", "Addr": "127.0.0.1", "Port": 4648, "Status": "alive",
        "Tags": {"port": "4647", "region": "global", "dc": "dc1", "build": "0.1.0", "raft_vsn": "3"}}]});
    let agent = Double::start()
        .answers("GET /v1/agent/members", &members)
        .answers("GET /v1/status/leader", &json!("127.0.0.1:4647"));
    let ended = Nomad::at(&agent.address).run("server members");
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert!(
        ended
            .stdout
            .contains("a.global  127.0.0.1  4648  alive   true"),
        "{}",
        ended.stdout
    );
    let agent = Double::start()
        .answers("GET /v1/agent/members", &members)
        .answers("GET /v1/status/leader", &json!(""));
    let ended = Nomad::at(&agent.address).run("server members");
    assert_eq!(ended.status, 1);
    assert!(ended.stdout.contains("a.global"));
    assert!(
        ended.stderr.contains("region \"global\" has no leader"),
        "{}",
        ended.stderr
    );
}

#[test]
fn fields_that_the_server_leaves_out_come_back_in_json() {
    let id = "e0000000-0000-0000-0000-000000000000";
    let agent = Double::start().answers(
        &format!("GET /v1/evaluation/{id}"),
        &json!({"ID": id, "Status": "complete"}),
    );
    let ended = Nomad::at(&agent.address).run(&format!("eval status -json {id}"));
    let value: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(
        (&value["ID"], &value["BlockedEval"]),
        (&json!(id), &json!(""))
    );
    assert!(ended.stdout.starts_with("{\n    \""), "{}", ended.stdout);
}

#[test]
fn history_shows_versions_with_what_changed() {
    let agent = Double::start()
        .answers("GET /v1/jobs", &json!([{"ID": "web", "Namespace": "default"}]))
        .answers(
            "GET /v1/job/web/versions",
            &json!({"Versions": [{"ID": "web", "Version": 1, "Stable": true}, {"ID": "web", "Version": 0}],
                "Diffs": [{"Type": "Edited", "ID": "web"}]}),
        );
    let ended = Nomad::at(&agent.address).run("job history -p web");
    assert_eq!(
        ended.stdout,
        "Version     = 1\nStable      = true\nSubmit Date = <none>\nDiff        =\n+/- Job: \"web\"\n\n\
         Version     = 0\nStable      = false\nSubmit Date = <none>\n"
    );
}

#[test]
fn the_version_is_told_in_one_line() {
    for words in ["version", "-version", "-v", "--version"] {
        let ended = Nomad::new().run(words);
        assert_eq!(
            ended.stdout,
            format!("Nomad v{}\n", env!("CARGO_PKG_VERSION"))
        );
    }
}

#[test]
fn an_example_job_is_written_once_and_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    for flag in ["", "-short"] {
        let file = folder.path().join(format!("x{flag}.nomad.hcl"));
        let file = file.to_str().unwrap();
        let ended = Nomad::new().run(&format!("job init {flag} {file}"));
        assert_eq!(
            (ended.status, ended.stdout),
            (0, format!("Example job file written to {file}\n"))
        );
        let ended = Nomad::new().run(&format!("init {file}"));
        assert_eq!(
            (ended.status, ended.stderr),
            (1, format!("Job file '{file}' already exists\n"))
        );
        let ended = Nomad::at("http://127.0.0.1:1").run(&format!("job validate {file}"));
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        assert!(ended.stdout.ends_with("Job validation successful\n"));
    }
}
