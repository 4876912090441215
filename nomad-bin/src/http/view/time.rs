//! Instants in answers: RFC 3339, and `null` for none.

use nomad_core::units::Timestamp;
use serde_json::Value;

/// The instant as the API shows it.
pub(crate) fn moment(at: Timestamp) -> Value {
    if at.is_zero() {
        Value::Null
    } else {
        Value::String(at.to_rfc3339())
    }
}
