//! Where each entry lies: the log's index in memory, 40 bytes per entry.

use nomad_core::units::Index;
use std::collections::VecDeque;

use nomad_core::seam::log_store::{EntryKind, LogPosition, Term};

/// Where an entry lies and what is asked for most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) segment: u64,
    pub(super) offset: u32,
    pub(super) payload_bytes: u32,
    pub(super) term: Term,
    pub(super) kind: EntryKind,
}

/// The entries `first ..` behind `base`, without a gap.
#[derive(Debug, Default)]
pub(super) struct Table {
    base: LogPosition,
    /// Index of the front place. While segments are read after older ones were deleted, it may
    /// lie behind `base + 1`; [`Table::is_complete`] says when it must not.
    first: u64,
    places: VecDeque<Place>,
}

impl Table {
    pub(super) fn base(&self) -> LogPosition {
        self.base
    }

    pub(super) fn last(&self) -> LogPosition {
        self.places.back().map_or(self.base, |place| LogPosition {
            index: Index(self.first + self.places.len() as u64 - 1),
            term: place.term,
        })
    }

    pub(super) fn get(&self, index: Index) -> Option<&Place> {
        let slot = index.0.checked_sub(self.first)?;
        self.places.get(usize::try_from(slot).ok()?)
    }

    pub(super) fn term(&self, index: Index) -> Option<Term> {
        if index == self.base.index {
            return Some(self.base.term);
        }
        self.get(index).map(|place| place.term)
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Sequence of the oldest segment that still holds an entry.
    pub(super) fn first_segment(&self) -> Option<u64> {
        self.places.front().map(|place| place.segment)
    }

    /// Adds an entry; false if it does not follow the last one.
    pub(super) fn push(&mut self, index: Index, place: Place) -> bool {
        if self.places.is_empty() {
            self.first = index.0;
        } else if index != self.last().index.next() {
            return false;
        }
        self.places.push_back(place);
        true
    }

    pub(super) fn truncate_from(&mut self, index: Index) {
        let kept = index.0.saturating_sub(self.first);
        self.places
            .truncate(usize::try_from(kept).unwrap_or(usize::MAX));
    }

    /// Folds entries up to `base` away; later ones stay.
    pub(super) fn set_base(&mut self, base: LogPosition) {
        self.base = base;
        let gone = base.index.next().0.saturating_sub(self.first);
        let gone = usize::try_from(gone)
            .unwrap_or(usize::MAX)
            .min(self.places.len());
        self.places.drain(..gone);
        self.first += gone as u64;
    }

    /// As [`Table::set_base`], and no entry stays.
    pub(super) fn reset(&mut self, base: LogPosition) {
        self.base = base;
        self.places.clear();
    }

    /// True if no entry between base and the first is missing.
    pub(super) fn is_complete(&self) -> bool {
        self.places.is_empty() || self.first == self.base.index.next().0
    }
}
