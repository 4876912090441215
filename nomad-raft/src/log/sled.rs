//! [`SledLog`]: the log seam over the sled engine, for comparison and for hosts that want one
//! engine for everything. The write-ahead log is the default.
//!
//! Keys of the one tree; numbers big-endian, so that entries sort by index:
//!
//! ```text
//! "b"                    base: index 8, term 8
//! "e" index 8 part 2     part 0: term 8, kind 1, then data; later parts: data
//! "h"                    hard state: term 8, vote 8, commit 8
//! ```
//!
//! Two caveats of sled 0.34 on Linux are handled here. `flush` ends in `sync_file_range`, which
//! leaves the drive's cache and the metadata alone, so the engine's file is synced once more by
//! hand. Values from about 128 KiB on go to files that are never synced, so data is cut into parts
//! of 64 KiB.

use nomad_core::units::Index;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nomad_core::seam::disk::{DiskCause, DiskError, DiskOperation};
use nomad_core::seam::log_store::{
    EntryKind, HardState, LogEntry, LogError, LogPosition, LogStore, Term, check_append,
};

use crate::disk::{failed, sync_directory};

/// Largest value handed to sled.
const PART_BYTES_MAX: usize = 64 * 1024;

/// Longest wait for the lock of a database that was just closed.
const LOCK_TIME_MAX: Duration = Duration::from_secs(2);
/// Time between two attempts.
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// Name of sled's file inside its directory.
const ENGINE_FILE: &str = "db";

const BASE_KEY: &[u8] = b"b";
const HARD_STATE_KEY: &[u8] = b"h";

/// A [`LogStore`] in a sled database.
#[derive(Debug)]
pub struct SledLog {
    db: sled::Db,
    file: File,
    path: PathBuf,
    base: LogPosition,
    last: LogPosition,
    hard_state: HardState,
    stopped: Option<DiskError>,
}

impl SledLog {
    /// Opens the database in `directory`, or begins one there.
    ///
    /// # Errors
    /// When sled cannot open it, or an entry is incomplete.
    pub fn open(directory: &Path) -> Result<Self, LogError> {
        let db = open_engine(directory).map_err(|error| engine_error(directory, error))?;
        let path = directory.join(ENGINE_FILE);
        let file = File::open(&path).map_err(|e| failed(DiskOperation::Open, &path, &e))?;
        sync_directory(directory)?;
        let stopped = None;
        let (base, hard_state) = (LogPosition::default(), HardState::default());
        let mut log = Self {
            db,
            file,
            path,
            base,
            last: base,
            hard_state,
            stopped,
        };
        log.load()?;
        Ok(log)
    }

    fn load(&mut self) -> Result<(), LogError> {
        if let Some([index, term]) = self.get(BASE_KEY)?.as_deref().and_then(numbers) {
            self.base = LogPosition::new(index, term);
        }
        if let Some([term, vote, commit]) = self.get(HARD_STATE_KEY)?.as_deref().and_then(numbers) {
            self.hard_state = HardState {
                term: Term(term),
                vote,
                commit: Index(commit),
            };
        }
        let newest = self
            .db
            .range(entry_key(Index(0), 0)..HARD_STATE_KEY.to_vec())
            .next_back();
        let newest = newest
            .transpose()
            .map_err(|error| engine_error(&self.path, error))?;
        let index = newest.and_then(|(key, _)| key.get(1..).and_then(numbers));
        self.last = match index {
            Some([index]) => self.read(Index(index))?.position,
            None => self.base,
        };
        Ok(())
    }

    fn get(&self, key: &[u8]) -> Result<Option<sled::IVec>, LogError> {
        self.db
            .get(key)
            .map_err(|error| engine_error(&self.path, error))
    }

