//! Asking an object.

use serde_json::Value;

use super::{Expr, Test};

/// Fields of objects that are maps of free keys: a missing key there is no match.
const MAPS: [&str; 12] = [
    "Meta",
    "Attributes",
    "Links",
    "Env",
    "TaskStates",
    "TaskGroups",
    "Drivers",
    "HostVolumes",
    "HostNetworks",
    "QueuedAllocations",
    "FailedTGAllocs",
    "ClassEligibility",
];

/// Why an object cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluateError {
    /// It has no such field.
    #[error(
        "error finding value in datum: {path} at part {part}: couldn't find key: struct field with name {name:?}"
    )]
    UnknownField {
        /// The selector as a JSON pointer.
        path: String,
        /// Which piece of it, from 0.
        part: usize,
        /// That piece.
        name: String,
    },
    /// The value is none of the field's type.
    #[error(
        "error getting match value in expression: {function}: parsing {text:?}: invalid syntax"
    )]
    Value {
        /// What could not read it.
        function: &'static str,
        /// The value.
        text: String,
    },
    /// It is no regular expression.
    #[error("failed to compile regular expression {text:?}: error parsing regexp: {reason}")]
    Pattern {
        /// The text.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Names that `any` and `all` bind.
type Bound = Vec<(String, Value)>;

pub(super) fn evaluate(
    expr: &Expr,
    object: &Value,
    bound: &mut Bound,
) -> Result<bool, EvaluateError> {
    match expr {
        Expr::Or(left, right) => {
            Ok(evaluate(left, object, bound)? || evaluate(right, object, bound)?)
        }
        Expr::And(left, right) => {
            Ok(evaluate(left, object, bound)? && evaluate(right, object, bound)?)
        }
        Expr::Not(inner) => Ok(!evaluate(inner, object, bound)?),
        Expr::Match { path, test, value } => match find(path, object, bound)? {
            Some(found) => ask(&found, *test, value),
            None => Ok(matches!(
                test,
                Test::NotEqual | Test::NotContains | Test::Empty | Test::NotMatches
            )),
        },
        Expr::Each {
            every,
            path,
            names,
            inner,
        } => {
            let Some(found) = find(path, object, bound)? else {
                return Ok(*every);
            };
            for (key, value) in members(found, names.1.is_some()) {
                let depth = bound.len();
                bound.push((names.0.clone(), key));
                if let (Some(name), Some(value)) = (&names.1, value) {
                    bound.push((name.clone(), value));
                }
                let holds = evaluate(inner, object, bound);
                bound.truncate(depth);
                if holds? != *every {
                    return Ok(!*every);
                }
            }
            Ok(*every)
        }
    }
}

/// What `any` and `all` go through: of a list the items (or place and item), of a map the keys (or
/// key and value).
fn members(found: Value, both: bool) -> Vec<(Value, Option<Value>)> {
    match found {
        Value::Array(items) if both => {
            let places = items.into_iter().enumerate();
            places
                .map(|(at, item)| (Value::from(at), Some(item)))
                .collect()
        }
        Value::Array(items) => items.into_iter().map(|item| (item, None)).collect(),
        Value::Object(entries) => entries
            .into_iter()
            .map(|(key, value)| (Value::String(key), Some(value)))
            .collect(),
        _ => Vec::new(),
    }
}

/// The value that a selector names; none for a missing entry of a map.
fn find(path: &[String], object: &Value, bound: &Bound) -> Result<Option<Value>, EvaluateError> {
    let first = path.first().map(String::as_str).unwrap_or_default();
    let named = bound.iter().rev().find(|(name, _)| name == first);
    let (mut at, skip) = match named {
        Some((_, value)) => (value, 1),
        None => (object, 0),
    };
    let mut in_map = false;
    for (part, name) in path.iter().enumerate().skip(skip) {
        let next = match at {
            Value::Array(items) => name.parse().ok().and_then(|at: usize| items.get(at)),
            other => other.get(name),
        };
        match next {
            Some(next) => at = next,
            None if in_map || at.is_array() => return Ok(None),
            None => {
                return Err(EvaluateError::UnknownField {
                    path: format!("/{}", path.join("/")),
                    part,
                    name: name.clone(),
                });
            }
        }
        in_map = MAPS.contains(&name.as_str()) && !at.is_array();
    }
    Ok(Some(at.clone()))
}

fn ask(found: &Value, test: Test, value: &str) -> Result<bool, EvaluateError> {
    match test {
        Test::Equal => equals(found, value),
        Test::NotEqual => equals(found, value).map(|same| !same),
        Test::Contains => contains(found, value),
        Test::NotContains => contains(found, value).map(|inside| !inside),
        Test::Empty => Ok(is_empty(found)),
        Test::NotEmpty => Ok(!is_empty(found)),
        Test::Matches => matches(found, value),
        Test::NotMatches => matches(found, value).map(|matched| !matched),
    }
}

fn equals(found: &Value, value: &str) -> Result<bool, EvaluateError> {
    let wrong = |function| EvaluateError::Value {
        function,
        text: value.to_owned(),
    };
    match found {
        Value::String(text) => Ok(text == value),
        Value::Bool(flag) => match value {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(*flag),
            "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(!*flag),
            _ => Err(wrong("strconv.ParseBool")),
        },
        Value::Number(number) if number.is_f64() => {
            let wanted: f64 = value.parse().map_err(|_| wrong("strconv.ParseFloat"))?;
            Ok(number.as_f64() == Some(wanted))
        }
        Value::Number(number) => {
            let wanted: i128 = value.parse().map_err(|_| wrong("strconv.ParseInt"))?;
            let number = number
                .as_i64()
                .map(i128::from)
                .or_else(|| number.as_u64().map(i128::from));
            Ok(number == Some(wanted))
        }
        Value::Null => Ok(value.is_empty()),
        Value::Array(_) | Value::Object(_) => Ok(false),
    }
}

fn contains(found: &Value, value: &str) -> Result<bool, EvaluateError> {
    match found {
        Value::String(text) => Ok(text.contains(value)),
        Value::Object(entries) => Ok(entries.contains_key(value)),
        Value::Array(items) => {
            for item in items {
                if equals(item, value)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(false),
    }
}

fn is_empty(found: &Value) -> bool {
    match found {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn matches(found: &Value, pattern: &str) -> Result<bool, EvaluateError> {
    let regex = regex::Regex::new(pattern).map_err(|error| EvaluateError::Pattern {
        text: pattern.to_owned(),
        reason: reason(pattern, &error),
    })?;
    Ok(found.as_str().is_some_and(|text| regex.is_match(text)))
}

/// The complaint in one line.
fn reason(pattern: &str, error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    let plain = last.trim_start_matches("error: ");
    match plain {
        "unclosed character class" => format!("missing closing ]: `{pattern}`"),
        other => other.to_owned(),
    }
}
