//! One conversation with the servers: at most one call at a time, retried with growing pauses.

use nomad_core::units::{Span, Timestamp};
use nomad_core::wire::node::NodeCall;

use super::{Effect, Turn};

/// First pause after a failure.
const PAUSE: Span = Span::from_millis(100);
/// Longest pause after failures, before jitter of the same size.
const PAUSE_MAX: Span = Span::from_secs(15);

/// What a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Registration and heartbeats.
    Lease,
    /// What should run here.
    Pull,
    /// How it runs.
    Push,
}

/// Names a call in its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallId {
    /// What it is about.
    pub lane: Lane,
    /// Grows with every call of the lane.
    pub seq: u64,
}

/// State of one lane.
#[derive(Debug)]
pub(super) struct Calls {
    lane: Lane,
    seq: u64,
    /// The answer is due by then.
    in_flight: Option<Timestamp>,
    /// The next call is due then.
    pub(super) due: Option<Timestamp>,
    failures: u32,
}

impl Calls {
    pub(super) fn new(lane: Lane) -> Self {
        Self {
            lane,
            seq: 0,
            in_flight: None,
            due: None,
            failures: 0,
        }
    }

    /// A call may be made now.
    pub(super) fn is_free(&self, now: Timestamp) -> bool {
        self.in_flight.is_none() && self.due.is_none_or(|due| now >= due)
    }

    /// A call is due and may be made now.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.due.is_some() && self.is_free(now)
    }

    pub(super) fn send(&mut self, call: NodeCall, wait: Span, turn: &mut Turn<'_>) {
        self.seq += 1;
        self.due = None;
        let limit = turn.config.answer_within.as_nanos() + wait.as_nanos();
        self.in_flight = Some(turn.now.plus(Span(limit)));
        turn.out.push(Effect::Send {
            id: CallId {
                lane: self.lane,
                seq: self.seq,
            },
            call,
        });
    }

    /// True when this is the answer that is waited for; another is old or came twice.
    pub(super) fn take(&mut self, id: CallId) -> bool {
        let expected = id.seq == self.seq && self.in_flight.is_some();
        if expected {
            self.in_flight = None;
        }
        expected
    }

    /// True once when the answer is overdue: the call counts as failed.
    pub(super) fn take_overdue(&mut self, now: Timestamp) -> bool {
        let overdue = self.in_flight.is_some_and(|limit| now >= limit);
        if overdue {
            self.in_flight = None;
        }
        overdue
    }

    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Sets the next call after a pause that doubles with every failure.
    pub(super) fn failed(&mut self, turn: &mut Turn<'_>) {
        let doubled = PAUSE.times(1i64 << self.failures.min(10));
        let pause = doubled.min(PAUSE_MAX);
        self.failures = self.failures.saturating_add(1);
        let most = u64::try_from(pause.as_nanos()).unwrap_or(0);
        let jitter = i64::try_from(turn.seed.below(most)).unwrap_or(0);
        self.due = Some(turn.now.plus(Span(pause.as_nanos() + jitter)));
    }

    /// By when the call under way must be answered.
    pub(super) fn answer_due(&self) -> Option<Timestamp> {
        self.in_flight
    }

    pub(super) fn next_wakeup(&self) -> Option<Timestamp> {
        self.in_flight.or(self.due)
    }
}
