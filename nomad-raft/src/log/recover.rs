//! Opening a log: read every segment, replay its records, tell a torn tail from damage.
//!
//! A tail that a crash tore (never synced, so never acknowledged) is cut off and reported. Where
//! bytes that had been durable are wrong, opening is refused with file and offset: guessing would
//! lose acknowledged writes. `format` explains how the two are told apart.

use nomad_core::units::Index;
use std::fmt;

use nomad_core::seam::disk::{Disk, DiskFile};
use nomad_core::seam::log_store::{Damage, EntryKind, HardState, LogError, LogPosition, Term};

use super::format::{
    ALIGNMENT, Decoded, Record, RecordKind, SEGMENT_HEADER_BYTES, SegmentHeader, VERSION, decode,
    decode_segment_header, parse_segment_name, segment_name, u64_at,
};
use super::segment::Segment;
use super::table::{Place, Table};

/// What opening a log found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// The torn tail that was cut off.
    pub torn: Option<TornTail>,
    /// A segment whose making was interrupted, removed again.
    pub unfinished: Option<String>,
    /// Number of entries held.
    pub entries: usize,
}

/// A tail that was being written when the machine or the process stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// The file.
    pub file: String,
    /// Offset of the first incomplete record.
    pub offset: u64,
    /// What was wrong there.
    pub what: Damage,
}

impl fmt::Display for TornTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, offset, what } = self;
        write!(
            f,
            "cut a write that never completed off {file} at byte {offset} ({what})"
        )
    }
}

/// The state that the records add up to.
#[derive(Debug, Default)]
pub(super) struct Replay<F> {
    pub(super) table: Table,
    pub(super) hard_state: HardState,
    /// In ascending order of sequence; the last is to be written on.
    pub(super) segments: Vec<Segment<F>>,
    pub(super) recovery: Recovery,
}

/// Reads all segments of `disk`, and repairs the tail.
pub(super) fn replay<D: Disk>(disk: &D, zero_ahead: u64) -> Result<Replay<D::File>, LogError> {
    let sequences = contiguous_segments(disk)?;
    let mut replay = Replay {
        table: Table::default(),
        hard_state: HardState::default(),
        segments: Vec::with_capacity(sequences.len()),
        recovery: Recovery::default(),
    };
    for sequence in &sequences {
        let is_last = sequences.last() == Some(sequence);
        replay.read_segment(disk, *sequence, is_last, zero_ahead)?;
    }
    if !replay.table.is_complete() {
        let oldest = sequences.first().copied().unwrap_or(1);
        return Err(LogError::Missing {
            file: segment_name(oldest.saturating_sub(1)),
        });
    }
    replay.recovery.entries = replay.table.len();
    Ok(replay)
}

fn contiguous_segments<D: Disk>(disk: &D) -> Result<Vec<u64>, LogError> {
    let names = disk.list()?;
    let sequences: Vec<u64> = names
        .iter()
        .filter_map(|name| parse_segment_name(name))
        .collect();
    let gap = sequences
        .iter()
        .zip(sequences.iter().skip(1))
        .find(|(low, high)| **low + 1 != **high);
    match gap {
        Some((low, _)) => Err(LogError::Missing {
            file: segment_name(low + 1),
        }),
        None => Ok(sequences),
    }
}

/// Where the records of a segment end.
struct Scan {
    end: usize,
    records: usize,
    /// What is wrong at `end`, when more than zeros follow.
    wrong: Option<Damage>,
}

