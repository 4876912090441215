//! One simulated file: what the cache shows, what the platter has, and the sectors between.

use std::collections::BTreeSet;

use crate::seed::Seed;

/// Unit that a device writes as a whole, or tears.
pub(super) const SECTOR_BYTES: u64 = 512;

#[derive(Debug, Default)]
pub(super) struct Inode {
    /// What readers see.
    live: Vec<u8>,
    /// What survives a crash for certain.
    durable: Vec<u8>,
    /// Sectors that differ or may differ, in ascending order.
    dirty: BTreeSet<u64>,
}

impl Inode {
    pub(super) fn size(&self) -> u64 {
        self.live.len() as u64
    }

    pub(super) fn read(&self, offset: u64, buffer: &mut [u8]) -> usize {
        let start = (offset as usize).min(self.live.len());
        let end = start.saturating_add(buffer.len()).min(self.live.len());
        let count = end - start;
        if let (Some(from), Some(to)) = (self.live.get(start..end), buffer.get_mut(..count)) {
            to.copy_from_slice(from);
        }
        count
    }

    pub(super) fn write(&mut self, offset: u64, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let end = offset + bytes.len() as u64;
        self.dirty
            .extend(offset.min(self.size()) / SECTOR_BYTES..=(end - 1) / SECTOR_BYTES);
        overwrite(&mut self.live, offset as usize, bytes);
    }

    pub(super) fn truncate(&mut self, length: u64) {
        let (low, high) = (self.size().min(length), self.size().max(length));
        if high > low {
            self.dirty
                .extend(low / SECTOR_BYTES..=(high - 1) / SECTOR_BYTES);
        }
        self.live.resize(length as usize, 0);
    }

    pub(super) fn sync(&mut self) {
        for sector in std::mem::take(&mut self.dirty) {
            let bytes = sector_of(&self.live, sector).to_vec();
            overwrite(&mut self.durable, (sector * SECTOR_BYTES) as usize, &bytes);
        }
        self.durable.resize(self.live.len(), 0);
    }

    /// The pages of a failed sync: readers still see them, but nothing will write them any more.
    pub(super) fn forget_dirty(&mut self) {
        self.dirty.clear();
    }

    pub(super) fn flip_bit(&mut self, offset: u64, bit: u8) -> bool {
        let mask = 1 << (bit % 8);
        for bytes in [&mut self.live, &mut self.durable] {
            match bytes.get_mut(offset as usize) {
                Some(byte) => *byte ^= mask,
                None => return false,
            }
        }
        true
    }

    /// Keeps the durable bytes and, by chance, some of the dirty sectors.
    pub(super) fn crash(&mut self, random: &mut Seed) {
        let dirty: Vec<u64> = std::mem::take(&mut self.dirty).into_iter().collect();
        let kept: Vec<u64> = match random.below(4) {
            0 => Vec::new(),
            1 => dirty.clone(),
            2 => {
                let count = random.below(dirty.len() as u64 + 1) as usize;
                dirty.iter().copied().take(count).collect()
            }
            _ => dirty
                .iter()
                .copied()
                .filter(|_| random.chance(1, 2))
                .collect(),
        };
        let torn = dirty.iter().copied().find(|sector| !kept.contains(sector));
        let length = self.length_after_crash(&kept, dirty.len(), random);
        let mut platter = self.durable.clone();
        for sector in &kept {
            overwrite(
                &mut platter,
                (sector * SECTOR_BYTES) as usize,
                sector_of(&self.live, *sector),
            );
        }
        if let (Some(sector), true) = (torn, random.chance(1, 2)) {
            let bytes = sector_of(&self.live, sector);
            let count = random.below(bytes.len() as u64 + 1) as usize;
            let part = bytes.get(..count).unwrap_or_default();
            overwrite(&mut platter, (sector * SECTOR_BYTES) as usize, part);
        }
        platter.resize(length, 0);
        self.live.clone_from(&platter);
        self.durable = platter;
    }

    fn length_after_crash(&self, kept: &[u64], dirty: usize, random: &mut Seed) -> usize {
        let (live, durable) = (self.live.len(), self.durable.len());
        if kept.len() == dirty || live < durable {
            return if kept.len() == dirty && random.chance(1, 2) {
                live
            } else {
                live.max(durable)
            };
        }
        let reach = kept
            .last()
            .map_or(0, |sector| ((sector + 1) * SECTOR_BYTES) as usize);
        reach.min(live).max(durable)
    }
}

fn sector_of(bytes: &[u8], sector: u64) -> &[u8] {
    let start = ((sector * SECTOR_BYTES) as usize).min(bytes.len());
    let end = (start + SECTOR_BYTES as usize).min(bytes.len());
    bytes.get(start..end).unwrap_or_default()
}

fn overwrite(target: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if target.len() < end {
        target.resize(end, 0);
    }
    if let Some(place) = target.get_mut(offset..end) {
        place.copy_from_slice(bytes);
    }
}
