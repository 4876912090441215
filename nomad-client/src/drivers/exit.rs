//! How a task ended.

use nomad_core::units::Timestamp;
use serde::{Deserialize, Serialize};

/// The end of a task's main process (spec/client 18.1).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ExitResult {
    /// Exit code; 128 + signal when a signal killed it (process drivers).
    pub code: i32,
    /// The signal that killed it, 0 if none did.
    pub signal: i32,
    /// Whether the kernel killed it (or a child) for want of memory.
    pub oom_killed: bool,
    /// When it ended; zero when nobody saw it.
    pub at: Timestamp,
    /// Why the end is not known exactly, such as a lost supervisor. A fragment for an event.
    pub error: Option<String>,
}

impl ExitResult {
    /// Code 0, no signal, no error.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.code == 0 && self.signal == 0 && self.error.is_none()
    }

    /// The message of the event `Terminated`: `Exit Code: 137, Signal: 9`.
    #[must_use]
    pub fn message(&self) -> String {
        let mut text = format!("Exit Code: {}", self.code);
        if self.signal != 0 {
            text.push_str(&format!(", Signal: {}", self.signal));
        }
        if let Some(error) = &self.error {
            text.push_str(&format!(", Exit Message: {error:?}"));
        }
        text
    }
}
