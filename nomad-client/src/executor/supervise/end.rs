//! After the command: kill what it left, keep its last words, write the result.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use nomad_core::units::Timestamp;

use super::super::order::VERSION;
use super::super::record::{self, ExitRecord, RESULT};
use super::children::{self, Ended};
use super::pump::Pump;
use super::watch::Watch;
use crate::cgroups::Group;

/// How long leftovers may take to die of a kill (spec/client 19.2).
const KILL_PATIENCE: Duration = Duration::from_secs(15);
/// How long output is waited for after that (spec/client 26.1).
const DRAIN_PATIENCE: Duration = Duration::from_secs(2);
/// First pause between two looks at dying processes; grows up to [`LOOK_PAUSE_MAX`].
const LOOK_PAUSE_MIN: Duration = Duration::from_micros(200);
/// Longest pause between two looks.
const LOOK_PAUSE_MAX: Duration = Duration::from_millis(20);

/// Out-of-memory kills that the group had counted before the command ran, when it counts.
pub(super) fn oom_kills(group: &Group) -> u64 {
    group.oom_kills().unwrap_or(0)
}

/// Ends everything and writes the result.
pub(super) fn finish(
    mut watch: Watch,
    ended: Ended,
    group: &Group,
    oom_before: u64,
    started_at: Timestamp,
    state_dir: &Path,
) -> io::Result<()> {
    let at = record::now();
    let has_leftovers = !kill_leftovers(&watch, group);
    watch.drain(DRAIN_PATIENCE);
    let result = ExitRecord {
        version: VERSION,
        code: ended.code,
        signal: ended.signal,
        oom_killed: oom_kills(group) > oom_before,
        at,
        started_at,
        log_bytes_dropped: watch.pumps.iter().map(Pump::dropped).sum(),
        has_leftovers,
    };
    record::write(state_dir, RESULT, &result, true)
}

/// Kills the command's process group, then its control group, then whatever else was adopted. True
/// when nothing is left.
fn kill_leftovers(watch: &Watch, group: &Group) -> bool {
    children::kill_group(watch.command);
    let is_empty = group.kill_all(KILL_PATIENCE).is_ok();
    let deadline = Instant::now() + KILL_PATIENCE;
    let mut pause = LOOK_PAUSE_MIN;
    while !children::kill_round() {
        if Instant::now() >= deadline {
            return false;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(LOOK_PAUSE_MAX);
    }
    is_empty
}
