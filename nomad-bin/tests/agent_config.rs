//! Configuration files of the agent: what is taken, in which order, and what is refused, with its
//! place. The recorded verdicts of the reference are replayed when they are there.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::path::{Path, PathBuf};

use nomad_bin::agent::{AgentConfig, load};

/// Recorded cases that must get the same verdict; see the list that the test prints.
const SAME_MIN: usize = 99;

fn files(texts: &[(&str, &str)]) -> (tempfile::TempDir, Vec<PathBuf>) {
    let dir = tempfile::tempdir().unwrap();
    let paths = texts
        .iter()
        .map(|(name, text)| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        })
        .collect();
    (dir, paths)
}

fn taken(texts: &[(&str, &str)]) -> AgentConfig {
    let (_dir, paths) = files(texts);
    load(AgentConfig::default(), &paths).unwrap()
}

fn refused(text: &str) -> String {
    let (_dir, paths) = files(&[("a.hcl", text)]);
    load(AgentConfig::default(), &paths)
        .unwrap_err()
        .to_string()
}

#[test]
fn an_unknown_key_is_named_with_its_place_and_the_key_that_was_meant() {
    let text = refused("client {\n  enabld = true\n}\n");
    assert!(text.contains("unexpected key client.enabld"), "{text}");
    assert!(text.contains("a.hcl:2:3"), "{text}");
    assert!(text.contains("did you mean \"enabled\"?"), "{text}");
    for block in [
        "consul",
        "vault",
        "limits",
        "ui",
        "rpc",
        "plugin \"raw_exec\"",
    ] {
        let text = refused(&format!("{block} {{\n  nonsense = 1\n}}\n"));
        assert!(text.contains("nonsense"), "{block}: {text}");
    }
}

#[test]
fn a_wrong_type_is_told_at_its_value() {
    let text = refused("ports {\n  http = \"many\"\n}\n");
    assert!(
        text.contains("ports.http") && text.contains("a.hcl:2:10"),
        "{text}"
    );
    let text = refused("server {\n  eval_gc_threshold = \"soon\"\n}\n");
    assert!(text.contains("can't parse time duration soon"), "{text}");
    let text = refused("client = 3\n");
    assert!(text.contains("must be a block"), "{text}");
    let text = refused("region = upper(\"x\")\n");
    assert!(
        text.contains("no variables, functions or operators"),
        "{text}"
    );
}

#[test]
fn a_key_given_twice_in_one_file_is_refused_and_a_block_given_twice_is_not() {
    assert!(refused("region = \"a\"\nregion = \"b\"\n").contains("a.hcl:2:1"));
    let config = taken(&[("a.hcl", "ports {\n http = 1\n}\nports {\n rpc = 2\n}\n")]);
    assert_eq!((config.ports.http, config.ports.rpc), (1, 2));
}

#[test]
fn what_would_make_the_agent_less_safe_than_asked_is_refused() {
    for text in [
        "acl {\n enabled = true\n}\n",
        "tls {\n http = true\n}\n",
        "tls {\n rpc = \"true\"\n}\n",
    ] {
        assert!(refused(text).contains("not supported yet"), "{text}");
    }
    assert!(
        taken(&[("a.hcl", "acl {\n enabled = false\n}\n")])
            .remarks
            .is_empty()
    );
}

#[test]
fn a_key_without_effect_is_remarked_on() {
    let config = taken(&[("a.hcl", "\nserver {\n  raft_multiplier = 2\n}\n")]);
    let [remark] = config.remarks.as_slice() else {
        panic!("{:?}", config.remarks)
    };
    assert!(
        remark.contains("a.hcl:3:3: server.raft_multiplier"),
        "{remark}"
    );
}

