//! The `raft` crate panics where an invariant of the protocol is broken (a read of the log that
//! fails, for one). Here that becomes an error, so that the server can stop in order.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use nomad_core::seam::consensus::ConsensusError;

/// Runs `perform`; a panic in it becomes [`ConsensusError::Protocol`]. What it touched must not be
/// used afterwards.
pub(super) fn guarded<T>(perform: impl FnOnce() -> T) -> Result<T, ConsensusError> {
    catch_unwind(AssertUnwindSafe(perform)).map_err(|panic| ConsensusError::Protocol {
        what: text_of(panic.as_ref()),
    })
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
        .to_owned()
}