    fn read(&self, index: Index) -> Result<LogEntry, LogError> {
        let mut found: Option<LogEntry> = None;
        for pair in self
            .db
            .range(entry_key(index, 0)..entry_key(index.next(), 0))
        {
            let (_, value) = pair.map_err(|error| engine_error(&self.path, error))?;
            match &mut found {
                Some(entry) => entry.data.extend_from_slice(&value),
                None => found = first_part(index, &value),
            }
        }
        found.ok_or_else(|| self.out_of_range(index))
    }

    fn change(
        &mut self,
        perform: impl FnOnce(&mut Self) -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        if let Some(cause) = &self.stopped {
            return Err(LogError::Stopped(cause.clone()));
        }
        perform(self).inspect_err(|error| {
            self.stopped = Some(match error {
                LogError::Disk(cause) => cause.clone(),
                _ => write_error(&self.path, DiskCause::Device),
            });
        })
    }

    fn apply(&self, batch: sled::Batch) -> Result<(), LogError> {
        self.db
            .apply_batch(batch)
            .map_err(|error| engine_error(&self.path, error))
    }

    fn flush(&self) -> Result<(), LogError> {
        self.db
            .flush()
            .map_err(|error| engine_error(&self.path, error))?;
        self.file
            .sync_data()
            .map_err(|e| failed(DiskOperation::Sync, &self.path, &e))?;
        Ok(())
    }

    /// Adds the removal of all parts of the entries in `range` to `batch`.
    fn remove(&self, range: Range<Index>, batch: &mut sled::Batch) -> Result<(), LogError> {
        for pair in self
            .db
            .range(entry_key(range.start, 0)..entry_key(range.end, 0))
        {
            batch.remove(pair.map_err(|error| engine_error(&self.path, error))?.0);
        }
        Ok(())
    }

    fn out_of_range(&self, index: Index) -> LogError {
        LogError::OutOfRange {
            index,
            first: self.base.index.next(),
            last: self.last.index,
        }
    }
}

impl LogStore for SledLog {
    fn base(&self) -> LogPosition {
        self.base
    }

    fn last(&self) -> LogPosition {
        self.last
    }

    fn term(&self, index: Index) -> Option<Term> {
        if index == self.base.index {
            return Some(self.base.term);
        }
        if index < self.base.index || index > self.last.index {
            return None;
        }
        let value = self.get(&entry_key(index, 0)).ok()??;
        first_part(index, &value).map(|entry| entry.position.term)
    }

    fn entries(&self, range: Range<Index>, max_bytes: u64) -> Result<Vec<LogEntry>, LogError> {
        let mut found = Vec::new();
        let mut bytes = 0_u64;
        let mut index = range.start;
        while index < range.end {
            if index <= self.base.index {
                return Err(self.out_of_range(index));
            }
            let entry = self.read(index)?;
            bytes += entry.data.len() as u64;
            if bytes > max_bytes && !found.is_empty() {
                break;
            }
            found.push(entry);
            index = index.next();
        }
        Ok(found)
    }

    fn hard_state(&self) -> HardState {
        self.hard_state
    }

    fn append(&mut self, entries: &[LogEntry]) -> Result<(), LogError> {
        check_append(self.last, entries)?;
        let Some(newest) = entries.last() else {
            return Ok(());
        };
        self.change(|log| {
            let mut batch = sled::Batch::default();
            entries.iter().for_each(|entry| insert(&mut batch, entry));
            log.apply(batch)?;
            log.last = newest.position;
            Ok(())
        })
    }

    fn save_hard_state(&mut self, state: HardState) -> Result<(), LogError> {
        self.change(|log| {
            let mut batch = sled::Batch::default();
            batch.insert(
                HARD_STATE_KEY,
                joined(&[state.term.0, state.vote, state.commit.0]),
            );
            log.apply(batch)?;
            log.hard_state = state;
            Ok(())
        })
    }

    fn truncate_from(&mut self, index: Index) -> Result<(), LogError> {
        if index <= self.base.index {
            return Err(self.out_of_range(index));
        }
        let Some(term) = self
            .term(index.previous())
            .filter(|_| index <= self.last.index)
        else {
            return Ok(());
        };
        self.change(|log| {
            let mut batch = sled::Batch::default();
            log.remove(index..log.last.index.next(), &mut batch)?;
            log.apply(batch)?;
            log.last = LogPosition {
                index: index.previous(),
                term,
            };
            Ok(())
        })
    }

