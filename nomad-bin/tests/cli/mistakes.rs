//! What a user does wrong, and what the program says.

use serde_json::{Value, json};

use crate::double::Double;
use crate::nomad::Nomad;

#[test]
fn unknown_words_get_help_and_a_suggestion() {
    let ended = Nomad::new().run("statsu");
    assert_eq!(ended.status, 127);
    assert!(ended.stdout.contains("Common commands:"));
    assert!(
        ended.stdout.contains("Did you mean \"nomad status\"?"),
        "{}",
        ended.stdout
    );
    let ended = Nomad::new().run("job nosuch");
    assert_eq!(ended.status, 1);
    assert!(ended.stdout.contains("Usage: nomad job <subcommand>"));
    assert_eq!(Nomad::new().run("deployment").status, 1);
    assert_eq!(Nomad::new().run("job -h").status, 0);
    assert_eq!(Nomad::new().run("job run -help").status, 0);
    assert_eq!(Nomad::new().run("").status, 0);
}

#[test]
fn wrong_words_and_flags_point_at_the_help() {
    let ended = Nomad::new().run("job inspect a b");
    assert_eq!(
        ended.stderr,
        "This command takes one argument: <job>\nFor additional help try 'nomad job inspect -help'\n"
    );
    assert_eq!(ended.status, 1);
    let ended = Nomad::new().run("job run -detahc x");
    assert!(
        ended
            .stderr
            .starts_with("flag provided but not defined: -detahc (did you mean -detach?)")
    );
    let ended = Nomad::new().run("node eligibility x");
    assert!(
        ended
            .stderr
            .starts_with("Either the '-enable' or '-disable' flag must be set\n")
    );
}

#[test]
fn the_agents_own_words_are_passed_on() {
    let agent = Double::start().says("GET /v1/jobs", 500, "No path to region");
    let ended = Nomad::at(&agent.address).run("job status");
    assert_eq!(
        ended.stderr,
        "Error querying jobs: Unexpected response code: 500 (No path to region)\n"
    );
    assert_eq!(ended.status, 1);
}

#[test]
fn an_id_that_nobody_has_is_not_found() {
    let agent = Double::start()
        .answers("GET /v1/jobs", &json!([]))
        .answers("GET /v1/nodes", &json!([]))
        .answers("GET /v1/allocations", &json!([]))
        .answers("GET /v1/evaluations", &json!([]))
        .answers("GET /v1/deployments", &json!([]));
    for (words, text) in [
        (
            "job inspect nosuch",
            "No job(s) with prefix or ID \"nosuch\" found\n",
        ),
        (
            "node eligibility -enable deadbeef",
            "No node(s) with prefix or id \"deadbeef\" found\n",
        ),
        (
            "alloc status deadbeef",
            "No allocation(s) with prefix or id \"deadbeef\" found\n",
        ),
        (
            "eval status deadbeef",
            "No evaluation(s) with prefix or id \"deadbeef\" found\n",
        ),
        (
            "deployment status deadbeef",
            "No deployment(s) with prefix or id \"deadbeef\" found\n",
        ),
        (
            "alloc stop d",
            "Identifier must contain at least two characters.\n",
        ),
    ] {
        let ended = Nomad::at(&agent.address).run(words);
        assert_eq!((ended.status, ended.stderr.as_str()), (1, text), "{words}");
    }
    // A whole id is asked for at once, and is not there.
    let id = "5ac8ab2d-0000-0000-0000-000000000000";
    let agent = agent.says(&format!("GET /v1/allocation/{id}"), 404, "alloc not found");
    let ended = Nomad::at(&agent.address).run(&format!("alloc status {id}"));
    assert_eq!(
        ended.stderr,
        format!("No allocation(s) with prefix or id \"{id}\" found\n")
    );
}

fn two_jobs() -> Value {
    json!([
        {"ID": "gold-1", "Type": "service", "Priority": 50, "Status": "running"},
        {"ID": "gold-2", "Type": "batch", "Priority": 50, "Status": "dead"},
    ])
}

