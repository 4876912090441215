//! A log in memory: for embedding, `agent -dev`, and as the model that durable logs are
//! compared with. Everything is "durable" for as long as the value lives.

use crate::units::Index;
use std::collections::VecDeque;
use std::ops::Range;

use super::{HardState, LogEntry, LogError, LogPosition, LogStore, MAX_ENTRY_BYTES, Term};

/// A [`LogStore`] that forgets when dropped.
#[derive(Debug, Clone, Default)]
pub struct MemoryLog {
    base: LogPosition,
    entries: VecDeque<LogEntry>,
    hard_state: HardState,
}

impl MemoryLog {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn slot(&self, index: Index) -> Option<usize> {
        let slot = index.0.checked_sub(self.base.index.0.checked_add(1)?)?;
        usize::try_from(slot).ok()
    }

    fn get(&self, index: Index) -> Option<&LogEntry> {
        self.entries.get(self.slot(index)?)
    }

    fn out_of_range(&self, index: Index) -> LogError {
        LogError::OutOfRange {
            index,
            first: self.base.index.next(),
            last: self.last().index,
        }
    }
}

impl LogStore for MemoryLog {
    fn base(&self) -> LogPosition {
        self.base
    }

    fn last(&self) -> LogPosition {
        self.entries
            .back()
            .map_or(self.base, |entry| entry.position)
    }

    fn term(&self, index: Index) -> Option<Term> {
        if index == self.base.index {
            return Some(self.base.term);
        }
        self.get(index).map(|entry| entry.position.term)
    }

    fn entries(&self, range: Range<Index>, max_bytes: u64) -> Result<Vec<LogEntry>, LogError> {
        let mut found = Vec::new();
        let mut bytes = 0_u64;
        let mut index = range.start;
        while index < range.end {
            let entry = self.get(index).ok_or_else(|| self.out_of_range(index))?;
            bytes = bytes.saturating_add(entry.data.len() as u64);
            if bytes > max_bytes && !found.is_empty() {
                break;
            }
            found.push(entry.clone());
            index = index.next();
        }
        Ok(found)
    }

    fn hard_state(&self) -> HardState {
        self.hard_state
    }

    fn append(&mut self, entries: &[LogEntry]) -> Result<(), LogError> {
        check_append(self.last(), entries)?;
        self.entries.extend(entries.iter().cloned());
        Ok(())
    }

    fn save_hard_state(&mut self, state: HardState) -> Result<(), LogError> {
        self.hard_state = state;
        Ok(())
    }

    fn truncate_from(&mut self, index: Index) -> Result<(), LogError> {
        let slot = self.slot(index).ok_or_else(|| self.out_of_range(index))?;
        self.entries.truncate(slot);
        Ok(())
    }

    fn compact_to(&mut self, position: LogPosition) -> Result<(), LogError> {
        if position.index < self.base.index {
            return Err(self.out_of_range(position.index));
        }
        if self.term(position.index) == Some(position.term) {
            let kept = self
                .slot(position.index.next())
                .unwrap_or(0)
                .min(self.entries.len());
            self.entries.drain(..kept);
        } else {
            self.entries.clear();
        }
        self.base = position;
        Ok(())
    }

    fn sync(&mut self) -> Result<Index, LogError> {
        Ok(self.last().index)
    }
}

/// Checks that `entries` follow `last` without a gap and respect [`MAX_ENTRY_BYTES`].
///
/// # Errors
/// [`LogError::Gap`] and [`LogError::TooLarge`]; nothing may be appended then.
pub fn check_append(last: LogPosition, entries: &[LogEntry]) -> Result<(), LogError> {
    let mut last = last.index;
    for entry in entries {
        let got = entry.position.index;
        if got != last.next() {
            return Err(LogError::Gap { last, got });
        }
        let bytes = entry.data.len();
        if bytes > MAX_ENTRY_BYTES {
            return Err(LogError::TooLarge {
                bytes,
                limit: MAX_ENTRY_BYTES,
            });
        }
        last = got;
    }
    Ok(())
}
