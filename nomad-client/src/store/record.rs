//! Records: one per allocation, in two parts that change at different speeds.

use nomad_core::id::AllocId;
use nomad_core::wire::node::Assignment;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::alloc::AllocProgress;

/// Version of the encoding.
const VERSION: u8 = 1;

/// What a former agent stored about an allocation.
#[derive(Debug, Clone)]
pub struct AllocRecord {
    /// As a server sent it.
    pub assignment: Assignment,
    /// How far it had come.
    pub progress: AllocProgress,
}

/// One change of the store.
#[derive(Debug, Clone)]
pub enum Write {
    /// The allocation as a server sent it.
    Assignment(Assignment),
    /// How far it has come.
    Progress(AllocId, Box<AllocProgress>),
    /// It is gone.
    Forget(AllocId),
}

/// Everything that could be read, and what could not.
#[derive(Debug, Clone, Default)]
pub struct Restored {
    /// Whole records.
    pub records: Vec<AllocRecord>,
    /// A sentence per record that could not be read.
    pub damaged: Vec<(AllocId, String)>,
}

/// A record cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// It is shorter than its frame.
    #[error("read the record: it is cut off after {len} bytes")]
    Short {
        /// Its length.
        len: usize,
    },
    /// It was written by a newer agent.
    #[error("read the record: its version is {version}, and {VERSION} is the newest known here")]
    Version {
        /// Its version.
        version: u8,
    },
    /// Its bytes changed since they were written.
    #[error("read the record: its checksum does not match")]
    Checksum,
    /// The bytes are not the record.
    #[error("read the record: {0}")]
    Decode(#[from] rmp_serde::decode::Error),
    /// The value cannot be written.
    #[error("write the record: {0}")]
    Encode(#[from] rmp_serde::encode::Error),
}

/// Encodes a value: version (1 byte), checksum of the rest (4 bytes, little-endian), MessagePack.
///
/// # Errors
/// [`RecordError::Encode`].
pub fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, RecordError> {
    let body = rmp_serde::to_vec_named(value)?;
    let mut bytes = Vec::with_capacity(body.len() + 5);
    bytes.push(VERSION);
    bytes.extend_from_slice(&checksum(&body).to_le_bytes());
    bytes.extend_from_slice(&body);
    Ok(bytes)
}

/// Decodes what [`encode`] wrote.
///
/// # Errors
/// [`RecordError`]: cut off, of a newer version, damaged, or not such a value.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, RecordError> {
    let short = || RecordError::Short { len: bytes.len() };
    let (version, rest) = bytes.split_first().ok_or_else(short)?;
    if *version != VERSION {
        return Err(RecordError::Version { version: *version });
    }
    let (sum, body) = rest.split_first_chunk::<4>().ok_or_else(short)?;
    if checksum(body) != u32::from_le_bytes(*sum) {
        return Err(RecordError::Checksum);
    }
    Ok(rmp_serde::from_slice(body)?)
}

/// FNV-1a, 32 bits, after each byte was mixed in: it is there to notice damage, not an attacker.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flipped_bit_is_noticed() {
        let mut bytes = encode(&AllocProgress::default()).unwrap();
        assert!(decode::<AllocProgress>(&bytes).is_ok());
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        assert!(matches!(
            decode::<AllocProgress>(&bytes),
            Err(RecordError::Checksum)
        ));
    }

    #[test]
    fn a_record_that_was_cut_off_is_noticed() {
        assert!(matches!(
            decode::<AllocProgress>(&[VERSION, 1]),
            Err(RecordError::Short { len: 2 })
        ));
    }
}
