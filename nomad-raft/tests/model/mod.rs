//! A log beside its model: every state the model went through is remembered, and after a crash
//! the log must be in one of them, not before the last that was acknowledged.

use nomad_core::seam::disk::Disk;
use nomad_core::seam::log_store::{
    EntryKind, HardState, LogEntry, LogError, LogPosition, LogStore, MemoryLog, Term,
};
use nomad_core::sim::disk::{SimDirectory, SimDisk};
use nomad_core::units::Index;
use nomad_raft::log::{Wal, WalLimits};

/// Small, so that a short run rolls over several segments.
pub(crate) const LIMITS: WalLimits = WalLimits {
    segment_bytes: 700,
    zero_ahead_bytes: 256,
};

/// One change, one record.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Append {
        new_term: bool,
        bytes: usize,
    },
    /// Overrule this many of the last entries.
    Truncate {
        entries: u64,
    },
    /// Fold all but this many entries.
    Compact {
        but: u64,
    },
    /// A snapshot from elsewhere, this far ahead.
    Install {
        ahead: u64,
    },
    HardState {
        vote: u64,
    },
    Sync,
    /// End the process, open again.
    Kill,
    /// Stop the machine, open again.
    Crash,
}

pub(crate) struct Run {
    pub(crate) disk: SimDisk,
    log: Wal<SimDirectory>,
    model: MemoryLog,
    term: u64,
    states: Vec<State>,
    /// Place in `states` of the last acknowledged one.
    acknowledged: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    base: LogPosition,
    entries: Vec<LogEntry>,
    hard_state: HardState,
}

fn state_of(log: &dyn LogStore) -> State {
    let range = log.base().index.next()..log.last().index.next();
    let entries = log.entries(range, u64::MAX).unwrap();
    State {
        base: log.base(),
        entries,
        hard_state: log.hard_state(),
    }
}

impl Run {
    /// Opens a log on `disk`, which may hold a fault that stops even this.
    pub(crate) fn begin(disk: SimDisk) -> Result<Self, LogError> {
        let (log, _) = Wal::open(disk.directory("raft"), LIMITS)?;
        let model = MemoryLog::new();
        let states = vec![state_of(&model)];
        Ok(Self {
            disk,
            log,
            model,
            term: 1,
            states,
            acknowledged: 0,
        })
    }

    /// Performs `op` on model and log. A failed change may or may not be in the log later.
    pub(crate) fn perform(&mut self, op: &Op) -> Result<(), LogError> {
        match op {
            Op::Sync => {
                self.log.sync()?;
                if !self.disk.is_crashed() {
                    assert_eq!(state_of(&self.log), state_of(&self.model));
                }
                self.acknowledged = self.states.len() - 1;
                return Ok(());
            }
            Op::Kill => {
                self.disk.kill();
                return self.recover();
            }
            Op::Crash => {
                self.disk.crash();
                self.disk.restart();
                return self.recover();
            }
            _ => {}
        }
        let applied = change(&mut self.model, &mut self.term.clone(), op);
        self.states.push(state_of(&self.model));
        assert_eq!(applied, Ok(()), "the model takes every change");
        change(&mut self.log, &mut self.term, op)?;
        assert_eq!(
            (self.log.base(), self.log.last()),
            (self.model.base(), self.model.last())
        );
        if matches!(op, Op::Compact { .. } | Op::Install { .. }) {
            self.acknowledged = self.states.len() - 1;
        }
        Ok(())
    }

    /// Stops the machine and opens the log again: it must hold a state that it went through.
    pub(crate) fn crash(&mut self) {
        self.disk.crash();
        self.disk.restart();
        self.recover().unwrap();
    }

    fn recover(&mut self) -> Result<(), LogError> {
        let (log, _) = Wal::open(self.disk.directory("raft"), LIMITS)?;
        // A fault may have stopped the machine with the last operation of opening.
        self.disk.directory("raft").list()?;
        let found = state_of(&log);
        let possible = &self.states[self.acknowledged..];
        assert!(
            possible.contains(&found),
            "not a state since the last acknowledged one: {found:?}\nbut one of {possible:?}"
        );
        self.model = MemoryLog::new();
        self.model.compact_to(found.base).unwrap();
        self.model.append(&found.entries).unwrap();
        self.model.save_hard_state(found.hard_state).unwrap();
        self.log = log;
        self.term = self.term.max(self.log.last().term.0);
        self.states = vec![found];
        self.acknowledged = 0;
        Ok(())
    }
}

fn change(log: &mut dyn LogStore, term: &mut u64, op: &Op) -> Result<(), LogError> {
    let (base, last) = (log.base(), log.last());
    match op {
        Op::Append { new_term, bytes } => {
            *term += u64::from(*new_term);
            let position = LogPosition::new(last.index.0 + 1, *term);
            let kind = if bytes % 7 == 3 {
                EntryKind::Membership
            } else {
                EntryKind::Command
            };
            log.append(&[LogEntry {
                position,
                kind,
                data: vec![last.index.0 as u8; *bytes],
            }])
        }
        Op::Truncate { entries } => {
            let from = (last.index.0 + 1)
                .saturating_sub(*entries)
                .max(base.index.0 + 1);
            *term += 1;
            log.truncate_from(Index(from))
        }
        Op::Compact { but } => {
            let index = Index(last.index.0.saturating_sub(*but).max(base.index.0));
            log.compact_to(LogPosition {
                index,
                term: log.term(index).unwrap(),
            })
        }
        Op::Install { ahead } => {
            *term += 1;
            log.compact_to(LogPosition::new(last.index.0 + ahead, *term))
        }
        Op::HardState { vote } => {
            let commit = last.index;
            log.save_hard_state(HardState {
                term: Term(*term),
                vote: *vote,
                commit,
            })
        }
        Op::Sync | Op::Kill | Op::Crash => Ok(()),
    }
}
