//! The clock of a simulated world, and the queue of what will happen in it.

use std::collections::BTreeMap;

use crate::units::{Span, Timestamp};

/// What will happen, ordered by time and then by the order in which it was announced.
#[derive(Debug)]
pub struct World<E> {
    now: Timestamp,
    last: u64,
    queue: BTreeMap<(Timestamp, u64), E>,
}

impl<E> World<E> {
    /// A world without a future.
    #[must_use]
    pub fn starting(now: Timestamp) -> Self {
        Self {
            now,
            last: 0,
            queue: BTreeMap::new(),
        }
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Announces an event after `span` (none or less: now, after what was announced for now).
    pub fn after(&mut self, span: Span, event: E) {
        self.at(self.now.plus(span), event);
    }

    /// Announces an event; what lies in the past happens now.
    pub fn at(&mut self, at: Timestamp, event: E) {
        self.last += 1;
        self.queue.insert((at.max(self.now), self.last), event);
    }

    /// Goes on to the next event, if it happens until `end`; else to `end`.
    pub fn step(&mut self, end: Timestamp) -> Option<E> {
        let next = self.queue.first_key_value().map(|((at, _), _)| *at);
        if next.is_none_or(|at| at > end) {
            self.now = self.now.max(end);
            return None;
        }
        let ((at, _), event) = self.queue.pop_first()?;
        self.now = at;
        Some(event)
    }

    /// How much is announced.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// True when nothing will ever happen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_happen_by_time_then_by_announcement() {
        let mut world = World::starting(Timestamp(0));
        world.at(Timestamp(5), 'c');
        world.at(Timestamp(3), 'a');
        world.at(Timestamp(3), 'b');
        let end = Timestamp(4);
        assert_eq!((world.step(end), world.step(end)), (Some('a'), Some('b')));
        assert_eq!((world.step(end), world.now()), (None, end));
        world.at(Timestamp(1), 'd');
        assert_eq!((world.step(Timestamp(9)), world.now()), (Some('d'), end));
    }
}
