//! Values as JSON text and back: keys sorted, no blanks, `<`, `>`, `&` and the line separators
//! U+2028 and U+2029 as escapes.

use super::limits::VALUE_WEIGHT_MAX;
use super::number::Number;
use super::value::Value;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::Arc;

/// JSON text of a value.
///
/// # Errors
/// Infinity cannot be written.
pub fn json_text(value: &Value) -> Result<String, &'static str> {
    if value.weight() > VALUE_WEIGHT_MAX {
        return Err("the value is too large");
    }
    let mut text = String::new();
    push_value(&mut text, value)?;
    Ok(text)
}

fn push_value(out: &mut String, value: &Value) -> Result<(), &'static str> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(bool) => out.push_str(if *bool { "true" } else { "false" }),
        Value::Number(number) if number.is_infinite() => {
            return Err("cannot serialize infinity as JSON");
        }
        Value::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Value::String(text) => push_text(out, text),
        Value::Items(items) => {
            out.push('[');
            for (at, item) in items.list().iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                push_value(out, item)?;
            }
            out.push(']');
        }
        Value::Fields(fields) => {
            out.push('{');
            for (at, (key, item)) in fields.map().iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                push_text(out, key);
                out.push(':');
                push_value(out, item)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn push_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Reads JSON text; of duplicate keys the last wins, large integers stay exact.
///
/// # Errors
/// A lower-case fragment that says what is wrong with the text.
pub fn value_from_json(text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Err("the text is empty".to_owned());
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let raw =
        <&serde_json::value::RawValue>::deserialize(&mut reader).map_err(|e| e.to_string())?;
    reader
        .end()
        .map_err(|_| "there is text after the value".to_owned())?;
    read_raw(raw.get(), 0)
}

/// Deepest nesting of JSON text; the JSON reader itself stops at 128.
const JSON_DEPTH_MAX: usize = 120;

fn read_raw(raw: &str, depth: usize) -> Result<Value, String> {
    if depth > JSON_DEPTH_MAX {
        return Err(format!("more than {JSON_DEPTH_MAX} levels of nesting"));
    }
    let trimmed = raw.trim();
    match trimmed.as_bytes().first() {
        // Numbers are read from their text, so that none loses digits.
        Some(b'-' | b'0'..=b'9') => trimmed
            .parse::<Number>()
            .map(Value::Number)
            .map_err(|error| error.to_string()),
        Some(b'[') => {
            let parts: Vec<&serde_json::value::RawValue> =
                serde_json::from_str(trimmed).map_err(|e| e.to_string())?;
            let items = parts.iter().map(|part| read_raw(part.get(), depth + 1));
            Ok(Value::tuple(items.collect::<Result<_, _>>()?))
        }
        Some(b'{') => {
            let parts: RawFields<'_> = serde_json::from_str(trimmed).map_err(|e| e.to_string())?;
            let mut fields = BTreeMap::new();
            for (key, part) in parts.0 {
                fields.insert(Arc::from(key), read_raw(part.get(), depth + 1)?);
            }
            Ok(Value::object(fields))
        }
        _ => serde_json::from_str::<Scalar>(trimmed)
            .map(|one| one.0)
            .map_err(|e| e.to_string()),
    }
}

/// The fields of a JSON object, unread, in their order.
struct RawFields<'a>(Vec<(String, &'a serde_json::value::RawValue)>);

impl<'de> Deserialize<'de> for RawFields<'de> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = RawFields<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    fields.push(entry);
                }
                Ok(RawFields(fields))
            }
        }
        reader.deserialize_map(Fields)
    }
}

/// Text, true, false or null.
struct Scalar(Value);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct One;
        impl<'de> Visitor<'de> for One {
            type Value = Scalar;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a value")
            }

            fn visit_bool<E>(self, bool: bool) -> Result<Scalar, E> {
                Ok(Scalar(Value::Bool(bool)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(Value::text(text)))
            }

            fn visit_unit<E>(self) -> Result<Scalar, E> {
                Ok(Scalar(Value::Null))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Scalar, A::Error> {
                Err(A::Error::custom("a list is not expected here"))
            }
        }
        reader.deserialize_any(One)
    }
}
