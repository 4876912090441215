//! The bytes of a snapshot file. Version 1; all numbers little-endian.
//!
//! ```text
//! +0   magic             8  "NOMADSNP"
//! +8   version           4  1
//! +12  zero              4
//! +16  index             8  of the last entry contained
//! +24  term              8  of that entry
//! +32  data length       8
//! +40  voters            4  how many
//! +44  learners          4  how many
//! +48  outgoing voters   4  how many
//! +52  next learners     4  how many
//! +56  leaves            8  1 if a change of members ends by itself, else 0
//! +64  members           8  each, in the order of the counts above
//!      data
//!      trailer          32  SHA-256 of everything before
//! ```
//!
//! The file is called `snapshot-<index, 16 hex digits>-<term, 16 hex digits>.snap`.

use nomad_core::seam::log_store::{Damage, LogPosition};
use nomad_core::seam::snapshot_store::{Members, Snapshot};
use sha2::{Digest, Sha256};

/// First bytes of a snapshot.
pub const MAGIC: &[u8; 8] = b"NOMADSNP";
/// Version of the format.
pub const VERSION: u32 = 1;
const TRAILER_BYTES: usize = 32;

/// Why bytes are not a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// They are damaged.
    Damaged(Damage),
    /// They are of another version.
    OtherVersion(u32),
}

/// The bytes of `snapshot`.
#[must_use]
pub fn encode(snapshot: &Snapshot) -> Vec<u8> {
    let Snapshot {
        position,
        members,
        data,
    } = snapshot;
    let lists = lists(members);
    let mut bytes = Vec::with_capacity(data.len() + 256);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    for number in [position.index.0, position.term.0, data.len() as u64] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    for list in lists {
        bytes.extend_from_slice(&(list.len() as u32).to_le_bytes());
    }
    bytes.extend_from_slice(&u64::from(members.leaves_automatically).to_le_bytes());
    for member in lists.into_iter().flatten() {
        bytes.extend_from_slice(&member.to_le_bytes());
    }
    bytes.extend_from_slice(data);
    let digest = Sha256::digest(&bytes);
    bytes.extend_from_slice(&digest);
    bytes
}

fn lists(members: &Members) -> [&Vec<u64>; 4] {
    [
        &members.voters,
        &members.learners,
        &members.outgoing_voters,
        &members.next_learners,
    ]
}

/// Reads the bytes of a whole file.
///
/// # Errors
/// See [`Unreadable`].
pub fn decode(bytes: &[u8]) -> Result<Snapshot, Unreadable> {
    let damaged = Unreadable::Damaged;
    let body = bytes
        .len()
        .checked_sub(TRAILER_BYTES)
        .and_then(|end| bytes.split_at_checked(end));
    let (body, trailer) = body.ok_or(damaged(Damage::Short))?;
    if !body.starts_with(MAGIC) {
        return Err(damaged(Damage::Header));
    }
    if Sha256::digest(body).as_slice() != trailer {
        return Err(damaged(Damage::Checksum));
    }
    let mut reader = Reader {
        rest: body.get(MAGIC.len()..).unwrap_or_default(),
    };
    match reader.u32() {
        Some(VERSION) => reader.snapshot().ok_or(damaged(Damage::Order)),
        Some(version) => Err(Unreadable::OtherVersion(version)),
        None => Err(damaged(Damage::Short)),
    }
}

/// Takes numbers off the front.
struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn u32(&mut self) -> Option<u32> {
        let (chunk, rest) = self.rest.split_first_chunk::<4>()?;
        self.rest = rest;
        Some(u32::from_le_bytes(*chunk))
    }

    fn u64(&mut self) -> Option<u64> {
        let (chunk, rest) = self.rest.split_first_chunk::<8>()?;
        self.rest = rest;
        Some(u64::from_le_bytes(*chunk))
    }

    fn list(&mut self, length: u32) -> Option<Vec<u64>> {
        (0..length).map(|_| self.u64()).collect()
    }

    fn snapshot(&mut self) -> Option<Snapshot> {
        self.u32()?;
        let position = LogPosition::new(self.u64()?, self.u64()?);
        let length = self.u64()?;
        let counts = [self.u32()?, self.u32()?, self.u32()?, self.u32()?];
        let leaves_automatically = self.u64()? == 1;
        let mut lists = counts.map(|count| self.list(count)).into_iter();
        let members = Members {
            voters: lists.next()??,
            learners: lists.next()??,
            outgoing_voters: lists.next()??,
            next_learners: lists.next()??,
            leaves_automatically,
        };
        let whole = self.rest.len() as u64 == length;
        whole.then(|| Snapshot {
            position,
            members,
            data: self.rest.to_vec(),
        })
    }
}

/// The file name of the snapshot at `position`.
#[must_use]
pub fn file_name(position: LogPosition) -> String {
    format!(
        "snapshot-{:016x}-{:016x}.snap",
        position.index.0, position.term.0
    )
}

/// The position in a file name, if it is a snapshot's.
#[must_use]
pub fn parse_file_name(name: &str) -> Option<LogPosition> {
    let numbers = name.strip_prefix("snapshot-")?.strip_suffix(".snap")?;
    let (index, term) = numbers.split_once('-')?;
    let parse = |text| u64::from_str_radix(text, 16).ok();
    let position = LogPosition::new(parse(index)?, parse(term)?);
    (file_name(position) == name).then_some(position)
}
