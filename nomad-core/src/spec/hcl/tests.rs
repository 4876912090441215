//! What a person gets wrong, each with the message that is shown; and where values come from.

use super::{Inputs, VarFile, parse_hcl, parse_hcl_reporting};
use crate::hcl::{FileSource, FileSourceError};

fn message(text: &str) -> String {
    parse_hcl(text, "x.nomad.hcl", &Inputs::default())
        .unwrap_err()
        .to_string()
}

/// A job with one task around these lines.
fn in_task(lines: &str) -> String {
    format!("job \"x\" {{\n  group \"g\" {{\n    task \"t\" {{\n{lines}\n    }}\n  }}\n}}\n")
}

fn task_env(text: &str, inputs: &Inputs<'_>, name: &str) -> String {
    let job = parse_hcl(text, "x.nomad.hcl", inputs).unwrap();
    let group = job.task_groups.unwrap().remove(0);
    group
        .tasks
        .unwrap()
        .remove(0)
        .env
        .unwrap()
        .remove(name)
        .unwrap()
}

#[test]
fn an_unknown_argument_is_named_with_place_caret_and_suggestion() {
    assert_eq!(
        message("job \"x\" {\n  group \"g\" {\n    coutn = 3\n  }\n}\n"),
        "error: unknown argument
 --> x.nomad.hcl:3:5
  |
3 |     coutn = 3
  |     ^^^^^
  = there is no argument \"coutn\" here
  = help: did you mean \"count\"?"
    );
}

#[test]
fn an_unknown_block_is_named_with_a_suggestion() {
    assert_eq!(
        message("job \"x\" {\n  gruop \"g\" {\n  }\n}\n"),
        "error: unknown block
 --> x.nomad.hcl:2:3
  |
2 |   gruop \"g\" {
  |   ^^^^^
  = there is no block \"gruop\" here
  = help: did you mean \"group\"?"
    );
}

#[test]
fn a_duration_without_unit_says_what_a_duration_is() {
    assert_eq!(
        message(&in_task("      kill_timeout = \"30\"")),
        "error: unsuitable value for \"kill_timeout\"
 --> x.nomad.hcl:4:23
  |
4 |       kill_timeout = \"30\"
  |                       ^^^
  = \"30\" has no unit; write a duration such as \"30s\"
  = help: did you mean \"30s\"?"
    );
}

