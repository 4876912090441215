//! A store on disk, in a sled database.
//!
//! Two trees, `assignments` and `progress`. A value lies in pieces of at most 64 KiB
//! under `<allocation id, 16 bytes><piece, 4 bytes big-endian>`, because sled does badly with larger
//! ones; the first piece begins with the number of pieces (4 bytes big-endian).

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use nomad_core::id::AllocId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sled::transaction::{ConflictableTransactionError, TransactionError, TransactionalTree};
use sled::{Transactional, Tree};

use super::{AllocRecord, Restored, StateStore, StoreError, Write, decode, encode};

/// Bytes in one piece of a value; sled does badly with values beyond 100 KiB.
const PIECE_BYTES_MAX: usize = 64 * 1024;
/// Memory that sled may use for its cache.
const CACHE_BYTES: u64 = 2 * 1024 * 1024;
/// How often a lock that another process holds is tried again.
const LOCK_TRIES: u32 = 10;
/// Pause between tries.
const LOCK_PAUSE: std::time::Duration = std::time::Duration::from_millis(100);

/// Keeps records in a directory of its own.
#[derive(Debug)]
pub struct DiskStore {
    path: PathBuf,
    db: sled::Db,
    assignments: Tree,
    progress: Tree,
}

impl DiskStore {
    /// Opens or makes the database in `path`.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another agent has it open; others when it cannot be read.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let fail = |source| StoreError::Database {
            path: path.to_owned(),
            source,
        };
        let db = open_db(path)?;
        let assignments = db.open_tree("assignments").map_err(fail)?;
        let progress = db.open_tree("progress").map_err(fail)?;
        let store = Self {
            path: path.to_owned(),
            db,
            assignments,
            progress,
        };
        store.sync()?;
        Ok(store)
    }

    fn fail(&self, source: sled::Error) -> StoreError {
        StoreError::Database {
            path: self.path.clone(),
            source,
        }
    }

    /// Flushes, and then syncs the file: sled's own flush is `sync_file_range` on Linux, which does
    /// not survive a power cut.
    fn sync(&self) -> Result<(), StoreError> {
        self.db.flush().map_err(|source| self.fail(source))?;
        let file = self.path.join("db");
        let io = |source: io::Error| StoreError::Io {
            path: file.clone(),
            source,
        };
        File::open(&file).map_err(io)?.sync_data().map_err(io)
    }

    fn read<T: DeserializeOwned>(&self, tree: &Tree, id: &[u8; 16]) -> Result<Option<T>, String> {
        let Some(bytes) = read_pieces(tree, id).map_err(|error| error.to_string())? else {
            return Ok(None);
        };
        decode(&bytes).map(Some).map_err(|error| error.to_string())
    }
}

fn open_db(path: &Path) -> Result<sled::Db, StoreError> {
    let mut tries = 0;
    loop {
        let opened = sled::Config::new()
            .path(path)
            .cache_capacity(CACHE_BYTES)
            .mode(sled::Mode::LowSpace)
            .flush_every_ms(None)
            .open();
        match opened {
            Ok(db) => return Ok(db),
            Err(sled::Error::Io(error)) if is_locked(&error) && tries < LOCK_TRIES => {
                tries += 1;
                std::thread::sleep(LOCK_PAUSE);
            }
            Err(sled::Error::Io(error)) if is_locked(&error) => {
                return Err(StoreError::InUse {
                    path: path.to_owned(),
                });
            }
            Err(source) => {
                return Err(StoreError::Database {
                    path: path.to_owned(),
                    source,
                });
            }
        }
    }
}

/// sled wraps the lock's error in text.
fn is_locked(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
        || error.to_string().contains("could not acquire lock")
}

fn key(id: AllocId, piece: u32) -> Vec<u8> {
    let mut key = id.as_bytes().to_vec();
    key.extend_from_slice(&piece.to_be_bytes());
    key
}

