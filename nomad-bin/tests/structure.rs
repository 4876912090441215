//! The shape of the tree: sizes of files and functions, direction of dependencies, banned names
//! and calls. Lints hold what they can; this holds the rest.

#![expect(clippy::expect_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

const FILE_LINES_MAX: usize = 900;
const FUNCTION_LINES_MAX: usize = 90;
const FUNCTION_LINES_MEDIAN_MAX: usize = 10;
const CRATES: [&str; 7] = [
    "nomad-core",
    "nomad-sched",
    "nomad-raft",
    "nomad-client",
    "nomad-bin",
    "examples",
    "benches",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("a workspace")
        .to_owned()
}

/// Every Rust file of the workspace.
fn rust_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting: Vec<PathBuf> = CRATES.iter().map(|name| root().join(name)).collect();
    while let Some(dir) = waiting.pop() {
        for entry in fs::read_dir(&dir).expect("a readable folder").flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() && !matches!(name.as_str(), "target" | "node_modules") {
                waiting.push(path);
            } else if name.ends_with(".rs") {
                found.push(path);
            }
        }
    }
    assert!(found.len() > 100, "the walk found the tree");
    found
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("a readable file")
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}

/// Lines of each function, by the indentation of its closing brace, which rustfmt keeps exact.
fn functions(source: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = source.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let head = code.split('(').next().unwrap_or_default();
        let is_function = !code.starts_with("//")
            && (head.starts_with("fn ") || head.contains(" fn "))
            && !head.contains('"')
            && !head.contains('=');
        if !is_function || code.ends_with(';') {
            continue;
        }
        if code.ends_with('}') {
            found.push((code.to_owned(), 1));
            continue;
        }
        let indent = line.len() - code.len();
        let close = format!("{}}}", " ".repeat(indent));
        let body = lines
            .iter()
            .skip(at)
            .position(|line| line.trim_end() == close);
        let semicolon = lines.iter().skip(at).position(|line| line.ends_with(';'));
        if let Some(length) = body
            && semicolon.is_none_or(|end| end > 0)
        {
            found.push((code.to_owned(), length + 1));
        }
    }
    found
}

#[test]
fn no_file_is_longer_than_a_person_reads_at_once() {
    let long: Vec<String> = rust_files()
        .iter()
        .map(|path| (shown(path), text(path).lines().count()))
        .filter(|(_, lines)| *lines > FILE_LINES_MAX)
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "above {FILE_LINES_MAX}: {long:#?}");
}

#[test]
fn functions_are_short_and_most_are_tiny() {
    let mut lengths = Vec::new();
    let mut long = Vec::new();
    for path in rust_files() {
        for (head, length) in functions(&text(&path)) {
            lengths.push(length);
            if length > FUNCTION_LINES_MAX {
                long.push(format!("{}: {head}: {length} lines", shown(&path)));
            }
        }
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    println!(
        "{} functions, median {median}, longest {:?}",
        lengths.len(),
        lengths.last()
    );
    assert!(long.is_empty(), "above {FUNCTION_LINES_MAX}: {long:#?}");
    assert!(median <= FUNCTION_LINES_MEDIAN_MAX, "median {median}");
}

#[test]
fn dependencies_point_one_way() {
    let allowed: [(&str, &[&str]); 5] = [
        ("nomad-core", &[]),
        ("nomad-sched", &["nomad-core"]),
        ("nomad-raft", &["nomad-core"]),
        ("nomad-client", &["nomad-core"]),
        (
            "nomad-bin",
            &["nomad-core", "nomad-sched", "nomad-raft", "nomad-client"],
        ),
    ];
    for (name, may) in allowed {
        let manifest = text(&root().join(name).join("Cargo.toml"));
        let product = manifest
            .split("[dev-dependencies]")
            .next()
            .unwrap_or_default();
        let product = product.split("[dependencies]").nth(1).unwrap_or_default();
        for line in product.lines().filter(|line| line.starts_with("nomad-")) {
            let on = line.split(['.', ' ', '=']).next().unwrap_or_default();
            assert!(may.contains(&on), "{name} must not depend on {on}");
        }
    }
}

#[test]
fn core_and_sched_know_no_runtime() {
    for name in ["nomad-core", "nomad-sched"] {
        let manifest = text(&root().join(name).join("Cargo.toml"));
        for banned in ["tokio", "rand", "hyper", "nix", "libc"] {
            assert!(
                !manifest.contains(&format!("\n{banned}")),
                "{name} must not use {banned}"
            );
        }
    }
}

#[test]
fn nothing_is_called_by_a_name_that_says_nothing() {
    let banned = [
        "util", "utils", "helper", "helpers", "manager", "common", "misc",
    ];
    let found: Vec<String> = rust_files()
        .iter()
        .filter(|path| {
            let stem = path
                .file_stem()
                .and_then(|stem| stem.to_str())
                .unwrap_or_default();
            let parent = path
                .parent()
                .and_then(Path::file_name)
                .and_then(|name| name.to_str());
            banned.contains(&stem) || parent.is_some_and(|name| banned.contains(&name))
        })
        .map(|path| shown(path))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_mark_of_unfinished_work_is_left() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
    ];
    for path in rust_files() {
        let source = text(&path);
        for mark in marks {
            assert!(!source.contains(mark), "{}: {mark}", shown(&path));
        }
    }
}

#[test]
fn every_folder_of_the_crates_stands_in_the_architecture() {
    let map = text(&root().join("ARCHITECTURE.md"));
    for name in &CRATES[..5] {
        let source = root().join(name).join("src");
        for entry in fs::read_dir(source).expect("a readable folder").flatten() {
            let path = entry.path();
            let module = path
                .file_stem()
                .and_then(|stem| stem.to_str())
                .unwrap_or_default();
            if matches!(module, "lib" | "main" | "bin") {
                continue;
            }
            assert!(
                map.contains(&format!("`{module}`")),
                "ARCHITECTURE.md does not name {name}'s `{module}`"
            );
        }
    }
}
