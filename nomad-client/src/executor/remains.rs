//! What is left of a task whose supervisor is gone, and its end.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use super::process::{ProcStat, ProcessRef};
use super::{Handle, boot_id};

/// Pause between two looks at processes that are being killed.
const LOOK_PAUSE: Duration = Duration::from_millis(5);

impl Handle {
    /// Processes of the task that live now: the members of its control group; else its main process,
    /// everything below the supervisor, everything in the supervisor's session (orphans keep it
    /// unless they leave it), and whatever has the task's marks in its environment.
    #[must_use]
    pub fn remains(&self) -> Vec<ProcessRef> {
        if boot_id() != self.boot_id {
            return Vec::new();
        }
        if self.group.is_own() {
            let members = self.group.procs().into_iter().filter_map(ProcStat::of);
            return members
                .filter(|stat| !stat.is_dead())
                .map(ProcStat::to_ref)
                .collect();
        }
        self.family().iter().map(|stat| stat.to_ref()).collect()
    }

    /// Processes of the task, found without control groups. The supervisor is not one of them.
    pub(super) fn family(&self) -> Vec<ProcStat> {
        let all = ProcStat::all();
        let mut members: BTreeSet<i32> = BTreeSet::new();
        let since = self.supervisor.start_ticks;
        let living = |process: &ProcessRef| all.iter().any(|stat| stat.to_ref() == *process);
        let roots: BTreeSet<i32> = [self.task, self.supervisor]
            .iter()
            .filter(|process| living(process))
            .map(|process| process.pid)
            .collect();
        // An id is not given out again while it names a session. So if another process has the
        // supervisor's id now, its session had ended, and one of that number is somebody else's.
        let is_reused = all.iter().any(|stat| {
            stat.pid == self.supervisor.pid && stat.start_ticks != self.supervisor.start_ticks
        });
        // Ids are reused, so children may come before their parents in the list: until no more.
        loop {
            let before = members.len();
            for stat in &all {
                let in_session = !is_reused && stat.session == self.supervisor.pid;
                let below = roots.contains(&stat.parent) || members.contains(&stat.parent);
                let is_task = stat.to_ref() == self.task;
                let is_since = stat.start_ticks >= since && !members.contains(&stat.pid);
                if is_since && (in_session || below || is_task || self.is_marked(stat.pid)) {
                    members.insert(stat.pid);
                }
            }
            if members.len() == before {
                break;
            }
        }
        members.remove(&self.supervisor.pid);
        all.into_iter()
            .filter(|stat| members.contains(&stat.pid) && !stat.is_dead())
            .collect()
    }

    /// Whether a process has the task's marks in its environment.
    fn is_marked(&self, pid: i32) -> bool {
        if self.marks.is_empty() {
            return false;
        }
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let lines: BTreeSet<&[u8]> = environment.split(|byte| *byte == 0).collect();
        self.marks
            .iter()
            .all(|mark| lines.contains(mark.as_bytes()))
    }

    /// Kills what is left and returns whether nothing is. Blocks up to `patience`.
    #[must_use]
    pub fn kill_remains(&self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        loop {
            if self.group.is_own() {
                let left = deadline.saturating_duration_since(Instant::now());
                return boot_id() != self.boot_id || self.group.kill_all(left).is_ok();
            }
            let left = self.remains();
            if left.is_empty() {
                return true;
            }
            left.iter().for_each(ProcessRef::kill);
            if Instant::now() >= deadline {
                return false;
            }
            thread::sleep(LOOK_PAUSE);
        }
    }
}
