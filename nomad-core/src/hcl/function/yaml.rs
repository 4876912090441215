//! YAML: `yamlencode` in block style with every text in double quotes; `yamldecode`.

use super::registry::{Answer, Call, Function, Kind, Refusal, Text, function, takes, takes_null};
use crate::hcl::json::json_text;
use crate::hcl::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    function(
        "yamldecode",
        &[takes("src", Kind::Text)],
        super::yaml_read::yamldecode,
    ),
    function("yamlencode", &[takes_null("value", Kind::Any)], yamlencode),
];

fn yamlencode(call: &Call<'_>) -> Answer {
    let mut text = Text::default();
    let value = call.value(0);
    push_value(&mut text, value, 0, Place::Top)?;
    if matches!(value, Value::Number(_) | Value::Bool(_) | Value::Null) {
        text.push("...\n")?;
    }
    Ok(text.into_value())
}

/// Where a value stands: what must come before its first character.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    AfterKey,
    AfterDash,
}

fn push_value(out: &mut Text, value: &Value, indent: usize, place: Place) -> Result<(), Refusal> {
    match value {
        Value::Items(items) if !items.list().is_empty() => {
            // A list below a key is not indented, one below a dash follows on the same line.
            let indent = if place == Place::AfterKey {
                indent - 2
            } else {
                indent
            };
            for (at, item) in items.list().iter().enumerate() {
                begin_line(out, indent, place, at)?;
                out.push("- ")?;
                push_value(out, item, indent + 2, Place::AfterDash)?;
            }
            Ok(())
        }
        Value::Fields(fields) if !fields.map().is_empty() => {
            for (at, (key, item)) in fields.map().iter().enumerate() {
                begin_line(out, indent, place, at)?;
                out.push(&quoted(key))?;
                out.push(":")?;
                let inline = match item {
                    Value::Items(items) => items.list().is_empty(),
                    Value::Fields(fields) => fields.map().is_empty(),
                    _ => true,
                };
                out.push(if inline { " " } else { "" })?;
                push_value(out, item, indent + 2, Place::AfterKey)?;
            }
            Ok(())
        }
        Value::Items(_) => out.push("[]\n"),
        Value::Fields(_) => out.push("{}\n"),
        Value::String(text) => {
            out.push(&quoted(text))?;
            out.push("\n")
        }
        Value::Number(number) => out.push(&format!("{number}\n")),
        Value::Bool(_) | Value::Null => {
            out.push(&json_text(value).map_err(Refusal::whole)?)?;
            out.push("\n")
        }
    }
}

fn begin_line(out: &mut Text, indent: usize, place: Place, at: usize) -> Result<(), Refusal> {
    if at == 0 && place == Place::AfterKey {
        out.push("\n")?;
    }
    if at > 0 || place != Place::AfterDash {
        out.push(&" ".repeat(indent))
    } else {
        Ok(())
    }
}

/// A text in double quotes with the escapes of YAML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            '\u{7f}'..='\u{9f}' | '\u{1}'..='\u{1f}' => {
                out.push_str(&format!("\\x{:02X}", u32::from(c)));
            }
            '\u{feff}' => out.push_str("\\uFEFF"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