#[test]
fn a_wrong_type_names_both_types() {
    assert_eq!(
        message("job \"x\" {\n  datacenters = \"dc1\"\n}\n"),
        "error: unsuitable value for \"datacenters\"
 --> x.nomad.hcl:2:18
  |
2 |   datacenters = \"dc1\"
  |                  ^^^^
  = list of string required, but have string
  = help: write a list: [\"dc1\"]"
    );
}

#[test]
fn a_missing_quote_is_found_on_its_line() {
    assert_eq!(
        message(&in_task("      driver = \"raw_exec")),
        "error: text without its closing quote
 --> x.nomad.hcl:4:25
  |
4 |       driver = \"raw_exec
  |                         ^
  = a quoted text must end on the line on which it begins
  = help: write \\n for a line break, or use a heredoc (<<EOF)"
    );
}

#[test]
fn a_missing_brace_points_at_the_block_that_is_open() {
    assert_eq!(
        message("job \"x\" {\n  group \"g\" {\n  }\n"),
        "error: block is never closed
 --> x.nomad.hcl:1:9
  |
1 | job \"x\" {
  |         ^
  = the closing brace of this block is missing before the end of the file
  = help: a brace may also be missing further inside"
    );
}

#[test]
fn a_colon_for_an_equals_sign_is_explained() {
    let text = message(&in_task("      driver : \"raw_exec\""));
    assert!(text.contains("x.nomad.hcl:4:7"), "{text}");
    assert!(text.contains("after the name follows \"=\""), "{text}");
}

#[test]
fn a_missing_label_shows_how_to_write_it() {
    assert_eq!(
        message("job \"x\" {\n  group {\n  }\n}\n"),
        "error: name of the group is missing
 --> x.nomad.hcl:2:9
  |
2 |   group {
  |         ^
  = a group block has a name in quotes before its brace
  = help: write it as group \"name\" {"
    );
}

#[test]
fn a_block_written_as_an_argument_is_told_apart() {
    let text = message("job \"x\" {\n  update = {\n    canary = 1\n  }\n}\n");
    assert!(
        text.contains("\"update\" is a block: write update { ... }"),
        "{text}"
    );
}

#[test]
fn a_duplicate_block_names_the_first_one() {
    let text = message("job \"x\" {\n  update {\n  }\n  update {\n  }\n}\n");
    assert!(text.contains("x.nomad.hcl:4:3"), "{text}");
    assert!(
        text.contains("the other one is at line 2, column 3"),
        "{text}"
    );
}

#[test]
fn shell_variables_in_heredocs_are_explained() {
    let text = message(&in_task(
        "      template {\n        data = <<EOF\necho ${HOME:-/root}\nEOF\n      }",
    ));
    assert!(
        text.contains("write $${ for the characters ${ themselves"),
        "{text}"
    );
}

#[test]
fn all_findings_of_a_file_are_reported_at_once() {
    let text = message("job \"x\" {\n  regoin = \"eu\"\n  priority = \"high\"\n  typ = 1\n}\n");
    assert_eq!(text.matches("error:").count(), 3, "{text}");
}

#[test]
fn later_sources_of_a_variable_win() {
    let text = format!(
        "variable \"v\" {{\n  default = \"default\"\n}}\n{}",
        in_task("      env {\n        V = var.v\n      }")
    );
    let mut inputs = Inputs::default();
    assert_eq!(task_env(&text, &inputs, "V"), "default");
    inputs.environment = vec![
        ("v".into(), "environment".into()),
        ("other".into(), "".into()),
    ];
    assert_eq!(task_env(&text, &inputs, "V"), "environment");
    inputs.var_files = vec![VarFile {
        name: "a.hcl".into(),
        text: "v = \"file\"\n".into(),
    }];
    assert_eq!(task_env(&text, &inputs, "V"), "file");
    inputs.var_files.push(VarFile {
        name: "b.json".into(),
        text: "{\"v\": \"json\"}".into(),
    });
    assert_eq!(task_env(&text, &inputs, "V"), "json");
    inputs.flags = vec![("v".into(), "flag".into())];
    assert_eq!(task_env(&text, &inputs, "V"), "flag");
}

#[test]
fn a_value_for_an_undeclared_variable_is_an_error_or_a_warning() {
    let text = in_task("      driver = \"raw_exec\"");
    let flags = vec![("regoin".to_owned(), "eu".to_owned())];
    let strict = Inputs {
        flags: flags.clone(),
        strict: true,
        ..Inputs::default()
    };
    let error = parse_hcl(&text, "x", &strict).unwrap_err().to_string();
    assert!(error.contains("declares no variable \"regoin\""), "{error}");
    let lenient = Inputs {
        flags,
        ..Inputs::default()
    };
    let (_, warnings) = parse_hcl_reporting(&text, "x", &lenient).unwrap();
    assert_eq!(warnings.list().len(), 1);
}

#[test]
fn a_typed_variable_takes_an_expression_from_a_flag() {
    let text = format!(
        "variable \"v\" {{\n  type = list(number)\n}}\n{}",
        in_task("      env {\n        V = join(\",\", var.v)\n      }")
    );
    let inputs = Inputs {
        flags: vec![("v".into(), "[1, 2]".into())],
        ..Inputs::default()
    };
    assert_eq!(task_env(&text, &inputs, "V"), "1,2");
}

#[test]
fn locals_that_need_each_other_are_named() {
    let text = format!(
        "locals {{\n  a = local.b\n  b = local.a\n}}\n{}",
        in_task("")
    );
    let text = message(&text);
    assert!(text.contains("local.a, local.b"), "{text}");
}

#[test]
fn locals_may_be_used_as_a_whole() {
    let text = format!(
        "locals {{\n  all = join(\",\", keys(local))\n  a = 1\n  b = local.a\n}}\n{}",
        in_task("      env {\n        V = local.all\n      }")
    );
    assert_eq!(task_env(&text, &Inputs::default(), "V"), "a,b");
}

struct OneFile;

impl FileSource for OneFile {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileSourceError> {
        match path {
            "greeting.txt" => Ok(b"hello".to_vec()),
            _ => Err(FileSourceError {
                reason: format!("read {path}: no such file"),
            }),
        }
    }

    fn exists(&self, path: &str) -> Result<bool, FileSourceError> {
        Ok(path == "greeting.txt")
    }

    fn glob(&self, _: &str, _: &str) -> Result<Vec<String>, FileSourceError> {
        Ok(vec!["greeting.txt".to_owned()])
    }

    fn absolute(&self, path: &str) -> Result<String, FileSourceError> {
        Ok(format!("/jobs/{path}"))
    }

    fn expand_home(&self, path: &str) -> Result<String, FileSourceError> {
        Ok(path.replace('~', "/home/me"))
    }
}

#[test]
fn files_come_through_the_seam_and_only_there() {
    let text = in_task("      env {\n        V = file(\"greeting.txt\")\n      }");
    let inputs = Inputs {
        files: Some(&OneFile),
        ..Inputs::default()
    };
    assert_eq!(task_env(&text, &inputs, "V"), "hello");
    assert!(message(&text).contains("disabled"), "{}", message(&text));
    let missing = text.replace("greeting", "other");
    let error = parse_hcl(&missing, "x", &inputs).unwrap_err().to_string();
    assert!(error.contains("read other.txt: no such file"), "{error}");
}

#[test]
fn a_loop_that_runs_away_meets_a_named_limit() {
    let text = in_task(
        "      env {\n        V = join(\"\", [for a in range(1024) : try({}.b, {}.c, {}.d, a)])\n      }",
    );
    let text = message(&text);
    assert!(text.contains("too much to compute"), "{text}");
}

#[test]
fn the_json_form_means_the_same_as_the_native_one() {
    let json = r#"{
        "variable": {"n": {"type": "number", "default": 2}},
        "job": {"x": {"group": {"g": {"count": "${var.n + 1}", "task": {"t": {
            "driver": "raw_exec",
            "config": {"command": "/bin/sh", "args": ["-c", "echo \"${upper(\"a\")}\""]},
            "env": {"A.B": "1", "C": "${attr.kernel.name}"},
            "template": [{"data": "x\ny", "destination": "local/a"}]
        }}}}}}
    }"#;
    let native = r#"
        job "x" {
          group "g" {
            count = 3
            task "t" {
              driver = "raw_exec"
              config {
                command = "/bin/sh"
                args    = ["-c", "echo \"A\""]
              }
              env = { "A.B" = 1, C = "${attr.kernel.name}" }
              template {
                data        = "x\ny"
                destination = "local/a"
              }
            }
          }
        }
    "#;
    let parse = |text| parse_hcl(text, "x", &Inputs::default()).unwrap();
    assert_eq!(parse(json), parse(native));
}

#[test]
fn a_mistake_in_the_json_form_is_explained_without_a_wrong_place() {
    let error = message("{\"job\": {\"x\": {\"regoin\": \"eu\"}}}");
    assert!(error.contains("did you mean \"region\"?"), "{error}");
    assert!(!error.contains("x.nomad.hcl:"), "{error}");
}
