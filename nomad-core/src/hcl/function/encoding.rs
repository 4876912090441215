//! Base64, URL and JSON.

use super::registry::{
    Answer, Call, Function, Kind, Parameter, Refusal, function, takes, takes_null,
};
use crate::hcl::json::{json_text, value_from_json};
use crate::hcl::value::Value;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;

const STR: Parameter = takes("str", Kind::Text);

pub(super) const FUNCTIONS: &[Function] = &[
    function("base64decode", &[STR], base64decode),
    function("base64encode", &[STR], |call| {
        Ok(Value::from(STANDARD.encode(call.text(0))))
    }),
    function("jsondecode", &[STR], |call| {
        value_from_json(call.text(0)).map_err(Refusal::whole)
    }),
    function("jsonencode", &[takes_null("val", Kind::Any)], |call| {
        json_text(call.value(0))
            .map(Value::from)
            .map_err(Refusal::whole)
    }),
    function("urlencode", &[STR], urlencode),
];

fn base64decode(call: &Call<'_>) -> Answer {
    let bytes = STANDARD
        .decode(call.text(0))
        .map_err(|error| Refusal::whole(format!("not base64: {error}")))?;
    String::from_utf8(bytes)
        .map(Value::from)
        .map_err(|_| Refusal::whole("the decoded bytes are not UTF-8 text"))
}

fn urlencode(call: &Call<'_>) -> Answer {
    let mut text = String::new();
    for byte in call.text(0).bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                text.push(char::from(byte));
            }
            b' ' => text.push('+'),
            _ => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    Ok(Value::from(text))
}
