//! Task events with the texts that users know (spec/client 11.2).

use nomad_core::model::TaskEvent;
use nomad_core::units::{Span, Timestamp};

use crate::drivers::ExitResult;

/// Type of the event of a lost task.
pub const FAILED_RESTORING: &str = "Failed Restoring Task";
/// Type of the event of a task that makes its allocation unhealthy.
pub const ALLOC_UNHEALTHY: &str = "Alloc Unhealthy";

/// Begins an event: its type, its sentence and the instant.
#[must_use]
pub fn event(kind: &str, message: impl Into<String>, now: Timestamp) -> TaskEvent {
    TaskEvent {
        kind: kind.to_owned(),
        time: now,
        display_message: message.into(),
        ..TaskEvent::default()
    }
}

/// Adds facts to an event.
pub trait Detailed {
    /// With the fact `key`.
    #[must_use]
    fn detail(self, key: &str, value: impl Into<String>) -> Self;
    /// Marked as failing the task.
    #[must_use]
    fn failing(self) -> Self;
}

impl Detailed for TaskEvent {
    fn detail(mut self, key: &str, value: impl Into<String>) -> Self {
        self.details.insert(key.to_owned(), value.into());
        self
    }

    fn failing(mut self) -> Self {
        self.fails_task = true;
        self.detail("fails_task", "true")
    }
}

/// The task's runner was made.
#[must_use]
pub fn received(now: Timestamp) -> TaskEvent {
    event("Received", "Task received by client", now)
}

/// The task's directory is about to be built.
#[must_use]
pub fn setup(now: Timestamp) -> TaskEvent {
    let text = "Building Task Directory";
    event("Task Setup", text, now).detail("message", text)
}

/// A hook of the allocation failed.
#[must_use]
pub fn setup_failure(error: &str, now: Timestamp) -> TaskEvent {
    event("Setup Failure", error, now)
        .detail("setup_error", error)
        .failing()
}

/// A hook of the task failed.
#[must_use]
pub fn hook_failed(hook: &str, error: &str, now: Timestamp) -> TaskEvent {
    let text = format!("{hook}: {error}");
    event("Task hook failed", text.clone(), now).detail("message", text)
}

/// The task's settings are wrong.
#[must_use]
pub fn validation_failure(error: &str, now: Timestamp) -> TaskEvent {
    event("Failed Validation", error, now).detail("validation_error", error)
}

/// The driver could not start the task.
#[must_use]
pub fn driver_failure(error: &str, now: Timestamp) -> TaskEvent {
    event("Driver Failure", error, now).detail("driver_error", error)
}

/// The driver started the task.
#[must_use]
pub fn started(now: Timestamp) -> TaskEvent {
    event("Started", "Task started by client", now)
}

/// The task will be started again.
#[must_use]
pub fn restarting(reason: &str, delay: Span, now: Timestamp) -> TaskEvent {
    let wait = format!("Task restarting in {delay}");
    let text = match reason {
        "" | super::restart::WITHIN_POLICY => wait,
        _ => format!("{reason} - {wait}"),
    };
    let mut event = event("Restarting", text, now)
        .detail("restart_reason", reason)
        .detail("start_delay", delay.as_nanos().to_string());
    event.start_delay = delay;
    event
}

/// The task will not be started again.
#[must_use]
pub fn not_restarting(reason: &str, now: Timestamp) -> TaskEvent {
    event("Not Restarting", reason, now)
        .detail("restart_reason", reason)
        .failing()
}

/// Somebody wants the task restarted.
#[must_use]
pub fn restart_signaled(reason: &str, now: Timestamp) -> TaskEvent {
    event("Restart Signaled", reason, now).detail("restart_reason", reason)
}

/// Somebody sends the task a signal.
#[must_use]
pub fn signaling(signal: &str, now: Timestamp) -> TaskEvent {
    event("Signaling", "Task being sent a signal", now).detail("signal", signal)
}

/// The task is being stopped.
#[must_use]
pub fn killing(timeout: Span, now: Timestamp) -> TaskEvent {
    let text = format!("Sent interrupt. Waiting {timeout} before force killing");
    event("Killing", text, now).detail("kill_timeout", timeout.to_string())
}

/// The task is being stopped because it cannot be right.
#[must_use]
pub fn killing_failed(reason: &str, now: Timestamp) -> TaskEvent {
    event("Killing", reason, now).failing()
}

/// The task was stopped.
#[must_use]
pub fn killed(error: Option<&str>, now: Timestamp) -> TaskEvent {
    match error {
        None => event("Killed", "Task successfully killed", now),
        Some(error) => event("Killed", error, now).detail("kill_error", error),
    }
}

/// The task's own delay before it is stopped.
#[must_use]
pub fn shutdown_delay(delay: Span, now: Timestamp) -> TaskEvent {
    let text = format!("Waiting for shutdown_delay of {delay} before killing the task.");
    event("Waiting for shutdown delay", text, now)
}

/// The delay was skipped.
#[must_use]
pub fn shutdown_delay_skipped(now: Timestamp) -> TaskEvent {
    event(
        "Skipping shutdown delay",
        "Skipping shutdown_delay before killing the task.",
        now,
    )
}

/// Another task of the allocation failed.
#[must_use]
pub fn sibling_failed(sibling: &str, now: Timestamp) -> TaskEvent {
    let text = format!("Task's sibling {sibling:?} failed");
    event("Sibling Task Failed", text, now).detail("failed_sibling", sibling)
}

/// The leader of the allocation ended.
#[must_use]
pub fn leader_dead(now: Timestamp) -> TaskEvent {
    event("Leader Task Dead", "Leader Task in Group dead", now)
}

/// Every main task of the allocation ended.
#[must_use]
pub fn main_dead(now: Timestamp) -> TaskEvent {
    event("Main Tasks Dead", "Main tasks in the group died", now)
}

/// The task could not be found again after a restart of the agent.
#[must_use]
pub fn failed_restoring(error: &str, now: Timestamp) -> TaskEvent {
    let text = "failed to restore task; will not run until server is contacted";
    event(FAILED_RESTORING, text, now).detail("message", error)
}

/// The task makes its allocation unhealthy.
#[must_use]
pub fn alloc_unhealthy(reason: &str, now: Timestamp) -> TaskEvent {
    event(ALLOC_UNHEALTHY, reason, now).detail("message", reason)
}

/// The driver tells something, such as the progress of a download.
#[must_use]
pub fn driver(message: &str, now: Timestamp) -> TaskEvent {
    event("Driver", message, now).detail("driver_message", message)
}

/// The task's main process ended.
#[must_use]
pub fn terminated(exit: &ExitResult, now: Timestamp) -> TaskEvent {
    let event = event("Terminated", exit.message(), now)
        .detail("exit_code", exit.code.to_string())
        .detail("signal", exit.signal.to_string())
        .detail("oom_killed", exit.oom_killed.to_string());
    match &exit.error {
        Some(error) => event.detail("exit_message", error.as_str()),
        None => event,
    }
}
