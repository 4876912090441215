//! The bytes of the write-ahead log. Version 1; all numbers little-endian.
//!
//! A log is a directory of segments `wal-<sequence, 16 hex digits>.log`, with sequence numbers
//! that follow on without a gap. Only the last one is written. A segment is
//!
//! ```text
//! segment   +0  magic           8  "NOMADWAL"
//!           +8  version         4  1
//!          +12  checksum        4  CRC32C of bytes 16..32
//!          +16  sequence        8  as in the name
//!          +24  previous end    4  bytes used of the segment before (0 in the first)
//!          +28  zero            4
//!          +32  records, each starting at a multiple of 8, then zeros to the end of the file
//!
//! record    +0  checksum        4  CRC32C of (sequence 8, offset 8, bytes 4..32, payload)
//!           +4  length          4  bytes of payload
//!           +8  kind            1  1 command, 2 membership, 3 hard state, 4 truncate,
//!                                  5 base, 6 reset
//!           +9  zero            3
//!          +12  synced to       4  everything before this offset of the segment was durable
//!                                  when the record was made
//!          +16  index           8
//!          +24  term            8
//!          +32  payload         length, then zeros up to a multiple of 8
//!
//! kind         index                        term            payload
//! command      of the entry                 of the entry    the entry's bytes
//! membership   of the entry                 of the entry    the entry's bytes
//! hard state   commit index                 current term    vote, 8 bytes
//! truncate     first index that is removed  0               none
//! base         last index of the snapshot   its term        none; later entries stay
//! reset        last index of the snapshot   its term        none; all entries go
//! ```
//!
//! Each segment begins with a base and a hard state record, so that the segments from any one on
//! can be read without those before. A record never spans segments; one that is larger than a
//! segment gets a segment of its own size.
//!
//! The checksum covers the place of a record, so bytes of an older record that shine through at
//! another place, or a record quoted in some payload, are never taken for a record.
//!
//! `synced to` separates a torn tail from damage. Writes that were not synced may reach the disk
//! in any order, so a valid record behind an invalid one proves nothing by itself. But a valid
//! record whose `synced to` lies behind the invalid one does: those bytes had been durable.

use nomad_core::seam::log_store::Damage;

/// First bytes of a segment.
pub const MAGIC: &[u8; 8] = b"NOMADWAL";
/// Version of the format.
pub const VERSION: u32 = 1;
/// Bytes of the segment header.
pub const SEGMENT_HEADER_BYTES: usize = 32;
/// Bytes of a record before its payload.
pub const RECORD_HEADER_BYTES: usize = 32;
/// Records start at multiples of this.
pub const ALIGNMENT: usize = 8;

/// What a record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum RecordKind {
    /// An entry for the replicated state.
    Command = 1,
    /// An entry that changes the members.
    Membership = 2,
    /// Term, vote and commit index.
    HardState = 3,
    /// Entries from this index on are gone.
    Truncate = 4,
    /// Entries up to this index are in a snapshot.
    Base = 5,
    /// As `Base`, and all entries are gone.
    Reset = 6,
}

impl RecordKind {
    fn from_byte(byte: u8) -> Option<Self> {
        [
            Self::Command,
            Self::Membership,
            Self::HardState,
            Self::Truncate,
            Self::Base,
            Self::Reset,
        ]
        .into_iter()
        .find(|kind| *kind as u8 == byte)
    }
}

/// A record, read or to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// What it says.
    pub kind: RecordKind,
    /// See the table above.
    pub index: u64,
    /// See the table above.
    pub term: u64,
    /// Offset in the segment up to which bytes were durable when the record was made.
    pub synced_to: u32,
    /// The payload.
    pub payload: &'a [u8],
}

/// What lies at an offset of a segment.
#[derive(Debug, PartialEq, Eq)]
pub enum Decoded<'a> {
    /// A valid record, and the offset of the next.
    Record(Record<'a>, usize),
    /// A header of zeros, or the end of the file: nothing was written here.
    Nothing,
    /// Something else.
    Invalid(Damage),
}

/// Bytes that a record with this payload takes, padding included.
#[must_use]
pub fn record_bytes(payload: usize) -> usize {
    (RECORD_HEADER_BYTES + payload).next_multiple_of(ALIGNMENT)
}

