//! Commands that change something and follow it: run, plan, scale, stop, promote.

use serde_json::{Value, json};

use crate::double::Double;
use crate::nomad::{Ended, Nomad};

const JOB: &str = "job \"web\" {\n  group \"api\" {\n    task \"srv\" {\n      driver = \"raw_exec\"\n    }\n  }\n}\n";
const EVAL: &str = "e0000000-0000-0000-0000-000000000000";
const DEPLOYMENT: &str = "d0000000-0000-0000-0000-000000000000";

fn eval(status: &str, more: &Value) -> Value {
    let mut eval = json!({"ID": EVAL, "Status": status, "JobID": "web", "CreateIndex": 5,
        "TriggeredBy": "job-register"});
    for (key, value) in more.as_object().unwrap() {
        eval[key] = value.clone();
    }
    eval
}

fn alloc(status: &str) -> Value {
    json!([{"ID": "a0000000-1", "NodeID": "n0000000-1", "TaskGroup": "api", "CreateIndex": 6,
        "DesiredStatus": "run", "ClientStatus": status}])
}

fn deployment(status: &str, healthy: u64) -> Value {
    json!({"ID": DEPLOYMENT, "JobID": "web", "Status": status, "StatusDescription": "d",
        "TaskGroups": {"api": {"DesiredTotal": 1, "PlacedAllocs": 1, "HealthyAllocs": healthy}}})
}

fn agent() -> Double {
    Double::start().answers("PUT /v1/jobs", &json!({"EvalID": EVAL, "Warnings": ""}))
}

fn with_eval(agent: Double, evals: &[Value], allocs: &[Value]) -> Double {
    let one = format!("GET /v1/evaluation/{EVAL}");
    let list = format!("GET /v1/evaluation/{EVAL}/allocations");
    let agent = evals
        .iter()
        .fold(agent, |agent, eval| agent.answers(&one, eval));
    allocs
        .iter()
        .fold(agent, |agent, allocs| agent.answers(&list, allocs))
}

fn run(agent: &Double, words: &str) -> Ended {
    Nomad::at(&agent.address).stdin(JOB).run(words)
}

/// Without times, and without blank lines.
fn told(stdout: &str) -> Vec<String> {
    let is_time = |word: &str| word.starts_with("20") && word.contains('T');
    stdout
        .lines()
        .map(|line| {
            line.split(' ')
                .filter(|word| !is_time(word))
                .collect::<Vec<_>>()
                .join(" ")
        })
        .filter(|line| !line.trim().is_empty())
        .collect()
}

#[test]
fn a_run_follows_evaluation_and_deployment_to_success() {
    let within = json!({"DeploymentID": DEPLOYMENT});
    let agent = with_eval(
        agent(),
        &[eval("pending", &json!({})), eval("complete", &within)],
        &[alloc("pending"), alloc("running")],
    );
    let one = format!("GET /v1/deployment/{DEPLOYMENT}");
    let agent = agent
        .answers(&one, &deployment("running", 0))
        .answers(&one, &deployment("running", 0))
        .answers(&one, &deployment("successful", 1));
    let ended = run(&agent, "job run -");
    assert_eq!(ended.status, 0, "{ended:?}");
    assert_eq!(
        told(&ended.stdout),
        [
            "==> Monitoring evaluation \"e0000000\"",
            "    Evaluation triggered by job \"web\"",
            "    Allocation \"a0000000\" created: node \"n0000000\", group \"api\"",
            "    Evaluation within deployment: \"d0000000\"",
            "    Allocation \"a0000000\" status changed: \"pending\" -> \"running\"",
            "    Evaluation status changed: \"pending\" -> \"complete\"",
            "==> Evaluation \"e0000000\" finished with status \"complete\"",
            "==> Monitoring deployment \"d0000000\"",
            "ID          = d0000000",
            "Job ID      = web",
            "Job Version = 0",
            "Status      = running",
            "Description = d",
            "Deployed",
            "Task Group  Desired  Placed  Healthy  Unhealthy",
            "api         1        1       0        0",
            "ID          = d0000000",
            "Job ID      = web",
            "Job Version = 0",
            "Status      = successful",
            "Description = d",
            "Deployed",
            "Task Group  Desired  Placed  Healthy  Unhealthy",
            "api         1        1       1        0",
        ]
    );
    let body = agent.asked_first("PUT /v1/jobs").body;
    assert_eq!(body["Job"]["ID"], "web");
    assert_eq!(body["Submission"]["Source"], JOB);
    assert_eq!(body["Submission"]["Format"], "hcl2");
}

