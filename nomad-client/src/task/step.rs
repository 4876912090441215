//! Where a task's runner is.

use nomad_core::units::Timestamp;

/// Where a task's runner is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// Waits for its lifecycle gate.
    Waiting,
    /// A hook runs; its place in the list.
    Hooks(usize),
    /// The driver starts it.
    Starting,
    /// It runs.
    Running,
    /// It runs, and will be stopped when its `shutdown_delay` is over.
    Delayed {
        /// When.
        until: Timestamp,
    },
    /// The driver stops it, or has stopped it and the exit is awaited.
    Stopping {
        /// Calls so far.
        tries: u32,
        /// When the next call, or giving up, is due; `None` while a call is under way.
        due: Option<Timestamp>,
        /// The driver said that it is stopped.
        stopped: bool,
    },
    /// The driver removes what is left of it.
    Clearing {
        /// Where it goes then.
        next: Next,
        /// Calls so far.
        tries: u32,
        /// When the next call is due; `None` while a call is under way.
        due: Option<Timestamp>,
    },
    /// Waits for its next start.
    Backoff {
        /// When.
        until: Timestamp,
    },
    /// A former agent ran it; to be looked for once the allocation is set up.
    Lost,
    /// The driver looks for it.
    Recovering,
    /// It was not found; waits until a server says that it is still wanted.
    Held,
    /// It will not run again, unless all tasks are restarted.
    Dead,
}

/// Where a task goes when nothing is left of its last start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// It starts again.
    Restart {
        /// When.
        at: Timestamp,
    },
    /// It waits for a server.
    Hold,
    /// It waits for its gate.
    Wait,
    /// It is dead.
    Die,
}
