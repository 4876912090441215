//! A task driver of one simulated machine. Its tasks outlive the agent, as real ones do.

use std::collections::BTreeMap;

use crate::units::Timestamp;

/// How a pretended task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskFate {
    /// It runs.
    Runs,
    /// It ended with this code, at this time.
    Ended {
        /// Exit code.
        code: i32,
        /// When.
        at: Timestamp,
    },
}

/// The tasks of one machine, by the name of their start.
#[derive(Debug, Default)]
pub struct SimDriver {
    tasks: BTreeMap<String, TaskFate>,
}

impl SimDriver {
    /// Starts a task. Answers false when it runs already.
    pub fn start(&mut self, run: &str) -> bool {
        let is_new = !self.tasks.contains_key(run);
        self.tasks.entry(run.to_owned()).or_insert(TaskFate::Runs);
        is_new
    }

    /// How a task stands; none when it was never started or has been cleared.
    #[must_use]
    pub fn fate(&self, run: &str) -> Option<TaskFate> {
        self.tasks.get(run).copied()
    }

    /// Ends a task that runs. Answers whether it did.
    pub fn end(&mut self, run: &str, code: i32, at: Timestamp) -> bool {
        match self.tasks.get_mut(run) {
            Some(fate) if *fate == TaskFate::Runs => {
                *fate = TaskFate::Ended { code, at };
                true
            }
            _ => false,
        }
    }

    /// Removes every trace of a task, killing it if it runs. Answers whether it ran.
    pub fn clear(&mut self, run: &str) -> bool {
        self.tasks.remove(run) == Some(TaskFate::Runs)
    }

    /// The tasks that run.
    pub fn running(&self) -> impl Iterator<Item = &str> {
        let runs = self
            .tasks
            .iter()
            .filter(|(_, fate)| **fate == TaskFate::Runs);
        runs.map(|(name, _)| name.as_str())
    }

    /// Every task that is known, running or not.
    pub fn known(&self) -> impl Iterator<Item = &str> {
        self.tasks.keys().map(String::as_str)
    }
}
