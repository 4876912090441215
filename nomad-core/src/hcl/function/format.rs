//! `format` and `formatlist`: texts with verbs such as `%s`, `%05d`, `%[1]v`.

use super::format_verb::{Verb, read_verb};
use super::registry::{
    Answer, Call, Function, Kind, Parameter, Refusal, Text, takes, takes_null, variadic,
};
use crate::hcl::value::Value;

const FORMAT: Parameter = takes("format", Kind::Text);
const ARGS: Parameter = takes_null("args", Kind::Any);

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("format", &[FORMAT], ARGS, format),
    variadic("formatlist", &[FORMAT], ARGS, formatlist),
];

fn format(call: &Call<'_>) -> Answer {
    let values: Vec<&Value> = call.arguments.iter().skip(1).collect();
    formatted(call.text(0), &values)
}

fn formatted(format: &str, values: &[&Value]) -> Answer {
    let mut out = Text::default();
    let mut rest = format;
    let mut next = 0;
    let mut used = 0;
    while let Some((before, after)) = rest.split_once('%') {
        out.push(before)?;
        if let Some(after) = after.strip_prefix('%') {
            out.push("%")?;
            rest = after;
            continue;
        }
        let offset = format.len() - after.len() - 1;
        let (verb, after) = read_verb(after, offset)?;
        out.push(&apply(&verb, values, &mut next, &mut used)?)?;
        rest = after;
    }
    out.push(rest)?;
    if used < values.len() {
        let reason = format!("too many arguments; the format uses only {used}");
        return Err(Refusal::argument(used + 1, reason));
    }
    Ok(out.into_value())
}

fn apply(
    verb: &Verb,
    values: &[&Value],
    next: &mut usize,
    used: &mut usize,
) -> Result<String, Refusal> {
    let at = verb.index.unwrap_or(*next);
    *next = at + 1;
    *used = (*used).max(at + 1);
    let Some(value) = values.get(at) else {
        return Err(Refusal::whole(format!(
            "not enough arguments for \"{}\": argument {} of {} is needed",
            verb.written,
            at + 1,
            values.len()
        )));
    };
    verb.apply(value).map_err(|reason| {
        Refusal::whole(format!("cannot format for \"{}\": {reason}", verb.written))
    })
}

fn formatlist(call: &Call<'_>) -> Answer {
    let columns: Vec<&Value> = call.arguments.iter().skip(1).collect();
    let mut length = None;
    for (at, column) in columns.iter().enumerate() {
        let Some(list) = as_column(column) else {
            continue;
        };
        match length {
            None => length = Some(list.len()),
            Some(length) if length == list.len() => {}
            Some(length) => {
                return Err(Refusal::argument(
                    at + 1,
                    format!(
                        "this list has {} elements, an earlier one {length}",
                        list.len()
                    ),
                ));
            }
        }
    }
    let mut rows = Vec::new();
    for row in 0..length.unwrap_or(1) {
        let values: Vec<&Value> = columns
            .iter()
            .map(|column| {
                as_column(column)
                    .and_then(|list| list.get(row))
                    .unwrap_or(*column)
            })
            .collect();
        let text = formatted(call.text(0), &values).map_err(|error| Refusal {
            reason: format!("row {row}: {}", error.reason),
            ..error
        })?;
        rows.push(text);
    }
    Ok(Value::list(rows))
}

/// The elements of an argument that has one per row.
fn as_column(value: &Value) -> Option<&[Value]> {
    value.as_items()
}