impl<F: DiskFile> Replay<F> {
    fn read_segment<D: Disk<File = F>>(
        &mut self,
        disk: &D,
        sequence: u64,
        is_last: bool,
        zero_ahead: u64,
    ) -> Result<(), LogError> {
        let mut file = disk.open(&segment_name(sequence))?;
        let size = file.size()?;
        let bytes = file.read_vec(0, size as usize)?;
        let scan = match decode_segment_header(&bytes, sequence) {
            SegmentHeader::Valid(previous_end) => {
                self.check_previous(previous_end)?;
                self.scan(&bytes, sequence)?
            }
            SegmentHeader::OtherVersion(version) => {
                let file = segment_name(sequence);
                return Err(LogError::Version {
                    file,
                    version,
                    known: VERSION,
                });
            }
            SegmentHeader::Invalid => Scan {
                end: 0,
                records: 0,
                wrong: Some(Damage::Header),
            },
        };
        let name = segment_name(sequence);
        if let Some(what) = scan
            .wrong
            .filter(|_| !is_last || was_durable(&bytes, sequence, &scan))
        {
            return Err(LogError::Damaged {
                file: name,
                offset: scan.end as u64,
                what,
            });
        }
        if is_last && scan.records < 2 {
            // Its introduction never became durable, so nothing was written after it.
            drop(file);
            disk.remove(&name)?;
            disk.sync_dir()?;
            self.recovery.unfinished = Some(name);
            return Ok(());
        }
        let end = scan.end as u64;
        if let Some(what) = scan.wrong {
            file.zero_fill(end, size - end)?;
            self.recovery.torn = Some(TornTail {
                file: name,
                offset: end,
                what,
            });
        }
        if is_last {
            // After a kill the records may have been read from the cache: not durable so far.
            file.sync()?;
        }
        self.segments
            .push(Segment::recovered(file, sequence, end, size, zero_ahead));
        Ok(())
    }

    fn check_previous(&self, previous_end: u32) -> Result<(), LogError> {
        let Some(previous) = self.segments.last() else {
            return Ok(());
        };
        if previous.end() == u64::from(previous_end) {
            return Ok(());
        }
        let file = segment_name(previous.sequence());
        let offset = previous.end().min(u64::from(previous_end));
        Err(LogError::Damaged {
            file,
            offset,
            what: Damage::Hole,
        })
    }

    fn scan(&mut self, bytes: &[u8], sequence: u64) -> Result<Scan, LogError> {
        let (mut end, mut records) = (SEGMENT_HEADER_BYTES, 0);
        loop {
            let wrong = match decode(bytes, sequence, end) {
                Decoded::Record(record, next) => {
                    self.apply(sequence, end, &record)?;
                    (end, records) = (next, records + 1);
                    continue;
                }
                Decoded::Nothing if is_blank(bytes, end) => None,
                Decoded::Nothing => Some(Damage::Hole),
                Decoded::Invalid(damage) => Some(damage),
            };
            return Ok(Scan {
                end,
                records,
                wrong,
            });
        }
    }

    fn apply(&mut self, sequence: u64, offset: usize, record: &Record<'_>) -> Result<(), LogError> {
        let position = LogPosition::new(record.index, record.term);
        match record.kind {
            RecordKind::Command | RecordKind::Membership => {
                let place = place_of(sequence, offset, record);
                if !self.table.push(position.index, place) {
                    let file = segment_name(sequence);
                    let what = Damage::Order;
                    return Err(LogError::Damaged {
                        file,
                        offset: offset as u64,
                        what,
                    });
                }
            }
            RecordKind::HardState => {
                let vote = u64_at(record.payload, 0);
                let (term, commit) = (Term(record.term), Index(record.index));
                self.hard_state = HardState { term, vote, commit };
            }
            RecordKind::Truncate => self.table.truncate_from(position.index),
            RecordKind::Base => self.table.set_base(position),
            RecordKind::Reset => self.table.reset(position),
        }
        Ok(())
    }
}

fn place_of(segment: u64, offset: usize, record: &Record<'_>) -> Place {
    let kind = match record.kind {
        RecordKind::Membership => EntryKind::Membership,
        _ => EntryKind::Command,
    };
    let payload_bytes = record.payload.len() as u32;
    Place {
        segment,
        offset: offset as u32,
        payload_bytes,
        term: Term(record.term),
        kind,
    }
}

fn is_blank(bytes: &[u8], from: usize) -> bool {
    bytes
        .get(from..)
        .unwrap_or_default()
        .iter()
        .all(|byte| *byte == 0)
}

/// True if a later record proves that the bytes at the end of `scan` had been durable.
fn was_durable(bytes: &[u8], sequence: u64, scan: &Scan) -> bool {
    (scan.end + ALIGNMENT..bytes.len())
        .step_by(ALIGNMENT)
        .any(|offset| {
            let found = decode(bytes, sequence, offset);
            matches!(found, Decoded::Record(record, _) if record.synced_to as usize > scan.end)
        })
}