/// Appends the bytes of `record`, to be placed at `offset` of segment `sequence`.
pub fn encode(out: &mut Vec<u8>, sequence: u64, offset: u64, record: &Record<'_>) {
    let mut body = [0_u8; RECORD_HEADER_BYTES - 4];
    put(&mut body, 0, &(record.payload.len() as u32).to_le_bytes());
    put(&mut body, 4, &[record.kind as u8]);
    put(&mut body, 8, &record.synced_to.to_le_bytes());
    put(&mut body, 12, &record.index.to_le_bytes());
    put(&mut body, 20, &record.term.to_le_bytes());
    let checksum = checksum(sequence, offset, &body, record.payload);
    let end = out.len() + record_bytes(record.payload.len());
    out.extend_from_slice(&checksum.to_le_bytes());
    out.extend_from_slice(&body);
    out.extend_from_slice(record.payload);
    out.resize(end, 0);
}

/// Reads what lies at `offset` of `segment`, the whole bytes of segment `sequence`.
#[must_use]
pub fn decode(segment: &[u8], sequence: u64, offset: usize) -> Decoded<'_> {
    decode_here(segment.get(offset..).unwrap_or_default(), sequence, offset)
}

/// As [`decode`], for bytes that begin at `offset` of the segment.
#[must_use]
pub fn decode_here(rest: &[u8], sequence: u64, offset: usize) -> Decoded<'_> {
    let Some((header, _)) = rest.split_first_chunk::<RECORD_HEADER_BYTES>() else {
        let blank = rest.iter().all(|byte| *byte == 0);
        return if blank {
            Decoded::Nothing
        } else {
            Decoded::Invalid(Damage::Short)
        };
    };
    if header.iter().all(|byte| *byte == 0) {
        return Decoded::Nothing;
    }
    decode_record(rest, header, sequence, offset).map_or_else(Decoded::Invalid, |record| {
        Decoded::Record(record, offset + record_bytes(record.payload.len()))
    })
}

fn decode_record<'a>(
    rest: &'a [u8],
    header: &[u8; RECORD_HEADER_BYTES],
    sequence: u64,
    offset: usize,
) -> Result<Record<'a>, Damage> {
    let kind = RecordKind::from_byte(byte_at(header, 8)).ok_or(Damage::Checksum)?;
    if header.get(9..12) != Some(&[0, 0, 0]) {
        return Err(Damage::Checksum);
    }
    let length = u32_at(header, 4) as usize;
    let end = RECORD_HEADER_BYTES + length;
    let payload = rest.get(RECORD_HEADER_BYTES..end).ok_or(Damage::Checksum)?;
    let body = header.get(4..).unwrap_or_default();
    if u32_at(header, 0) != checksum(sequence, offset as u64, body, payload) {
        return Err(Damage::Checksum);
    }
    Ok(Record {
        kind,
        index: u64_at(header, 16),
        term: u64_at(header, 24),
        synced_to: u32_at(header, 12),
        payload,
    })
}

/// The header of segment `sequence`.
#[must_use]
pub fn encode_segment_header(sequence: u64, previous_end: u32) -> [u8; SEGMENT_HEADER_BYTES] {
    let mut header = [0; SEGMENT_HEADER_BYTES];
    put(&mut header, 0, MAGIC);
    put(&mut header, 8, &VERSION.to_le_bytes());
    put(&mut header, 16, &sequence.to_le_bytes());
    put(&mut header, 24, &previous_end.to_le_bytes());
    let checksum = crc32c::crc32c(header.get(16..).unwrap_or_default());
    put(&mut header, 12, &checksum.to_le_bytes());
    header
}

/// What the header of a segment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentHeader {
    /// Ours; bytes used of the segment before.
    Valid(u32),
    /// Ours, of another version.
    OtherVersion(u32),
    /// Not a header.
    Invalid,
}

/// Reads the header of the segment called `sequence`.
#[must_use]
pub fn decode_segment_header(segment: &[u8], sequence: u64) -> SegmentHeader {
    let Some((header, _)) = segment.split_first_chunk::<SEGMENT_HEADER_BYTES>() else {
        return SegmentHeader::Invalid;
    };
    let body = header.get(16..).unwrap_or_default();
    let checksum = crc32c::crc32c(body);
    if !header.starts_with(MAGIC) || u32_at(header, 12) != checksum {
        return SegmentHeader::Invalid;
    }
    match u32_at(header, 8) {
        VERSION if u64_at(header, 16) == sequence => SegmentHeader::Valid(u32_at(header, 24)),
        VERSION => SegmentHeader::Invalid,
        version => SegmentHeader::OtherVersion(version),
    }
}