fn read_pieces(tree: &Tree, id: &[u8; 16]) -> Result<Option<Vec<u8>>, sled::Error> {
    let mut bytes = Vec::new();
    let mut expected = None;
    for (found, entry) in (0u32..).zip(tree.scan_prefix(id)) {
        let (_, piece) = entry?;
        if expected.is_some_and(|count| found >= count) {
            break;
        }
        if expected.is_none() {
            let (head, rest) = piece.split_first_chunk::<4>().unwrap_or((&[0; 4], &[]));
            expected = Some(u32::from_be_bytes(*head));
            bytes.extend_from_slice(rest);
        } else {
            bytes.extend_from_slice(&piece);
        }
    }
    Ok(expected.map(|_| bytes))
}

/// The pieces of a value, the first with their number before it.
fn pieces<T: Serialize>(value: &T) -> Result<Vec<Vec<u8>>, StoreError> {
    let bytes = encode(value)?;
    let mut pieces: Vec<Vec<u8>> = bytes.chunks(PIECE_BYTES_MAX).map(<[u8]>::to_vec).collect();
    let count = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
    if let Some(first) = pieces.first_mut() {
        first.splice(0..0, count.to_be_bytes());
    }
    Ok(pieces)
}

/// A write whose values are encoded already: a transaction may run more than once.
enum Prepared {
    Assignment(AllocId, Vec<Vec<u8>>),
    Progress(AllocId, Vec<Vec<u8>>),
    Forget(AllocId),
}

fn prepare(write: &Write) -> Result<Prepared, StoreError> {
    Ok(match write {
        Write::Assignment(assignment) => {
            Prepared::Assignment(assignment.alloc.id, pieces(assignment)?)
        }
        Write::Progress(id, progress) => Prepared::Progress(*id, pieces(progress)?),
        Write::Forget(id) => Prepared::Forget(*id),
    })
}

type Step = Result<(), ConflictableTransactionError<std::convert::Infallible>>;

fn put(tree: &TransactionalTree, id: AllocId, pieces: &[Vec<u8>]) -> Step {
    remove(tree, id)?;
    for (at, piece) in (0u32..).zip(pieces) {
        tree.insert(key(id, at), piece.as_slice())?;
    }
    Ok(())
}

fn remove(tree: &TransactionalTree, id: AllocId) -> Step {
    let mut at = 0;
    while tree.remove(key(id, at))?.is_some() {
        at += 1;
    }
    Ok(())
}

impl StateStore for DiskStore {
    fn write(&self, writes: &[Write]) -> Result<(), StoreError> {
        let prepared: Vec<Prepared> = writes.iter().map(prepare).collect::<Result<_, _>>()?;
        let result = (&self.assignments, &self.progress).transaction(|(assignments, progress)| {
            for write in &prepared {
                match write {
                    Prepared::Assignment(id, pieces) => put(assignments, *id, pieces)?,
                    Prepared::Progress(id, pieces) => put(progress, *id, pieces)?,
                    Prepared::Forget(id) => {
                        remove(assignments, *id)?;
                        remove(progress, *id)?;
                    }
                }
            }
            Ok(())
        });
        match result {
            Ok(()) => self.sync(),
            Err(TransactionError::Storage(source)) => Err(self.fail(source)),
            Err(TransactionError::Abort(never)) => match never {},
        }
    }

    fn load(&self) -> Result<Restored, StoreError> {
        let mut restored = Restored::default();
        let mut ids: Vec<[u8; 16]> = Vec::new();
        for name in self.assignments.iter().keys() {
            let name = name.map_err(|source| self.fail(source))?;
            let id = name.first_chunk::<16>().copied().unwrap_or_default();
            if ids.last() != Some(&id) {
                ids.push(id);
            }
        }
        for id in ids {
            let assignment = self.read(&self.assignments, &id);
            let progress = self.read(&self.progress, &id);
            match (assignment, progress) {
                (Ok(Some(assignment)), Ok(progress)) => restored.records.push(AllocRecord {
                    assignment,
                    progress: progress.unwrap_or_default(),
                }),
                (Ok(None), _) => {}
                (Err(error), _) | (_, Err(error)) => {
                    restored.damaged.push((AllocId::from_random(id), error));
                }
            }
        }
        Ok(restored)
    }
}
