//! Processes by id and start time, because an id alone may belong to somebody else tomorrow
//! (spec/client 33.4).

use std::fs;
use std::os::fd::OwnedFd;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use serde::{Deserialize, Serialize};

/// A process that cannot be mistaken for a later one with the same id (within one boot).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessRef {
    /// Process id.
    pub pid: i32,
    /// Field 22 of `/proc/<pid>/stat`: clock ticks from boot to its start.
    pub start_ticks: u64,
}

/// The fields of `/proc/<pid>/stat` that are needed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ProcStat {
    pub(super) pid: i32,
    pub(super) state: char,
    pub(super) parent: i32,
    pub(super) session: i32,
    pub(super) user_ticks: u64,
    pub(super) system_ticks: u64,
    pub(super) start_ticks: u64,
    pub(super) rss_pages: u64,
}

impl ProcStat {
    /// Reads one process; `None` when it is gone.
    pub(super) fn of(pid: i32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// All processes that can be seen.
    pub(super) fn all() -> Vec<Self> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter_map(Self::of).collect()
    }

    /// The name in parentheses may hold blanks and parentheses: fields are counted from its end.
    fn parse(text: &str) -> Option<Self> {
        let (head, tail) = text.rsplit_once(')')?;
        let pid = head.split_once(' ')?.0.parse().ok()?;
        let fields: Vec<&str> = tail.split_whitespace().collect();
        let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
        let id = |at: usize| fields.get(at)?.parse::<i32>().ok();
        Some(Self {
            pid,
            state: fields.first()?.chars().next()?,
            parent: id(1)?,
            session: id(3)?,
            user_ticks: number(11)?,
            system_ticks: number(12)?,
            start_ticks: number(19)?,
            rss_pages: number(21)?,
        })
    }

    /// Ended and not yet collected by its parent.
    pub(super) fn is_dead(&self) -> bool {
        matches!(self.state, 'Z' | 'X')
    }

    /// The process as something to remember.
    pub(super) fn to_ref(self) -> ProcessRef {
        ProcessRef {
            pid: self.pid,
            start_ticks: self.start_ticks,
        }
    }
}

impl ProcessRef {
    /// The process that has this id now.
    pub(super) fn of(pid: i32) -> Option<Self> {
        ProcStat::of(pid).map(ProcStat::to_ref)
    }

    /// This process itself.
    pub(super) fn own() -> Option<Self> {
        Self::of(i32::try_from(std::process::id()).ok()?)
    }

    /// Whether it lives, and is still the one that was meant.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        ProcStat::of(self.pid)
            .is_some_and(|now| now.start_ticks == self.start_ticks && !now.is_dead())
    }

    /// A handle of the kernel on it. Asked for first and checked after, so that the handle is of the
    /// process that was meant or there is none.
    pub(super) fn open(&self) -> Option<OwnedFd> {
        let fd = pidfd_open(Pid::from_raw(self.pid)?, PidfdFlags::NONBLOCK).ok()?;
        self.is_alive().then_some(fd)
    }

    /// Kills it, if it is still the one that was meant.
    pub(super) fn kill(&self) {
        if let Some(fd) = self.open() {
            let _ = pidfd_send_signal(fd, Signal::KILL);
        }
    }
}

/// The kernel's name of this boot: nothing from another one can be alive.
#[must_use]
pub fn boot_id() -> String {
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_and_blanks_does_not_shift_the_fields() {
        let line = "17 (a) (b c)) S 5 17 9 0 -1 4194560 1 2 3 4 11 22 0 0 20 0 1 0 4242 99 33 5";
        let stat = ProcStat::parse(line).unwrap();
        assert_eq!(
            (stat.pid, stat.state, stat.parent, stat.session),
            (17, 'S', 5, 9)
        );
        assert_eq!((stat.user_ticks, stat.system_ticks), (11, 22));
        assert_eq!((stat.start_ticks, stat.rss_pages), (4242, 33));
    }

    #[test]
    fn a_process_with_another_start_time_is_another_process() {
        let own = ProcessRef::own().unwrap();
        assert!(own.is_alive());
        assert!(own.open().is_some());
        let later = ProcessRef {
            start_ticks: own.start_ticks + 1,
            ..own
        };
        assert!(!later.is_alive());
        assert!(later.open().is_none());
    }
}
