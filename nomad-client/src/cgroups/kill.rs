//! Ending every process of a group, whatever it forked in the meantime.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{CgroupError, Group, Own, file};

/// Pause between two looks at a group that is being emptied.
const LOOK_PAUSE: Duration = Duration::from_millis(2);
/// How long the kernel may take to freeze a group.
const FREEZE_PATIENCE: Duration = Duration::from_millis(50);

impl Group {
    /// Kills every member and returns when none is left, or after `patience`. A group that is not
    /// the task's own is left alone. Members that are the caller itself or process 1 are spared.
    ///
    /// # Errors
    /// [`CgroupError::NotEmpty`] when processes are still there after `patience`.
    pub fn kill_all(&self, patience: Duration) -> Result<(), CgroupError> {
        let start = Instant::now();
        loop {
            let left = self.killable();
            if left.is_empty() {
                return Ok(());
            }
            if start.elapsed() >= patience {
                let path = self
                    .own_dirs()
                    .first()
                    .map(|dir| dir.to_path_buf())
                    .unwrap_or_default();
                let waited_ms = start.elapsed().as_millis();
                return Err(CgroupError::NotEmpty {
                    path,
                    left: left.len(),
                    waited_ms,
                });
            }
            self.kill_once();
            thread::sleep(LOOK_PAUSE);
        }
    }

    fn killable(&self) -> Vec<i32> {
        let me = std::process::id();
        let mut pids = self.procs();
        pids.retain(|pid| *pid > 1 && u32::try_from(*pid) != Ok(me));
        pids
    }

    /// One round: the kernel's own kill file, else freeze, signal and thaw. Frozen processes cannot
    /// exit, so no id of the list can have passed to somebody else when it is signaled.
    fn kill_once(&self) {
        match &self.own {
            Own::None => {}
            Own::V2(dir) => {
                if fs::write(dir.join("cgroup.kill"), "1").is_err() {
                    let _ = fs::write(dir.join("cgroup.freeze"), "1");
                    self.signal_members();
                    let _ = fs::write(dir.join("cgroup.freeze"), "0");
                }
            }
            Own::V1(dirs) => {
                let freezer = dirs.get("freezer");
                if let Some(dir) = freezer {
                    freeze(dir);
                }
                self.signal_members();
                if let Some(dir) = freezer {
                    let _ = fs::write(dir.join("freezer.state"), "THAWED");
                }
            }
        }
    }

    fn signal_members(&self) {
        for pid in self.killable() {
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}

/// Asks for a frozen version 1 group and waits a moment until it is.
fn freeze(dir: &Path) {
    let state = dir.join("freezer.state");
    let _ = fs::write(&state, "FROZEN");
    let start = Instant::now();
    while start.elapsed() < FREEZE_PATIENCE {
        match file::read(&state) {
            Ok(text) if text.trim() == "FREEZING" => thread::sleep(Duration::from_millis(1)),
            _ => return,
        }
    }
}
