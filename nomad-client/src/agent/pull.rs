//! Asking what should run here (spec/client 2.6).

use nomad_core::id::AllocId;
use nomad_core::units::{Index, Span, Timestamp};
use nomad_core::wire::node::{Assignment, NodeAnswer, NodeCall, Refusal};

use super::lane::{CallId, Calls, Lane};
use super::{CallFailure, Turn};

/// Pause after an answer that is older than what was seen.
const OLD_PAUSE: Span = Span::from_secs(1);
/// Pause after an answer for everything that lacked something.
const MISSING_PAUSE: Span = Span::from_secs(2);

/// What an answer means for the machine.
#[derive(Debug)]
pub(super) enum Pulled {
    /// Nothing.
    Nothing,
    /// The node must register first.
    RegisterAgain,
    /// What should run, and the bodies of what changed.
    Assigned {
        all: Vec<(AllocId, Index)>,
        changed: Vec<Assignment>,
    },
}

/// The question for allocations.
#[derive(Debug)]
pub(super) struct Pull {
    calls: Calls,
    seen: Index,
    /// The last question was for everything.
    asked_all: bool,
    contacted: bool,
}

impl Pull {
    pub(super) fn new(now: Timestamp) -> Self {
        let mut calls = Calls::new(Lane::Pull);
        calls.due = Some(now);
        Self {
            calls,
            seen: Index(0),
            asked_all: false,
            contacted: false,
        }
    }

    /// A server has answered once in this life.
    pub(super) fn contacted(&self) -> bool {
        self.contacted
    }

    /// A body is missing: the next answer must carry all of them.
    pub(super) fn ask_for_all(&mut self, now: Timestamp) {
        if self.asked_all {
            self.calls.due = Some(now.plus(MISSING_PAUSE));
        }
        self.seen = Index(0);
    }

    pub(super) fn pump(&mut self, registered: bool, turn: &mut Turn<'_>) {
        if self.calls.take_overdue(turn.now) {
            self.calls.failed(turn);
        }
        if registered && self.calls.is_due(turn.now) {
            let wait = turn.config.pull_wait;
            let seen = self.seen;
            self.asked_all = seen == Index(0);
            self.calls
                .send(NodeCall::PullAllocs { seen, wait }, wait, turn);
        }
    }

    pub(super) fn answered(
        &mut self,
        id: CallId,
        result: Result<NodeAnswer, CallFailure>,
        turn: &mut Turn<'_>,
    ) -> Pulled {
        if !self.calls.take(id) {
            return Pulled::Nothing;
        }
        match result {
            Ok(answer) => self.assigned(answer, turn),
            Err(CallFailure::Refused(Refusal::UnknownNode { .. })) => {
                self.calls.failed(turn);
                Pulled::RegisterAgain
            }
            Err(_) => {
                self.calls.failed(turn);
                Pulled::Nothing
            }
        }
    }

    /// An index never goes backwards: an older answer (a server that lags, or was restored) must not
    /// stop anything (reliability F4).
    fn assigned(&mut self, answer: NodeAnswer, turn: &mut Turn<'_>) -> Pulled {
        let NodeAnswer::Assigned {
            index,
            all,
            changed,
        } = answer
        else {
            self.calls.failed(turn);
            return Pulled::Nothing;
        };
        self.calls.succeeded();
        if index < self.seen {
            self.calls.due = Some(turn.now.plus(OLD_PAUSE));
            return Pulled::Nothing;
        }
        self.calls.due = Some(turn.now);
        self.seen = index;
        self.contacted = true;
        Pulled::Assigned { all, changed }
    }

    pub(super) fn next_wakeup(&self, registered: bool) -> Option<Timestamp> {
        self.calls.next_wakeup().filter(|_| registered)
    }
}
