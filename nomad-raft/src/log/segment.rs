//! One open segment: records are encoded into a buffer, written in one piece, synced once.

use nomad_core::seam::disk::{Disk, DiskError, DiskFile};

use super::format::{
    RECORD_HEADER_BYTES, Record, RecordKind, SEGMENT_HEADER_BYTES, encode, encode_segment_header,
    record_bytes, segment_name,
};

/// Zero-filling ends at multiples of this, the page of most file systems.
const PAGE_BYTES: u64 = 4096;

/// Encoded records are handed to the disk, unsynced, when this many bytes wait.
const PENDING_BYTES_MAX: usize = 1024 * 1024;

/// An open segment. `synced_to <= written <= end`, and `end - written` bytes are pending.
#[derive(Debug)]
pub(super) struct Segment<F> {
    file: F,
    sequence: u64,
    end: u64,
    written: u64,
    synced_to: u64,
    /// The file is known to hold zeros from `written` up to here.
    zeroed_to: u64,
    zero_ahead_bytes: u64,
    pending: Vec<u8>,
}

impl<F: DiskFile> Segment<F> {
    /// Makes the file of a new segment with its header. Neither bytes nor name are durable yet.
    pub(super) fn create<D: Disk<File = F>>(
        disk: &D,
        sequence: u64,
        previous_end: u64,
        zero_ahead_bytes: u64,
    ) -> Result<Self, DiskError> {
        let file = disk.create(&segment_name(sequence))?;
        let pending = encode_segment_header(sequence, previous_end as u32).to_vec();
        let end = SEGMENT_HEADER_BYTES as u64;
        let (written, synced_to, zeroed_to) = (0, 0, 0);
        Ok(Self {
            file,
            sequence,
            end,
            written,
            synced_to,
            zeroed_to,
            zero_ahead_bytes,
            pending,
        })
    }

    /// Takes over a segment that was read: durable up to `end`, zeros from there to `zeroed_to`.
    pub(super) fn recovered(
        file: F,
        sequence: u64,
        end: u64,
        zeroed_to: u64,
        zero_ahead_bytes: u64,
    ) -> Self {
        let (written, synced_to, pending) = (end, end, Vec::new());
        Self {
            file,
            sequence,
            end,
            written,
            synced_to,
            zeroed_to,
            zero_ahead_bytes,
            pending,
        }
    }

    pub(super) fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Offset of the next record.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// True if a record with this payload does not fit in `limit` bytes, and another one is there.
    pub(super) fn is_full_for(&self, payload_bytes: usize, limit: u64) -> bool {
        let introduction = SEGMENT_HEADER_BYTES + record_bytes(0) + record_bytes(8);
        self.end > introduction as u64 && self.end + record_bytes(payload_bytes) as u64 > limit
    }

    /// Encodes a record and answers its offset.
    pub(super) fn push(
        &mut self,
        kind: RecordKind,
        index: u64,
        term: u64,
        payload: &[u8],
    ) -> Result<u64, DiskError> {
        let offset = self.end;
        let record = Record {
            kind,
            index,
            term,
            synced_to: self.synced_to as u32,
            payload,
        };
        encode(&mut self.pending, self.sequence, offset, &record);
        self.end = self.written + self.pending.len() as u64;
        if self.pending.len() > PENDING_BYTES_MAX {
            self.write()?;
        }
        Ok(offset)
    }

    /// Hands pending bytes to the disk and keeps zeros ahead of them.
    fn write(&mut self) -> Result<(), DiskError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.file.write_at(self.written, &self.pending)?;
        self.written = self.end;
        self.pending.clear();
        self.pending.shrink_to(PENDING_BYTES_MAX);
        if self.zeroed_to < self.end {
            let target = (self.end + self.zero_ahead_bytes).next_multiple_of(PAGE_BYTES);
            self.file.zero_fill(self.end, target - self.end)?;
            self.zeroed_to = target;
        }
        Ok(())
    }

    /// Makes every record so far durable. Must not be called again after it failed.
    pub(super) fn sync(&mut self) -> Result<(), DiskError> {
        self.write()?;
        if self.synced_to < self.end {
            self.file.sync()?;
            self.synced_to = self.end;
        }
        Ok(())
    }

    /// The bytes of the record at `offset`, written or still pending.
    pub(super) fn read(&self, offset: u64, payload_bytes: usize) -> Result<Vec<u8>, DiskError> {
        let length = RECORD_HEADER_BYTES + payload_bytes;
        let Some(start) = offset.checked_sub(self.written) else {
            return self.file.read_vec(offset, length);
        };
        let start = start as usize;
        Ok(self
            .pending
            .get(start..start + length)
            .unwrap_or_default()
            .to_vec())
    }
}
