//! The `config` block of a task.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value};

use super::super::StartError;

/// Attributes that are understood.
const KNOWN: [&str; 7] = [
    "command",
    "args",
    "work_dir",
    "oom_score_adj",
    "cgroup_v1_override",
    "cgroup_v2_override",
    "denied_envvars",
];

/// What a task asks of the driver.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    /// The command: a path or a name.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its working directory when it is not the task's.
    pub work_dir: Option<PathBuf>,
    /// How gladly the kernel kills it when memory is short.
    pub oom_score_adj: i32,
    /// Groups of version 1 to join instead of an own one: controller and path.
    pub cgroup_v1: BTreeMap<String, String>,
    /// The group of version 2 to join instead of an own one.
    pub cgroup_v2: Option<String>,
    /// Patterns of variables that the task does not get.
    pub denied_envvars: Vec<String>,
}

impl Config {
    /// Reads the block. Numbers and booleans are taken as their text where a text is needed.
    ///
    /// # Errors
    /// [`StartError::Config`] with the attribute and what is wrong with it.
    pub fn read(block: &Map<String, Value>) -> Result<Self, StartError> {
        if let Some(unknown) = block.keys().find(|key| !KNOWN.contains(&key.as_str())) {
            let problem = format!("Invalid label: No argument or block type is named {unknown:?}.");
            return Err(wrong(unknown, problem));
        }
        let config = Self {
            command: text(block, "command")?.unwrap_or_default(),
            args: texts(block, "args")?,
            work_dir: text(block, "work_dir")?.map(PathBuf::from),
            oom_score_adj: number(block, "oom_score_adj")?,
            cgroup_v1: controllers(block, "cgroup_v1_override")?,
            cgroup_v2: text(block, "cgroup_v2_override")?,
            denied_envvars: texts(block, "denied_envvars")?,
        };
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), StartError> {
        if self.command.is_empty() {
            let problem = "Missing required argument: The argument \"command\" is required, but no \
                           definition was found.";
            return Err(wrong("command", problem));
        }
        if self.work_dir.as_ref().is_some_and(|dir| !dir.is_absolute()) {
            return Err(wrong(
                "work_dir",
                "work_dir must be absolute but got relative path",
            ));
        }
        if !self.cgroup_v1.is_empty() && self.cgroup_v2.is_some() {
            let problem = "only one of cgroup_v1_override and cgroup_v2_override may be set";
            return Err(wrong("cgroup_v1_override", problem));
        }
        if !(0..=1000).contains(&self.oom_score_adj) {
            return Err(wrong(
                "oom_score_adj",
                "oom_score_adj must be between 0 and 1000",
            ));
        }
        Ok(())
    }

    /// Whether the job file names control groups of its own.
    #[must_use]
    pub fn has_cgroup_override(&self) -> bool {
        !self.cgroup_v1.is_empty() || self.cgroup_v2.is_some()
    }
}

fn wrong(field: &str, problem: impl Into<String>) -> StartError {
    StartError::Config {
        field: field.to_owned(),
        problem: problem.into(),
    }
}

fn wrong_kind(field: &str, needed: &str, found: &Value) -> StartError {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    let problem = format!(
        "Incorrect attribute value type: Inappropriate value for attribute {field:?}: {needed} \
         required, but have {found}."
    );
    wrong(field, problem)
}

fn as_text(field: &str, value: &Value) -> Result<String, StartError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(truth) => Ok(truth.to_string()),
        other => Err(wrong_kind(field, "string", other)),
    }
}

fn text(block: &Map<String, Value>, field: &str) -> Result<Option<String>, StartError> {
    match block.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => as_text(field, value).map(Some),
    }
}

fn texts(block: &Map<String, Value>, field: &str) -> Result<Vec<String>, StartError> {
    match block.get(field) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => items.iter().map(|item| as_text(field, item)).collect(),
        Some(other) => Err(wrong_kind(field, "list of string", other)),
    }
}

fn number(block: &Map<String, Value>, field: &str) -> Result<i32, StartError> {
    let Some(text) = text(block, field)? else {
        return Ok(0);
    };
    text.parse()
        .map_err(|_| wrong_kind(field, "number", &Value::String(text.clone())))
}

/// A map, or a list of maps, of controller and path.
fn controllers(
    block: &Map<String, Value>,
    field: &str,
) -> Result<BTreeMap<String, String>, StartError> {
    let maps: Vec<&Value> = match block.get(field) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items.iter().collect(),
        Some(one) => vec![one],
    };
    let mut found = BTreeMap::new();
    for map in maps {
        let Value::Object(map) = map else {
            return Err(wrong_kind(field, "map of string", map));
        };
        for (controller, path) in map {
            found.insert(controller.clone(), as_text(field, path)?);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Config, String> {
        let Value::Object(block) = serde_json::from_str(json).unwrap() else {
            panic!("no object")
        };
        Config::read(&block).map_err(|error| error.to_string())
    }

    #[test]
    fn the_block_is_read_with_numbers_as_texts() {
        let config = read(r#"{"command": "sleep", "args": [5, "x"], "oom_score_adj": 7}"#).unwrap();
        assert_eq!(
            (config.command.as_str(), config.oom_score_adj),
            ("sleep", 7)
        );
        assert_eq!(config.args, ["5", "x"]);
        let groups = read(r#"{"command": "a", "cgroup_v1_override": [{"memory": "/x"}]}"#).unwrap();
        assert_eq!(groups.cgroup_v1["memory"], "/x");
    }

    #[test]
    fn each_mistake_is_told_with_its_attribute() {
        let cases = [
            (
                "{}",
                "The argument \"command\" is required, but no definition was found.",
            ),
            (
                r#"{"command": ["a"]}"#,
                "\"command\": string required, but have list.",
            ),
            (
                r#"{"command": "a", "comand": 1}"#,
                "No argument or block type is named \"comand\".",
            ),
            (
                r#"{"command": "a", "args": "b"}"#,
                "list of string required, but have string.",
            ),
            (
                r#"{"command": "a", "work_dir": "b"}"#,
                "work_dir must be absolute",
            ),
            (
                r#"{"command": "a", "oom_score_adj": -1}"#,
                "oom_score_adj must be between",
            ),
            (
                r#"{"command": "a", "oom_score_adj": "x"}"#,
                "number required, but have string.",
            ),
            (
                r#"{"command": "a", "cgroup_v2_override": "x", "cgroup_v1_override": {"cpu": "y"}}"#,
                "only one of cgroup_v1_override",
            ),
        ];
        for (json, part) in cases {
            let error = read(json).unwrap_err();
            assert!(error.contains(part), "{json}: {error}");
        }
    }
}