/// The file name of segment `sequence`.
#[must_use]
pub fn segment_name(sequence: u64) -> String {
    format!("wal-{sequence:016x}.log")
}

/// The sequence number in a file name, if it is a segment's.
#[must_use]
pub fn parse_segment_name(name: &str) -> Option<u64> {
    let digits = name.strip_prefix("wal-")?.strip_suffix(".log")?;
    let sequence = u64::from_str_radix(digits, 16).ok()?;
    (segment_name(sequence) == name).then_some(sequence)
}

fn checksum(sequence: u64, offset: u64, body: &[u8], payload: &[u8]) -> u32 {
    let place = crc32c::crc32c_append(
        crc32c::crc32c(&sequence.to_le_bytes()),
        &offset.to_le_bytes(),
    );
    crc32c::crc32c_append(crc32c::crc32c_append(place, body), payload)
}

fn put(target: &mut [u8], offset: usize, bytes: &[u8]) {
    if let Some(place) = target.get_mut(offset..offset + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}

fn byte_at(bytes: &[u8], offset: usize) -> u8 {
    bytes.get(offset).copied().unwrap_or_default()
}

fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    let found = bytes.get(offset..).and_then(|rest| rest.first_chunk::<4>());
    found.map_or(0, |chunk| u32::from_le_bytes(*chunk))
}

pub(super) fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    let found = bytes.get(offset..).and_then(|rest| rest.first_chunk::<8>());
    found.map_or(0, |chunk| u64::from_le_bytes(*chunk))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Record<'static> {
        Record {
            kind: RecordKind::Command,
            index: 7,
            term: 2,
            synced_to: 32,
            payload: b"hello",
        }
    }

    #[test]
    fn the_drawn_bytes_are_the_written_bytes() {
        let mut bytes = vec![0; 64];
        encode(&mut bytes, 3, 64, &sample());
        let record = &bytes[64..];
        assert_eq!(record.len(), 40);
        assert_eq!(record[4..8], [5, 0, 0, 0], "length");
        assert_eq!(record[8..12], [1, 0, 0, 0], "kind");
        assert_eq!(record[12..16], [32, 0, 0, 0], "synced to");
        assert_eq!(record[16], 7, "index");
        assert_eq!(record[24], 2, "term");
        assert_eq!(&record[32..], b"hello\0\0\0");
        assert_eq!(
            record[..4],
            [0xf5, 0xc9, 0xd6, 0xa8],
            "checksum of version 1"
        );
        assert_eq!(decode(&bytes, 3, 64), Decoded::Record(sample(), 104));
    }

    #[test]
    fn a_record_is_valid_only_at_its_place() {
        let mut bytes = vec![0; 64];
        encode(&mut bytes, 3, 64, &sample());
        assert_eq!(decode(&bytes, 4, 64), Decoded::Invalid(Damage::Checksum));
        assert_eq!(
            decode(&bytes[32..], 3, 32),
            Decoded::Invalid(Damage::Checksum)
        );
    }

    #[test]
    fn every_flipped_bit_of_a_record_is_seen() {
        let mut bytes = Vec::new();
        encode(&mut bytes, 1, 0, &sample());
        for bit in 0..37 * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(
                matches!(decode(&flipped, 1, 0), Decoded::Invalid(_)),
                "bit {bit}"
            );
        }
    }

    #[test]
    fn segment_names_and_headers_read_back() {
        assert_eq!(parse_segment_name(&segment_name(0x1f)), Some(0x1f));
        assert_eq!(parse_segment_name("wal-1.log"), None);
        let header = encode_segment_header(9, 77);
        assert_eq!(decode_segment_header(&header, 9), SegmentHeader::Valid(77));
        assert_eq!(decode_segment_header(&header, 8), SegmentHeader::Invalid);
        assert_eq!(
            decode_segment_header(&header[..31], 9),
            SegmentHeader::Invalid
        );
    }
}
