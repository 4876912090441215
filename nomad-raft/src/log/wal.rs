//! [`Wal`]: the segmented write-ahead log.
//!
//! Changes are encoded into the open segment's buffer and become durable together: one write and
//! one `fdatasync` per [`LogStore::sync`], however many entries wait. Segments whose entries are
//! all folded into a snapshot are deleted, oldest first. After a failed change the log stops for
//! good, because a second sync may claim bytes that the kernel has thrown away.

use nomad_core::units::Index;
use std::collections::VecDeque;
use std::ops::Range;

use nomad_core::seam::disk::{Disk, DiskError};
use nomad_core::seam::log_store::{
    Damage, EntryKind, HardState, LogEntry, LogError, LogPosition, LogStore, Term, check_append,
};

use super::format::{Decoded, RecordKind, decode_here, segment_name};
use super::recover::{Recovery, replay};
use super::segment::Segment;
use super::table::{Place, Table};

/// Sizes of a log's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalLimits {
    /// A segment is closed before it grows above this, in bytes.
    pub segment_bytes: u64,
    /// Zeros written ahead of the records at a time, in bytes, so that most syncs change no
    /// metadata.
    pub zero_ahead_bytes: u64,
}

impl Default for WalLimits {
    fn default() -> Self {
        Self {
            segment_bytes: 16 * 1024 * 1024,
            zero_ahead_bytes: 1024 * 1024,
        }
    }
}

/// A [`LogStore`] in segment files of a [`Disk`].
#[derive(Debug)]
pub struct Wal<D: Disk> {
    disk: D,
    limits: WalLimits,
    sealed: VecDeque<Segment<D::File>>,
    active: Segment<D::File>,
    table: Table,
    hard_state: HardState,
    stopped: Option<DiskError>,
}

impl<D: Disk> Wal<D> {
    /// Opens the log on `disk`, or begins one there, and says what was repaired.
    ///
    /// # Errors
    /// Refuses a damaged log ([`LogError::Damaged`], [`LogError::Missing`]); disk errors.
    pub fn open(disk: D, limits: WalLimits) -> Result<(Self, Recovery), LogError> {
        let mut replay = replay(&disk, limits.zero_ahead_bytes)?;
        let active = match replay.segments.pop() {
            Some(segment) => segment,
            None => begin_segment(&disk, limits, 1, 0, replay.table.base(), replay.hard_state)?,
        };
        let mut wal = Self {
            disk,
            limits,
            sealed: replay.segments.into(),
            active,
            table: replay.table,
            hard_state: replay.hard_state,
            stopped: None,
        };
        wal.change(Self::remove_dead_segments)?;
        Ok((wal, replay.recovery))
    }

    /// Number of segment files.
    #[must_use]
    pub fn segments(&self) -> usize {
        self.sealed.len() + 1
    }

    /// Runs a change; a disk error in it stops the log.
    fn change<T>(
        &mut self,
        perform: impl FnOnce(&mut Self) -> Result<T, DiskError>,
    ) -> Result<T, LogError> {
        if let Some(cause) = &self.stopped {
            return Err(LogError::Stopped(cause.clone()));
        }
        perform(self).map_err(|error| {
            self.stopped = Some(error.clone());
            LogError::Disk(error)
        })
    }

    fn push(
        &mut self,
        kind: RecordKind,
        position: LogPosition,
        payload: &[u8],
    ) -> Result<u64, DiskError> {
        if self
            .active
            .is_full_for(payload.len(), self.limits.segment_bytes)
        {
            self.roll()?;
        }
        self.active
            .push(kind, position.index.0, position.term.0, payload)
    }

    /// Closes the open segment and begins the next.
    fn roll(&mut self) -> Result<(), DiskError> {
        self.active.sync()?;
        let (sequence, end) = (self.active.sequence() + 1, self.active.end());
        let base = self.table.base();
        let next = begin_segment(
            &self.disk,
            self.limits,
            sequence,
            end,
            base,
            self.hard_state,
        )?;
        self.sealed
            .push_back(std::mem::replace(&mut self.active, next));
        Ok(())
    }

    fn remove_dead_segments(&mut self) -> Result<(), DiskError> {
        let first_live = self.table.first_segment().unwrap_or(self.active.sequence());
        while let Some(dead) = self
            .sealed
            .pop_front_if(|oldest| oldest.sequence() < first_live)
        {
            let name = segment_name(dead.sequence());
            drop(dead);
            self.disk.remove(&name)?;
            // One at a time and oldest first, so that no crash leaves a gap in the sequence.
            self.disk.sync_dir()?;
        }
        Ok(())
    }

