//! Logs and files of allocations.

use serde_json::{Value, json};

use crate::double::Double;
use crate::nomad::Nomad;

const ID: &str = "5ac8ab2d-0000-0000-0000-000000000000";

fn alloc(tasks: &[&str]) -> Value {
    let tasks: Vec<Value> = tasks.iter().map(|name| json!({"Name": name})).collect();
    json!({"ID": ID, "TaskGroup": "g", "Job": {"TaskGroups": [{"Name": "g", "Tasks": tasks}]}})
}

fn agent(tasks: &[&str]) -> Double {
    Double::start().answers(&format!("GET /v1/allocation/{ID}"), &alloc(tasks))
}

#[test]
fn the_only_task_needs_no_name_and_stdout_is_the_default() {
    let agent = agent(&["main"]).says(&format!("GET /v1/client/fs/logs/{ID}"), 200, "one\ntwo\n");
    let ended = Nomad::at(&agent.address).run(&format!("alloc logs {ID}"));
    assert_eq!(
        (ended.status, ended.stdout.as_str()),
        (0, "one\ntwo\n"),
        "{}",
        ended.stderr
    );
    let line = agent.asked_first("GET /v1/client/fs/logs").line;
    assert!(
        line.contains("task=main&type=stdout&follow=false"),
        "{line}"
    );
    let ended = Nomad::at(&agent.address).run(&format!("logs -stderr -tail -n 1 {ID} main"));
    assert_eq!(ended.stdout, "two\n");
    let line = agent.asked().last().unwrap().line.clone();
    assert!(
        line.contains("type=stderr") && line.contains("origin=end&offset=120"),
        "{line}"
    );
}

#[test]
fn following_ends_when_the_agent_ends_and_shows_both_streams() {
    let agent = agent(&["main"]).says(&format!("GET /v1/client/fs/logs/{ID}"), 200, "x\n");
    let ended = Nomad::at(&agent.address).run(&format!("alloc logs -f {ID}"));
    assert_eq!(
        (ended.stdout.as_str(), ended.stderr.as_str()),
        ("x\n", "x\n")
    );
    let ended = Nomad::at(&agent.address).run(&format!("alloc logs -f -tail -n 5 {ID}"));
    assert_eq!((ended.status, ended.stdout.as_str()), (0, "x\n"));
}

#[test]
fn a_task_that_is_not_there_or_not_named_is_told() {
    let agent = agent(&["a", "b"]);
    let ended = Nomad::at(&agent.address).run(&format!("alloc logs -task nosuch {ID}"));
    assert_eq!(
        ended.stderr,
        "Failed to validate task: Could not find task named: nosuch, found:\na\nb\n"
    );
    let ended = Nomad::at(&agent.address).run(&format!("alloc logs {ID}"));
    assert!(
        ended
            .stderr
            .contains("  * a\n  * b\n\nPlease specify the task."),
        "{}",
        ended.stderr
    );
    let ended = Nomad::at(&agent.address).run(&format!("alloc restart {ID} nosuch"));
    assert_eq!(
        ended.stderr,
        "Could not find task named: nosuch, found:\na\nb\n"
    );
}

#[test]
fn files_are_listed_printed_and_followed_by_frames() {
    let stat = format!("GET /v1/client/fs/stat/{ID}");
    let entry = |dir: bool| {
        json!({"Name": "alloc", "IsDir": dir, "Size": 4096, "FileMode": "drwxr-xr-x",
               "ModTime": "2031-05-08T09:46:40Z"})
    };
    let agent = agent(&["main"])
        .answers(&stat, &entry(true))
        .answers(&format!("GET /v1/client/fs/ls/{ID}"), &json!([entry(true)]));
    let ended = Nomad::at(&agent.address).run(&format!("alloc fs {ID}"));
    assert_eq!(
        ended.stdout,
        "Mode        Size     Modified Time         Name\n\
         drwxr-xr-x  4.0 KiB  2031-05-08T09:46:40Z  alloc/\n"
    );
    let agent = self::agent(&["main"])
        .answers(&stat, &entry(false))
        .says(&format!("GET /v1/client/fs/cat/{ID}"), 200, "content\n")
        .says(&format!("GET /v1/client/fs/readat/{ID}"), 200, "nt\n")
        .says(
            &format!("GET /v1/client/fs/stream/{ID}"),
            200,
            "{\"Data\":\"b25l\"}{}{\"Data\":\"Cg==\"}",
        );
    let at = |words: &str| Nomad::at(&agent.address).run(words).stdout;
    assert_eq!(at(&format!("fs {ID} x")), "content\n");
    assert_eq!(at(&format!("fs -tail -c 3 {ID} x")), "nt\n");
    assert!(
        agent
            .asked_first("GET /v1/client/fs/readat")
            .line
            .contains("offset=4093")
    );
    assert_eq!(at(&format!("fs -f {ID} x")), "one\n");
    assert!(at(&format!("fs -H -stat {ID} x")).contains("4096"));
}

#[test]
fn a_path_outside_of_the_allocation_is_refused_in_the_agents_words() {
    let text = "Path escapes the alloc directory";
    let agent = agent(&["main"]).says(&format!("GET /v1/client/fs/stat/{ID}"), 500, text);
    let ended = Nomad::at(&agent.address).run(&format!("alloc fs {ID} ../../../etc/passwd"));
    assert_eq!(
        ended.stderr,
        format!("Unexpected response code: 500 ({text})\n")
    );
    assert_eq!(ended.status, 1);
}
