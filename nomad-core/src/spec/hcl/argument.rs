//! One argument: its expression, the conversion to its kind, its JSON.

use super::decode::Decoder;
use super::place::span_of;
use super::schema::{Attribute, Kind};
use crate::hcl::{DurationError, Fault, Scope, Type, Value, convert, go_duration, start_of};
use hcl_edit::expr::Expression;
use serde_json::{Value as Json, json};

/// The JSON of an argument that is not set.
pub(super) fn unset(attribute: &Attribute) -> Json {
    match attribute.kind {
        _ if attribute.nullable => Json::Null,
        Kind::Text => json!(""),
        Kind::Int | Kind::Unsigned | Kind::Duration => json!(0),
        Kind::Bool => json!(false),
        Kind::Texts | Kind::TextsOrOne | Kind::Unsigneds | Kind::TextMap => Json::Null,
    }
}

/// The part of an expression that messages about its value point at.
pub(super) fn value_span(expr: &Expression) -> std::ops::Range<usize> {
    let start = start_of(expr);
    start..span_of(expr).end.max(start)
}

impl Decoder<'_> {
    pub(super) fn read_argument(
        &self,
        attribute: &Attribute,
        expr: &Expression,
        scope: &Scope<'_>,
    ) -> Result<Json, Box<Fault>> {
        let value = self.evaluator.evaluate(expr, scope)?;
        let refuse = |detail: String| {
            Fault::new(
                value_span(expr),
                format!("unsuitable value for \"{}\"", attribute.name),
            )
            .detail(detail)
        };
        if value.is_null() {
            return match attribute.kind {
                Kind::Duration => Err(refuse(
                    "a duration such as \"30s\" is required, not null".to_owned(),
                )),
                _ if attribute.nullable => Ok(Json::Null),
                _ => Err(refuse(
                    "null is not allowed here; leave the argument out".to_owned(),
                )),
            };
        }
        match attribute.kind {
            Kind::Duration => {
                read_duration(&value).map_err(|(detail, hint)| refuse(detail).maybe_hint(hint))
            }
            kind => read_plain(kind, &value)
                .map_err(|detail| refuse(detail).maybe_hint(hint_for(kind, &value))),
        }
    }
}

fn hint_for(kind: Kind, value: &Value) -> Option<String> {
    match (kind, value) {
        (Kind::Texts, Value::String(text)) => Some(format!("write a list: [\"{text}\"]")),
        (Kind::Int | Kind::Unsigned | Kind::Bool, Value::String(text)) if text.contains("${") => Some(
            "values that are only known at run time, such as ${node...} or ${NOMAD_...}, stay text"
                .to_owned(),
        ),
        _ => None,
    }
}

/// Brings a value that is not null to its kind.
fn read_plain(kind: Kind, value: &Value) -> Result<Json, String> {
    let wanted = match kind {
        Kind::Text => Type::String,
        Kind::Int | Kind::Unsigned | Kind::Duration => Type::Number,
        Kind::Bool => Type::Bool,
        Kind::TextsOrOne if value.as_text().is_some() => {
            return plain_json(kind, &Value::list(vec![value.clone()]));
        }
        Kind::Texts | Kind::TextsOrOne => Type::List(Box::new(Type::String)),
        Kind::Unsigneds => Type::List(Box::new(Type::Number)),
        Kind::TextMap => Type::Map(Box::new(Type::String)),
    };
    let value = convert(value, &wanted).map_err(|error| error.to_string())?;
    plain_json(kind, &value)
}

fn plain_json(kind: Kind, value: &Value) -> Result<Json, String> {
    match value {
        Value::Null => Err("null is not allowed here".to_owned()),
        Value::Bool(bool) => Ok(json!(bool)),
        Value::String(text) => Ok(json!(**text)),
        Value::Number(number) if matches!(kind, Kind::Unsigned | Kind::Unsigneds) => number
            .to_u64()
            .map(|number| json!(number))
            .ok_or_else(|| format!("a whole number from 0 to 2^64 - 1 is required, not {number}")),
        Value::Number(number) => number.to_i64().map(|number| json!(number)).ok_or_else(|| {
            format!("a whole number between -2^63 and 2^63 - 1 is required, not {number}")
        }),
        Value::Items(items) => {
            let list = items.list().iter().map(|item| plain_json(kind, item));
            list.collect::<Result<Vec<_>, _>>().map(Json::Array)
        }
        Value::Fields(fields) => {
            let map = fields
                .map()
                .iter()
                .map(|(key, item)| Ok((key.to_string(), plain_json(kind, item)?)));
            map.collect::<Result<_, String>>().map(Json::Object)
        }
    }
}

/// A duration text, or a number of nanoseconds.
fn read_duration(value: &Value) -> Result<Json, (String, Option<String>)> {
    match value {
        Value::String(text) => go_duration(text).map(|ns| json!(ns)).map_err(|error| {
            let hint = match &error {
                DurationError::MissingUnit(text) => Some(format!("did you mean \"{text}s\"?")),
                DurationError::UnknownUnit { unit, .. } if unit.trim().starts_with('d') => {
                    Some("write days in hours: \"24h\"".to_owned())
                }
                _ => None,
            };
            (error.to_string(), hint)
        }),
        Value::Number(number) => number.to_i64().map(|ns| json!(ns)).ok_or_else(|| {
            (
                "a bare number means whole nanoseconds".to_owned(),
                Some(format!("did you mean \"{number}s\"?")),
            )
        }),
        other => Err((
            format!(
                "a duration such as \"30s\" is required, not a {}",
                other.type_name()
            ),
            None,
        )),
    }
}
