//! The functions of templates.

use std::cmp::Ordering;

use serde_json::Value;

use super::TemplateError;
use super::render::{is_true, show};
use crate::cli::layout::quoted;

/// A function by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    And,
    Or,
    Not,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Len,
    Index,
    Print,
    Println,
    Printf,
}

impl Function {
    /// Finds a function.
    pub(super) fn named(word: &str) -> Result<Self, TemplateError> {
        Ok(match word {
            "and" => Self::And,
            "or" => Self::Or,
            "not" => Self::Not,
            "eq" => Self::Eq,
            "ne" => Self::Ne,
            "lt" => Self::Lt,
            "le" => Self::Le,
            "gt" => Self::Gt,
            "ge" => Self::Ge,
            "len" => Self::Len,
            "index" => Self::Index,
            "print" => Self::Print,
            "println" => Self::Println,
            "printf" => Self::Printf,
            "call" | "html" | "js" | "slice" | "urlquery" => {
                return Err(TemplateError::NotYet(word.to_owned()));
            }
            _ if word.starts_with("sprig_") => return Err(TemplateError::NotYet(word.to_owned())),
            _ => return Err(TemplateError::Function(word.to_owned())),
        })
    }

    /// Applies the function.
    pub(super) fn apply(self, arguments: &[Value]) -> Result<Value, TemplateError> {
        match self {
            Self::And => self.pick(arguments, |value| !is_true(value)),
            Self::Or => self.pick(arguments, is_true),
            Self::Not => Ok(Value::Bool(!is_true(self.argument(arguments, 0)?))),
            Self::Eq => {
                let first = self.argument(arguments, 0)?;
                self.argument(arguments, 1)?;
                let others = arguments.get(1..).unwrap_or_default();
                Ok(Value::Bool(others.iter().any(|other| equal(first, other))))
            }
            Self::Ne => {
                let (a, b) = (self.argument(arguments, 0)?, self.argument(arguments, 1)?);
                Ok(Value::Bool(!equal(a, b)))
            }
            Self::Lt | Self::Le | Self::Gt | Self::Ge => self.order(arguments),
            Self::Len => self.length(self.argument(arguments, 0)?),
            Self::Index => self.index(arguments),
            Self::Print => Ok(Value::from(arguments.iter().map(show).collect::<String>())),
            Self::Println => {
                let words: Vec<String> = arguments.iter().map(show).collect();
                Ok(Value::from(format!("{}\n", words.join(" "))))
            }
            Self::Printf => self.printf(arguments),
        }
    }

    fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    fn bad(self, reason: impl Into<String>) -> TemplateError {
        TemplateError::Arguments {
            function: self.name(),
            reason: reason.into(),
        }
    }

    fn argument(self, arguments: &[Value], at: usize) -> Result<&Value, TemplateError> {
        arguments
            .get(at)
            .ok_or_else(|| self.bad("wrong number of arguments"))
    }

    /// The first argument that ends the search, else the last.
    fn pick(self, arguments: &[Value], ends: fn(&Value) -> bool) -> Result<Value, TemplateError> {
        let found = arguments
            .iter()
            .find(|value| ends(value))
            .or(arguments.last());
        found
            .cloned()
            .ok_or_else(|| self.bad("wrong number of arguments"))
    }

    fn order(self, arguments: &[Value]) -> Result<Value, TemplateError> {
        let (a, b) = (self.argument(arguments, 0)?, self.argument(arguments, 1)?);
        let order = match (a, b) {
            (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
            (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
                (Some(a), Some(b)) => Some(a.cmp(&b)),
                _ => a
                    .as_f64()
                    .zip(b.as_f64())
                    .and_then(|(a, b)| a.partial_cmp(&b)),
            },
            _ => None,
        };
        let order = order.ok_or_else(|| self.bad("incompatible types for comparison"))?;
        Ok(Value::Bool(match self {
            Self::Lt => order == Ordering::Less,
            Self::Le => order != Ordering::Greater,
            Self::Gt => order == Ordering::Greater,
            _ => order != Ordering::Less,
        }))
    }

    fn length(self, value: &Value) -> Result<Value, TemplateError> {
        match value {
            Value::String(text) => Ok(text.len().into()),
            Value::Array(list) => Ok(list.len().into()),
            Value::Object(map) => Ok(map.len().into()),
            Value::Null => Ok(0.into()),
            _ => Err(self.bad("the value has no length")),
        }
    }

    fn index(self, arguments: &[Value]) -> Result<Value, TemplateError> {
        let mut value = self.argument(arguments, 0)?;
        for key in arguments.iter().skip(1) {
            value = match (value, key) {
                (Value::Object(map), Value::String(key)) => map.get(key).unwrap_or(&Value::Null),
                (Value::Array(list), Value::Number(at)) => at
                    .as_u64()
                    .and_then(|at| list.get(usize::try_from(at).ok()?))
                    .ok_or_else(|| self.bad(format!("index out of range: {at}")))?,
                (Value::Null, _) => &Value::Null,
                _ => return Err(self.bad("can't index this value with that key")),
            };
        }
        Ok(value.clone())
    }

    fn printf(self, arguments: &[Value]) -> Result<Value, TemplateError> {
        let Value::String(format) = self.argument(arguments, 0)? else {
            return Err(self.bad("the format must be a text"));
        };
        let mut rest = arguments.iter().skip(1);
        let mut out = String::new();
        let mut chars = format.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            let mut verb = chars.next();
            let mut flags = String::new();
            while let Some(flag) = verb.filter(|c| c.is_ascii_digit() || matches!(c, '-' | '.')) {
                flags.push(flag);
                verb = chars.next();
            }
            let text = match verb {
                Some('%') => "%".to_owned(),
                Some(verb @ ('s' | 'v' | 'd' | 't' | 'q' | 'f')) => {
                    let value = rest.next().ok_or_else(|| self.bad("too few arguments"))?;
                    verb_text(verb, &flags, value)
                }
                other => return Err(self.bad(format!("unsupported verb {other:?}"))),
            };
            out.push_str(&text);
        }
        Ok(Value::from(out))
    }
}

/// One verb with its width (`%-10s`, `%.2f`).
fn verb_text(verb: char, flags: &str, value: &Value) -> String {
    let (width, precision) = flags.split_once('.').unwrap_or((flags, ""));
    let text = match (verb, value.as_f64()) {
        ('f', Some(number)) => format!("{number:.*}", precision.parse().unwrap_or(6)),
        ('q', _) => quoted(&show(value)),
        _ => show(value),
    };
    match (
        width.strip_prefix('-'),
        width.trim_start_matches('-').parse::<usize>(),
    ) {
        (Some(_), Ok(width)) => format!("{text:<width$}"),
        (None, Ok(width)) => format!("{text:>width$}"),
        _ => text,
    }
}

fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}
