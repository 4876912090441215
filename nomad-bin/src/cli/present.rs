//! `-json` and `-t`: the API's answer itself instead of a page.

use serde_json::Value;

use super::call::Call;
use super::failure::Failure;
use super::flag::shared::{JSON, TEMPLATE};
use super::layout::pretty;
use super::template;
use super::ui::Ui;

/// Whether the answer itself is wanted. Both ways at once are a mistake.
pub(crate) fn wanted(call: &Call) -> Result<bool, Failure> {
    match (call.on(&JSON), call.parsed.given(&TEMPLATE)) {
        (true, true) => Err(Failure::said(
            "Both json and template formatting are not allowed",
        )),
        (json, template) => Ok(json || template),
    }
}

/// Prints the answer in the way that was asked for.
pub(crate) fn show(call: &Call, ui: &mut Ui, value: &Value) -> Result<u8, Failure> {
    match call.text(&TEMPLATE) {
        Some(text) => ui.line(template::render(text, value)?),
        None => ui.line(pretty(value)),
    }
    Ok(0)
}