#[test]
fn later_files_win_lists_grow_and_maps_mix() {
    let config = taken(&[
        (
            "a.hcl",
            "region = \"one\"\nleave_on_terminate = true\nclient {\n servers = [\"a\"]\n meta {\n  \"x.y\" = \"1\"\n  z = 1\n }\n}\nplugin \"raw_exec\" {\n config {\n  enabled = true\n }\n}\n",
        ),
        (
            "b.json",
            r#"{"region": "", "leave_on_terminate": false, "client": [{"servers": ["b"], "meta": {"z": 2}}], "plugin": [{"raw_exec": [{}]}],}"#,
        ),
    ]);
    assert_eq!(config.region.to_string(), "one");
    assert!(!config.leave_on_terminate, "an explicit false counts");
    assert_eq!(config.client.servers, ["a", "b"]);
    let meta: Vec<(&str, &str)> = config
        .client
        .meta
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    assert_eq!(meta, [("x.y", "1"), ("z", "2")]);
    assert!(
        !config.plugins.raw_exec,
        "a plugin's block replaces the earlier one"
    );
    assert_eq!(config.files.len(), 2);
}

#[test]
fn a_directory_is_read_by_name_and_what_editors_leave_is_not() {
    let (dir, _) = files(&[
        ("b.hcl", "region = \"b\"\n"),
        ("a.json", r#"{"region": "a", "datacenter": "a"}"#),
        ("z.hcl~", "region = \"tilde\"\n"),
        (".#z.hcl", "region = \"lock\"\n"),
        ("#z.hcl#", "region = \"save\"\n"),
        ("notes.txt", "nonsense"),
    ]);
    std::fs::create_dir(dir.path().join("deeper.hcl")).unwrap();
    let config = load(AgentConfig::default(), &[dir.path().to_owned()]).unwrap();
    assert_eq!(config.region.to_string(), "b");
    assert_eq!(config.datacenter, "a");
    assert_eq!(
        config.files,
        [dir.path().join("a.json"), dir.path().join("b.hcl")]
    );
}

#[test]
fn an_empty_directory_is_remarked_on_and_a_missing_file_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let config = load(AgentConfig::default(), &[dir.path().to_owned()]).unwrap();
    assert_eq!(config.remarks.len(), 1);
    let missing = load(AgentConfig::default(), &[dir.path().join("none.hcl")]);
    assert!(missing.unwrap_err().to_string().contains("none.hcl"));
}

#[test]
fn numbers_and_switches_may_be_texts() {
    let config = taken(&[(
        "a.hcl",
        "leave_on_interrupt = \"true\"\nserver {\n num_schedulers = \"2\"\n}\n",
    )]);
    assert!(config.leave_on_interrupt);
    assert_eq!(config.server.num_schedulers, Some(2));
}

const BASE: &str = r#"name = "ref1"
data_dir = "/tmp/ref1"
bind_addr = "127.0.0.1"
disable_update_check = true
ports {
  http = 24666
  rpc = 24667
  serf = 24668
}
advertise {
  http = "127.0.0.1"
  rpc = "127.0.0.1"
  serf = "127.0.0.1"
}
server {
  enabled = true
  bootstrap_expect = 1
}
"#;

/// What is wrong with a recorded case here, with or without the base file before it.
fn verdict(case: &serde_json::Value, base: bool) -> Result<(), String> {
    let mut texts: Vec<(&str, &str)> = base.then_some(("0base.hcl", BASE)).into_iter().collect();
    for name in case["order"].as_array().unwrap() {
        let name = name.as_str().unwrap();
        texts.push((name, case["files"][name].as_str().unwrap()));
    }
    let (_dir, paths) = files(&texts);
    load(AgentConfig::default(), &paths)
        .map_err(|error| error.to_string())?
        .check()
        .map_err(|error| error.to_string())
}

#[test]
fn recorded_verdicts_are_the_same() {
    let golden = std::env::var("NOMAD_GOLDEN").unwrap_or_else(|_| "../../shared/golden".to_owned());
    let path = Path::new(&golden).join("agent_config/cases.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not there", path.display());
        return;
    };
    let (mut same, mut total) = (0, 0);
    for line in text.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        // Started is the better verdict: the reference checks some things only then.
        let (alone, started) = (case["validate"]["exit"] == 0, case.get("self").is_some());
        let based = verdict(&case, true);
        total += 1;
        if verdict(&case, false).is_ok() == alone && based.is_ok() == started {
            same += 1;
        } else {
            let name = &case["name"];
            println!("{name}: reference started: {started}; here: {based:?}");
        }
    }
    println!("agent configuration: {same}/{total} verdicts the same");
    assert!(same >= SAME_MIN, "{same}/{total}");
}
