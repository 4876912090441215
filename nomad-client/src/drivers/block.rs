//! Reading a driver's `config` block: every value by name and kind, the rest refused by name.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::StartError;

/// One block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'a>(pub(super) &'a Map<String, Value>);

pub(super) fn wrong(field: &str, problem: impl Into<String>) -> StartError {
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
    wrong(
        field,
        format!(
            "Incorrect attribute value type: Inappropriate value for attribute {field:?}: {needed} \
             required, but have {found}."
        ),
    )
}

fn as_text(field: &str, value: &Value) -> Result<String, StartError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(truth) => Ok(truth.to_string()),
        other => Err(wrong_kind(field, "string", other)),
    }
}

impl<'a> Block<'a> {
    /// Refuses attributes and blocks that are not among `known`.
    pub(super) fn check(self, known: &[&str]) -> Result<(), StartError> {
        match self.0.keys().find(|key| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some(unknown) => Err(wrong(
                unknown,
                format!("Invalid label: No argument or block type is named {unknown:?}."),
            )),
        }
    }

    fn get(self, field: &str) -> Option<&'a Value> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    pub(super) fn text(self, field: &str) -> Result<Option<String>, StartError> {
        let value = self.get(field);
        value.map(|value| as_text(field, value)).transpose()
    }

    pub(super) fn word(self, field: &str) -> Result<String, StartError> {
        Ok(self.text(field)?.unwrap_or_default())
    }

    pub(super) fn texts(self, field: &str) -> Result<Vec<String>, StartError> {
        match self.get(field) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items.iter().map(|item| as_text(field, item)).collect(),
            Some(other) => Err(wrong_kind(field, "list of string", other)),
        }
    }

    pub(super) fn flag(self, field: &str) -> Result<bool, StartError> {
        match self.get(field) {
            None => Ok(false),
            Some(Value::Bool(truth)) => Ok(*truth),
            Some(Value::String(text)) if text == "true" => Ok(true),
            Some(Value::String(text)) if text == "false" => Ok(false),
            Some(other) => Err(wrong_kind(field, "bool", other)),
        }
    }

    pub(super) fn number(self, field: &str) -> Result<Option<i64>, StartError> {
        match self.get(field) {
            None => Ok(None),
            Some(value) => {
                let text = as_text(field, value)?;
                let number = text.parse().ok();
                number
                    .map(Some)
                    .ok_or_else(|| wrong_kind(field, "number", value))
            }
        }
    }

    /// Blocks of a name: one object, or a list of them.
    pub(super) fn blocks(self, field: &str) -> Result<Vec<Block<'a>>, StartError> {
        let one = |value: &'a Value| match value {
            Value::Object(map) => Ok(Block(map)),
            other => Err(wrong_kind(field, "object", other)),
        };
        match self.get(field) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items.iter().map(one).collect(),
            Some(value) => Ok(vec![one(value)?]),
        }
    }

    pub(super) fn block(self, field: &str) -> Result<Option<Block<'a>>, StartError> {
        Ok(self.blocks(field)?.into_iter().next())
    }

    /// A table of texts, written as a map or as blocks.
    pub(super) fn table(self, field: &str) -> Result<BTreeMap<String, String>, StartError> {
        let mut table = BTreeMap::new();
        for block in self.blocks(field)? {
            for (key, value) in block.0 {
                table.insert(key.clone(), as_text(key, value)?);
            }
        }
        Ok(table)
    }

    pub(super) fn span(self, field: &str) -> Result<Option<Duration>, StartError> {
        let Some(text) = self.text(field)? else {
            return Ok(None);
        };
        let problem = "a duration such as \"5m\" is needed";
        duration(&text)
            .map(Some)
            .ok_or_else(|| wrong(field, problem))
    }
}

/// Reads `90s`, `5m`, `1h30m`, `250ms`.
fn duration(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(digits);
        let unit = after
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, next) = after.split_at(unit);
        let seconds = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        let number: f64 = number.parse().ok()?;
        total += Duration::try_from_secs_f64(number * seconds).ok()?;
        rest = next;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_their_units() {
        let cases = [
            ("90s", Some(Duration::from_secs(90))),
            ("1h30m", Some(Duration::from_secs(5_400))),
            ("1.5s", Some(Duration::from_millis(1_500))),
            ("250ms", Some(Duration::from_millis(250))),
            ("", None),
            ("5", None),
            ("s", None),
        ];
        for (text, span) in cases {
            assert_eq!(duration(text), span, "{text:?}");
        }
    }
}
