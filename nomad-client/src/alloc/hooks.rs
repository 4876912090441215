//! What happens around an allocation's tasks, in order (spec/client 5.3).
//!
//! The lists are data; the shell runs a hook and answers with a result. Every hook may run again
//! after a restart of the agent, so each is idempotent.

/// A step around the tasks of an allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum AllocHook {
    /// Builds the directories that the tasks share.
    BuildDir,
    /// Checks that nobody else on the machine holds the granted ports.
    CheckPorts,
    /// Unmounts the tasks' secrets.
    Unmount,
    /// Removes the directory.
    RemoveDir,
}

/// Before the tasks of a new allocation.
pub const PRERUN: &[AllocHook] = &[AllocHook::BuildDir, AllocHook::CheckPorts];
/// Before the tasks of an allocation that a former agent knew: they may hold their ports.
pub const PRERUN_AGAIN: &[AllocHook] = &[AllocHook::BuildDir];
/// After the tasks; all run, whatever the others answer.
pub const POSTRUN: [AllocHook; 1] = [AllocHook::Unmount];
/// When the allocation is collected.
pub const DESTROY: [AllocHook; 1] = [AllocHook::RemoveDir];

impl AllocHook {
    /// Its name in events.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BuildDir => "alloc_dir",
            Self::CheckPorts => "ports",
            Self::Unmount => "unmount",
            Self::RemoveDir => "remove_dir",
        }
    }
}
