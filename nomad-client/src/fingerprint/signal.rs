//! Signals that can be sent to tasks.

use super::Found;
use crate::signals::Signal;

/// The attribute `os.signals`.
pub(super) fn look() -> Found {
    let mut found = Found::default();
    found.set("os.signals", Signal::advertised());
    found
}
