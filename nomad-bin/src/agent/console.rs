//! Lines on standard output. A closed pipe is no reason to stop an agent.

use std::io::Write as _;

/// Writes one line.
pub(crate) fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.write_all(b"\n");
}

/// Writes one line to standard error.
pub(crate) fn error(text: &str) {
    let mut out = std::io::stderr().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.write_all(b"\n");
}