#[test]
fn what_cannot_be_placed_is_told_and_gives_status_two() {
    let failed = json!({"FailedTGAllocs": {"api": {"NodesEvaluated": 1, "NodesExhausted": 1,
        "DimensionExhausted": {"memory": 1}}}, "BlockedEval": "b0000000-1"});
    let agent = with_eval(agent(), &[eval("complete", &failed)], &[json!([])]);
    let ended = run(&agent, "run -");
    assert_eq!(ended.status, 2);
    let told = told(&ended.stdout);
    let from = told
        .iter()
        .position(|line| line.contains("finished"))
        .unwrap();
    assert_eq!(
        told[from..],
        [
            "==> Evaluation \"e0000000\" finished with status \"complete\" but failed to place all allocations:",
            "    Task Group \"api\" (failed to place 1 allocation):",
            "      * Resources exhausted on 1 nodes",
            "      * Dimension \"memory\" exhausted on 1 nodes",
            "    Evaluation \"b0000000\" waiting for additional capacity to place remainder",
        ]
    );
}

#[test]
fn a_deployment_that_fails_gives_status_one() {
    let within = json!({"DeploymentID": DEPLOYMENT});
    let agent = with_eval(agent(), &[eval("complete", &within)], &[json!([])]);
    let agent = agent.answers(
        &format!("GET /v1/deployment/{DEPLOYMENT}"),
        &deployment("failed", 0),
    );
    let ended = run(&agent, "run -");
    assert_eq!(ended.status, 1);
    assert!(
        ended.stdout.contains("Status      = failed"),
        "{}",
        ended.stdout
    );
}

#[test]
fn detached_runs_print_the_whole_evaluation_id_and_warnings() {
    let agent = Double::start().answers(
        "PUT /v1/jobs",
        &json!({"EvalID": EVAL, "Warnings": "1 warning:\n\n* careful"}),
    );
    let ended = run(&agent, "job run -detach -check-index 7 -namespace n2 -");
    assert_eq!(
        ended.stdout,
        format!(
            "Job Warnings:\n1 warning:\n\n* careful\n\nJob registration successful\nEvaluation ID: {EVAL}\n"
        )
    );
    let asked = agent.asked_first("PUT /v1/jobs");
    assert_eq!(asked.line, "PUT /v1/jobs?namespace=n2");
    assert_eq!(
        (&asked.body["EnforceIndex"], &asked.body["JobModifyIndex"]),
        (&json!(true), &json!(7))
    );
}

#[test]
fn a_wrong_check_index_updates_nothing() {
    let text = "Enforcing job modify index 9: job exists with conflicting job modify index: 12";
    let agent = Double::start().says("PUT /v1/jobs", 500, text);
    let ended = run(&agent, "job run -check-index 9 -");
    assert_eq!(
        (ended.status, ended.stderr),
        (1, format!("{text}\nJob not updated\n"))
    );
    let ended = run(&agent, "job run -check-index x -");
    assert!(
        ended
            .stderr
            .starts_with("Error parsing check-index value \"x\""),
        "{}",
        ended.stderr
    );
}

