//! The normalisation that `golden/cli/README.md` describes.

use std::collections::BTreeMap;

use regex::{Captures, Regex};
use serde::Serialize;
use serde_json::Value;

use crate::recording::Case;

/// What is compared of a stream.
pub(crate) fn normal(text: &str, case: &Case, cwd: &str) -> String {
    match case.mode.as_str() {
        "rc" => {
            return if text.trim().is_empty() {
                String::new()
            } else {
                "<SOME>\n".into()
            };
        }
        "exit" => return String::new(),
        "json" if !text.trim().is_empty() => return key_paths(text),
        "values" if !text.trim().is_empty() => {
            let value: Value = serde_json::from_str(text).unwrap_or(Value::Null);
            let mut bytes = Vec::new();
            let format = serde_json::ser::PrettyFormatter::with_indent(b" ");
            let mut writer = serde_json::Serializer::with_formatter(&mut bytes, format);
            value.serialize(&mut writer).unwrap();
            return lines(&String::from_utf8(bytes).unwrap(), case.sort);
        }
        _ => {}
    }
    let mut text = replace(text, r"\x1b\[[0-9;]*m", "");
    text = text.replace(cwd, "<CWD>");
    for (pattern, replacement) in &case.mask {
        let replacement = replace(replacement, r"\\(\d)", "$${${1}}");
        text = replace(&text, pattern, &replacement);
    }
    text = replace(&text, r"/\S*/alloc/", "<DIR>/alloc/");
    text = replace(
        &text,
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)",
        "<TIME>",
    );
    text = numbered(
        &text,
        r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
        "UUID",
        case.sort,
    );
    text = replace(&text, r"\bdispatch-\d{10}-[0-9a-f]{8}\b", "<DISPATCH>");
    text = replace(&text, r"\bperiodic-\d{10}\b", "<PERIODIC>");
    text = numbered(&text, r"\b[0-9a-f]{8}\b", "ID", case.sort);
    text = replace(&text, r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b", "<ADDR>");
    text = replace(&text, r"(<ADDR>\s+)\d+", "${1}<PORT>");
    text = replace(
        &text,
        r"\b(?:\d+(?:y|mo|d|h|m|s)){1,2} (?:ago|from now)",
        "<AGE>",
    );
    text = replace(&text, r"\b\d+(?:\.\d+)? [KMGT]?i?B\b", "<SIZE>");
    text = replace(&text, r"\b\d+/\d+ MHz", "<MHZ>");
    text = replace(
        &text,
        r"(?i)((?:modify |create |check-)index[:=]?\s+\(?)\d+",
        "${1}<INDEX>",
    );
    text = replace(&text, r"\b\d{19}\b", "<NANOS>");
    lines(&text, case.sort)
}

fn lines(text: &str, sort: bool) -> String {
    let blanks = Regex::new(r"[ \t]{2,}").unwrap();
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = blanks.replace_all(line, if sort { " " } else { "  " });
        let line = line.trim_end().to_owned();
        if !line.is_empty() && lines.last() != Some(&line) {
            lines.push(line);
        }
    }
    if sort {
        lines.sort();
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn replace(text: &str, pattern: &str, replacement: &str) -> String {
    let pattern =
        Regex::new(&format!("(?m){pattern}")).unwrap_or_else(|e| panic!("{pattern}: {e}"));
    pattern.replace_all(text, replacement).into_owned()
}

/// Equal identifiers get equal numbers, in order of appearance; none where lines are sorted.
fn numbered(text: &str, pattern: &str, name: &str, plain: bool) -> String {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let pattern = Regex::new(pattern).unwrap();
    pattern
        .replace_all(text, |found: &Captures<'_>| {
            if plain {
                return format!("<{name}>");
            }
            let next = known.len() + 1;
            let number = *known.entry(found[0].to_owned()).or_insert(next);
            format!("<{name}{number}>")
        })
        .into_owned()
}

/// `.Diff.Fields[]: object`, sorted; null is dropped where another type occurs.
fn key_paths(text: &str) -> String {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return text.to_owned();
    };
    let mut paths: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    walk(&value, "", &mut paths);
    let mut lines = Vec::new();
    for (path, mut kinds) in paths {
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.len() > 1 {
            kinds.retain(|kind| *kind != "null");
        }
        let path = if path.is_empty() { "." } else { &path };
        lines.push(format!("{path}: {}\n", kinds.join("|")));
    }
    lines.sort();
    lines.concat()
}

fn walk(value: &Value, path: &str, paths: &mut BTreeMap<String, Vec<&'static str>>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    paths.entry(path.to_owned()).or_default().push(kind);
    match value {
        Value::Array(items) => {
            items
                .iter()
                .for_each(|item| walk(item, &format!("{path}[]"), paths));
        }
        Value::Object(map) => {
            map.iter()
                .for_each(|(key, item)| walk(item, &format!("{path}.{key}"), paths));
        }
        _ => {}
    }
}
