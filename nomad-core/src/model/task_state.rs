//! What a client reports about a task.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::units::{Span, Timestamp};

/// Events kept per task; the oldest goes first (spec/client 11.1).
pub const TASK_EVENTS_MAX: usize = 10;

words! {
    /// Where a task is in its life.
    TaskLifeState, "task state" {
        #[default]
        Pending = "pending",
        Running = "running",
        Dead = "dead",
    }
}

/// What a client reports about a task (spec/scheduler 2.5).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskState {
    /// Where the task is in its life.
    #[serde(rename = "State")]
    pub state: TaskLifeState,
    /// True when the task ended in failure.
    #[serde(rename = "Failed")]
    pub failed: bool,
    /// How often it was restarted.
    #[serde(rename = "Restarts")]
    pub restarts: u64,
    /// Last restart; zero when there was none.
    #[serde(rename = "LastRestart")]
    pub last_restart: Timestamp,
    /// Last start; zero when it never ran.
    #[serde(rename = "StartedAt")]
    pub started_at: Timestamp,
    /// When it became dead; zero before.
    #[serde(rename = "FinishedAt")]
    pub finished_at: Timestamp,
    /// The last [`TASK_EVENTS_MAX`] events, oldest first.
    #[serde(rename = "Events")]
    pub events: Vec<TaskEvent>,
}

impl TaskState {
    /// True when the task is dead and did not fail.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.state == TaskLifeState::Dead && !self.failed
    }

    /// Appends an event, dropping the oldest beyond [`TASK_EVENTS_MAX`].
    pub fn push(&mut self, event: TaskEvent) {
        self.events.push(event);
        let surplus = self.events.len().saturating_sub(TASK_EVENTS_MAX);
        self.events.drain(..surplus);
    }
}

/// Something that happened to a task. Flat facts of the original's API (`ExitCode`, `Signal`,
/// `KillReason`, ...) are derived from `details` where an answer shows them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskEvent {
    /// The kind of event, such as `Started` (spec/client 11.2).
    #[serde(rename = "Type")]
    pub kind: String,
    /// When it happened.
    #[serde(rename = "Time")]
    pub time: Timestamp,
    /// A sentence for people.
    #[serde(rename = "DisplayMessage")]
    pub display_message: String,
    /// Facts for programs: `exit_code`, `signal`, `oom_killed`, `message`, ...
    #[serde(rename = "Details")]
    pub details: BTreeMap<String, String>,
    /// True when the event makes the task fail.
    #[serde(rename = "FailsTask")]
    pub fails_task: bool,
    /// Delay before the restart that the event announces.
    #[serde(rename = "StartDelay")]
    pub start_delay: Span,
}