    fn compact_to(&mut self, position: LogPosition) -> Result<(), LogError> {
        if position.index < self.base.index {
            return Err(self.out_of_range(position.index));
        }
        let keeps = self.term(position.index) == Some(position.term);
        let gone = if keeps {
            position.index
        } else {
            self.last.index
        };
        self.change(|log| {
            let mut batch = sled::Batch::default();
            batch.insert(BASE_KEY, joined(&[position.index.0, position.term.0]));
            log.remove(Index(0)..gone.next(), &mut batch)?;
            log.apply(batch)?;
            log.base = position;
            log.last = if keeps {
                log.last.max(position)
            } else {
                position
            };
            log.flush()
        })
    }

    fn sync(&mut self) -> Result<Index, LogError> {
        self.change(|log| log.flush())?;
        Ok(self.last.index)
    }
}

/// Opens sled. Its threads hold the lock of a database that was just closed for a moment longer,
/// so a held lock is tried again for a while.
fn open_engine(directory: &Path) -> sled::Result<sled::Db> {
    let config = sled::Config::new().path(directory).flush_every_ms(None);
    let end = Instant::now() + LOCK_TIME_MAX;
    loop {
        match config.open() {
            Err(error) if is_locked(&error) && Instant::now() < end => sleep(LOCK_PAUSE),
            opened => return opened,
        }
    }
}

/// sled gives a held lock no kind of its own, only this text.
fn is_locked(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(error) if error.to_string().contains("acquire lock"))
}

fn entry_key(index: Index, part: u16) -> Vec<u8> {
    let mut key = vec![b'e'];
    key.extend_from_slice(&index.0.to_be_bytes());
    key.extend_from_slice(&part.to_be_bytes());
    key
}

fn insert(batch: &mut sled::Batch, entry: &LogEntry) {
    let LogPosition { index, term } = entry.position;
    let mut chunks = entry.data.chunks(PART_BYTES_MAX);
    let mut first = term.0.to_be_bytes().to_vec();
    first.push(match entry.kind {
        EntryKind::Command => 1,
        EntryKind::Membership => 2,
    });
    first.extend_from_slice(chunks.next().unwrap_or_default());
    batch.insert(entry_key(index, 0), first);
    for (part, chunk) in (1..).zip(chunks) {
        batch.insert(entry_key(index, part), chunk);
    }
}

fn first_part(index: Index, value: &[u8]) -> Option<LogEntry> {
    let (term, rest) = value.split_first_chunk::<8>()?;
    let (kind, data) = rest.split_first()?;
    let kind = if *kind == 2 {
        EntryKind::Membership
    } else {
        EntryKind::Command
    };
    let position = LogPosition {
        index,
        term: Term(u64::from_be_bytes(*term)),
    };
    Some(LogEntry {
        position,
        kind,
        data: data.to_vec(),
    })
}

fn joined(numbers: &[u64]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_be_bytes())
        .collect()
}

fn numbers<const N: usize>(bytes: &[u8]) -> Option<[u64; N]> {
    let mut found = [0; N];
    for (slot, chunk) in found.iter_mut().enumerate() {
        let rest = bytes.get(slot * 8..)?;
        *chunk = u64::from_be_bytes(*rest.first_chunk::<8>()?);
    }
    Some(found)
}

fn write_error(path: &Path, cause: DiskCause) -> DiskError {
    DiskError::new(DiskOperation::Write, path.display().to_string(), cause)
}

fn engine_error(path: &Path, error: sled::Error) -> LogError {
    match error {
        sled::Error::Io(error) => LogError::Disk(failed(DiskOperation::Write, path, &error)),
        other => LogError::Engine {
            engine: "sled",
            message: io::Error::from(other).to_string(),
        },
    }
}