#[test]
fn output_needs_no_agent_and_takes_variables_from_everywhere() {
    let job = "variable \"n\" {\n  type = number\n}\nvariable \"who\" {\n  default = \"x\"\n}\njob \"web\" {\n  meta {\n    who = var.who\n  }\n  group \"api\" {\n    count = var.n\n    task \"t\" {\n      driver = \"raw_exec\"\n    }\n  }\n}\n";
    let call = || Nomad::at("http://127.0.0.1:1").stdin(job);
    let ended = call()
        .env("NOMAD_VAR_who", "env")
        .run("job run -output -var n=3 -");
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let output: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(output["Job"]["TaskGroups"][0]["Count"], 3);
    assert_eq!(output["Job"]["Meta"]["who"], "env");
    assert_eq!(output["Job"]["Priority"], Value::Null);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("v.hcl");
    std::fs::write(&file, "n = 5\nwho = \"file\"\n").unwrap();
    let file = file.to_str().unwrap();
    let ended = call().words(&[
        "job",
        "run",
        "-output",
        "-var-file",
        file,
        "-var",
        "n=6",
        "-",
    ]);
    let output: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(output["Job"]["TaskGroups"][0]["Count"], 6);
    assert_eq!(output["Job"]["Meta"]["who"], "file");
    let ended = call().run("job run -output -");
    assert_eq!(ended.status, 1);
    assert!(ended.stderr.contains("\"n\""), "{}", ended.stderr);
}

#[test]
fn a_plan_counts_what_would_be_created() {
    let plan = |kind: &str, counts: Value| {
        json!({"JobModifyIndex": 12, "Diff": {"Type": kind, "ID": "web"},
            "Annotations": {"DesiredTGUpdates": {"api": counts}}, "Warnings": ""})
    };
    let agent =
        Double::start().answers("PUT /v1/job/web/plan", &plan("Added", json!({"Place": 1})));
    let ended = run(&agent, "job plan -");
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(
        ended
            .stdout
            .starts_with("+ Job: \"web\"\n\nScheduler dry-run:\n"),
        "{}",
        ended.stdout
    );
    assert!(ended.stdout.contains("\nnomad job run -check-index 12 -\n"));
    let agent =
        Double::start().answers("PUT /v1/job/web/plan", &plan("None", json!({"Ignore": 1})));
    assert_eq!(run(&agent, "plan -diff=false -").status, 0);
    let agent = Double::start().says("PUT /v1/job/web/plan", 500, "no");
    let ended = run(&agent, "plan -");
    assert_eq!(ended.status, 255);
    assert_eq!(
        ended.stderr,
        "Error during plan: Unexpected response code: 500 (no)\n"
    );
}

#[test]
fn detached_writes_print_their_evaluation() {
    let agent = Double::start()
        .answers(
            "GET /v1/jobs",
            &json!([{"ID": "web", "Namespace": "default"}]),
        )
        .answers(
            "GET /v1/job/web",
            &json!({"ID": "web", "TaskGroups": [{"Name": "api"}]}),
        )
        .answers("GET /v1/job/web/deployment", &json!({"ID": DEPLOYMENT}))
        .answers("PUT /v1/job/web/scale", &json!({"EvalID": EVAL}))
        .answers("PUT /v1/job/web/revert", &json!({"EvalID": EVAL}))
        .answers("PUT /v1/job/web/evaluate", &json!({"EvalID": EVAL}))
        .answers(
            &format!("PUT /v1/deployment/promote/{DEPLOYMENT}"),
            &json!({"EvalID": EVAL}),
        )
        .answers(
            &format!("PUT /v1/deployment/fail/{DEPLOYMENT}"),
            &json!({"EvalID": EVAL}),
        );
    let line = format!("Evaluation ID: {EVAL}\n");
    for (words, stdout) in [
        (
            "job scale -detach web 3",
            format!("Job scale successful\n{line}"),
        ),
        ("job revert -detach web 0", line.clone()),
        (
            "job eval -detach web",
            "Created eval ID: \"e0000000\"\n".into(),
        ),
        ("job promote -detach web", line.clone()),
        (
            &format!("deployment fail -detach {DEPLOYMENT}"),
            format!("Deployment \"{DEPLOYMENT}\" failed\n{line}"),
        ),
    ] {
        let ended = Nomad::at(&agent.address).run(words);
        assert_eq!(
            (ended.status, ended.stdout),
            (0, stdout),
            "{words}: {}",
            ended.stderr
        );
    }
    let body = agent.asked_first("PUT /v1/job/web/scale").body;
    assert_eq!(
        (&body["Count"], &body["Target"]["Group"]),
        (&json!(3), &json!("api"))
    );
    let body = agent.asked_first("PUT /v1/deployment/promote").body;
    assert_eq!(body["All"], true);
}