#[test]
fn an_ambiguous_prefix_lists_what_it_could_mean() {
    let agent = Double::start()
        .answers("GET /v1/jobs", &two_jobs())
        .answers(
            "GET /v1/nodes",
            &json!([{"ID": "aabbccdd-1", "Name": "n1"}, {"ID": "aabbccdd-2", "Name": "n2"}]),
        );
    let ended = Nomad::at(&agent.address).run("job status gold");
    assert_eq!(ended.status, 1);
    assert!(
        ended
            .stderr
            .starts_with("Prefix matched multiple jobs\n\nID      Type"),
        "{}",
        ended.stderr
    );
    assert!(ended.stderr.contains("gold-2"));
    assert!(
        agent
            .asked_first("GET /v1/jobs")
            .line
            .contains("prefix=gold&per_page=20")
    );
    let ended = Nomad::at(&agent.address).run("node eligibility -disable aabb");
    assert!(
        ended
            .stderr
            .starts_with("Prefix matched multiple nodes\n\n"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_job_that_was_named_by_a_prefix_is_stopped_only_after_a_yes() {
    let agent = || {
        Double::start()
            .answers(
                "GET /v1/jobs",
                &json!([{"ID": "golden", "Namespace": "default"}]),
            )
            .answers("DELETE /v1/job/golden", &json!({"EvalID": "e1"}))
    };
    for (answer, status, stopped) in [
        ("y\n", 0, true),
        ("\n", 0, false),
        ("yes\n", 0, false),
        ("what\n", 1, false),
    ] {
        let agent = agent();
        let ended = Nomad::at(&agent.address)
            .stdin(answer)
            .run("job stop -detach gol");
        assert_eq!(ended.status, status, "{answer:?} {ended:?}");
        let asked = agent
            .asked()
            .iter()
            .any(|one| one.line.starts_with("DELETE"));
        assert_eq!(asked, stopped, "{answer:?}");
    }
    let agent = agent();
    let ended = Nomad::at(&agent.address).run("stop -purge -detach golden");
    assert_eq!((ended.status, ended.stdout.as_str()), (0, "e1\n"));
    assert_eq!(
        agent.asked_first("DELETE").line,
        "DELETE /v1/job/golden?namespace=default&purge=true"
    );
}

#[test]
fn job_file_mistakes_are_told_with_file_line_and_column() {
    let ended = Nomad::new()
        .stdin("job \"x\" {\n  regoin = \"eu\"\n}\n")
        .run("job validate -");
    assert_eq!(ended.status, 1);
    assert!(
        ended
            .stderr
            .starts_with("Error getting job struct: Error parsing job file from -:\n")
    );
    assert!(ended.stderr.contains("stdin:2:3"), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("did you mean \"region\"?"),
        "{}",
        ended.stderr
    );
    let ended = Nomad::new().run("job run nosuch.nomad.hcl");
    assert!(
        ended.stderr.contains("source path error: stat /"),
        "{}",
        ended.stderr
    );
    assert!(
        ended
            .stderr
            .ends_with("nosuch.nomad.hcl: no such file or directory\n")
    );
    let ended = Nomad::new().stdin("{").run("job run -json -");
    assert!(
        ended.stderr.contains("stdin: EOF while parsing"),
        "{}",
        ended.stderr
    );
    let ended = Nomad::new().stdin("{}").run("job run -json -var a=b -");
    assert!(
        ended
            .stderr
            .contains("cannot use variables with a JSON job file")
    );
}

#[test]
fn scaling_mistakes_are_told() {
    for (words, text) in [
        (
            "job scale golden",
            "Command requires at least two arguments and no more than three\n",
        ),
        (
            "job scale golden web x",
            "Failed to convert count string to int: strconv.Atoi: parsing \"x\": invalid syntax\n",
        ),
    ] {
        let ended = Nomad::new().run(words);
        assert_eq!((ended.status, ended.stderr.as_str()), (1, text));
    }
    let agent = Double::start()
        .answers("GET /v1/jobs", &json!([{"ID": "golden"}]))
        .answers(
            "GET /v1/job/golden",
            &json!({"ID": "golden", "TaskGroups": [{"Name": "web"}]}),
        );
    let ended = Nomad::at(&agent.address).run("job scale -detach golden nosuch 1");
    assert_eq!(ended.stderr, "Group nosuch not found within job\n");
}

#[test]
fn json_and_template_exclude_each_other() {
    let agent = Double::start().answers("GET /v1/nodes", &json!([{"ID": "n1"}]));
    let ended = Nomad::at(&agent.address).run("node status -json -t {{.}}");
    assert_eq!(
        ended.stderr,
        "Both json and template formatting are not allowed\n"
    );
    let ended = Nomad::at(&agent.address).words(&["node", "status", "-t", "{{range"]);
    assert!(
        ended
            .stderr
            .starts_with("Error formatting the data: template: unclosed")
    );
    let ended =
        Nomad::at(&agent.address).words(&["node", "status", "-t", "{{range .}}{{.ID}}{{end}}"]);
    assert_eq!((ended.status, ended.stdout.as_str()), (0, "n1\n"));
}