    fn append_entry(&mut self, entry: &LogEntry) -> Result<(), DiskError> {
        let kind = match entry.kind {
            EntryKind::Command => RecordKind::Command,
            EntryKind::Membership => RecordKind::Membership,
        };
        let offset = self.push(kind, entry.position, &entry.data)?;
        let place = Place {
            segment: self.active.sequence(),
            offset: offset as u32,
            payload_bytes: entry.data.len() as u32,
            term: entry.position.term,
            kind: entry.kind,
        };
        self.table.push(entry.position.index, place);
        Ok(())
    }

    fn read(&self, index: Index, place: &Place) -> Result<LogEntry, LogError> {
        let segment = self
            .sealed
            .iter()
            .find(|segment| segment.sequence() == place.segment)
            .unwrap_or(&self.active);
        let bytes = segment.read(u64::from(place.offset), place.payload_bytes as usize)?;
        match decode_here(&bytes, place.segment, place.offset as usize) {
            Decoded::Record(record, _) if record.index == index.0 => Ok(LogEntry {
                position: LogPosition {
                    index,
                    term: place.term,
                },
                kind: place.kind,
                data: record.payload.to_vec(),
            }),
            Decoded::Record(..) | Decoded::Nothing | Decoded::Invalid(_) => {
                let file = segment_name(place.segment);
                let what = Damage::Checksum;
                Err(LogError::Damaged {
                    file,
                    offset: u64::from(place.offset),
                    what,
                })
            }
        }
    }

    fn out_of_range(&self, index: Index) -> LogError {
        LogError::OutOfRange {
            index,
            first: self.base().index.next(),
            last: self.last().index,
        }
    }
}

/// Makes a segment with its introduction, durable in bytes and name.
fn begin_segment<D: Disk>(
    disk: &D,
    limits: WalLimits,
    sequence: u64,
    previous_end: u64,
    base: LogPosition,
    hard_state: HardState,
) -> Result<Segment<D::File>, DiskError> {
    let mut segment = Segment::create(disk, sequence, previous_end, limits.zero_ahead_bytes)?;
    segment.push(RecordKind::Base, base.index.0, base.term.0, &[])?;
    let HardState { term, vote, commit } = hard_state;
    segment.push(RecordKind::HardState, commit.0, term.0, &vote.to_le_bytes())?;
    segment.sync()?;
    disk.sync_dir()?;
    Ok(segment)
}

impl<D: Disk> LogStore for Wal<D> {
    fn base(&self) -> LogPosition {
        self.table.base()
    }

    fn last(&self) -> LogPosition {
        self.table.last()
    }

    fn term(&self, index: Index) -> Option<Term> {
        self.table.term(index)
    }

    fn entries(&self, range: Range<Index>, max_bytes: u64) -> Result<Vec<LogEntry>, LogError> {
        let mut found = Vec::new();
        let mut bytes = 0_u64;
        let mut index = range.start;
        while index < range.end {
            let place = self
                .table
                .get(index)
                .ok_or_else(|| self.out_of_range(index))?;
            bytes += u64::from(place.payload_bytes);
            if bytes > max_bytes && !found.is_empty() {
                break;
            }
            found.push(self.read(index, place)?);
            index = index.next();
        }
        Ok(found)
    }

    fn hard_state(&self) -> HardState {
        self.hard_state
    }

    fn append(&mut self, entries: &[LogEntry]) -> Result<(), LogError> {
        check_append(self.last(), entries)?;
        self.change(|wal| entries.iter().try_for_each(|entry| wal.append_entry(entry)))
    }

    fn save_hard_state(&mut self, state: HardState) -> Result<(), LogError> {
        let position = LogPosition {
            index: state.commit,
            term: state.term,
        };
        self.change(|wal| {
            wal.push(RecordKind::HardState, position, &state.vote.to_le_bytes())?;
            wal.hard_state = state;
            Ok(())
        })
    }

    fn truncate_from(&mut self, index: Index) -> Result<(), LogError> {
        if index <= self.base().index {
            return Err(self.out_of_range(index));
        }
        if index > self.last().index {
            return Ok(());
        }
        self.change(|wal| {
            wal.push(
                RecordKind::Truncate,
                LogPosition {
                    index,
                    term: Term(0),
                },
                &[],
            )?;
            wal.table.truncate_from(index);
            Ok(())
        })
    }

    fn compact_to(&mut self, position: LogPosition) -> Result<(), LogError> {
        if position.index < self.base().index {
            return Err(self.out_of_range(position.index));
        }
        let keeps = self.term(position.index) == Some(position.term);
        self.change(|wal| {
            let kind = if keeps {
                RecordKind::Base
            } else {
                RecordKind::Reset
            };
            wal.push(kind, position, &[])?;
            if keeps {
                wal.table.set_base(position)
            } else {
                wal.table.reset(position)
            }
            wal.active.sync()?;
            wal.remove_dead_segments()
        })
    }

    fn sync(&mut self) -> Result<Index, LogError> {
        self.change(|wal| wal.active.sync())?;
        Ok(self.last().index)
    }
}
