//! A group of one in memory: what is proposed is committed with the next poll.

use super::{
    BarrierId, Consensus, ConsensusError, ConsensusEvent, ConsensusStatus, MemberId, ProposalId,
    ProposeError,
};
use crate::seam::log_store::{LogPosition, MAX_ENTRY_BYTES, Term};
use crate::units::Index;

/// The only member's number.
const SELF: MemberId = MemberId(1);

/// Consensus with oneself, forgotten with the process: for embedding and tests.
///
/// ```
/// use nomad_core::seam::consensus::{Consensus, ConsensusEvent, Loopback};
///
/// let mut group = Loopback::new();
/// let mut events = Vec::new();
/// let id = group.propose(b"hello".to_vec())?;
/// group.poll(&mut events)?;
/// assert!(matches!(events.first(), Some(ConsensusEvent::Leading { .. })));
/// let answered = |event: &ConsensusEvent| match event {
///     ConsensusEvent::Committed { proposal, .. } => *proposal,
///     _ => None,
/// };
/// assert_eq!(events.iter().find_map(answered), Some(id));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Loopback {
    last: Index,
    snapshot: Index,
    asked: u64,
    led: bool,
    waiting: Vec<ConsensusEvent>,
}

impl Loopback {
    /// A group that has agreed on nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn next_number(&mut self) -> u64 {
        self.asked += 1;
        self.asked
    }
}

impl Consensus for Loopback {
    fn propose(&mut self, data: Vec<u8>) -> Result<ProposalId, ProposeError> {
        if data.is_empty() || data.len() > MAX_ENTRY_BYTES {
            return Err(ProposeError::Size {
                bytes: data.len(),
                limit: MAX_ENTRY_BYTES,
            });
        }
        let id = ProposalId(self.next_number());
        self.last = self.last.next();
        let position = LogPosition {
            index: self.last,
            term: Term(1),
        };
        self.waiting.push(ConsensusEvent::Committed {
            position,
            data,
            proposal: Some(id),
        });
        Ok(id)
    }

    fn read_barrier(&mut self) -> Result<BarrierId, ProposeError> {
        let id = BarrierId(self.next_number());
        self.waiting.push(ConsensusEvent::Readable(id));
        Ok(id)
    }

    fn tick(&mut self) {}

    fn poll(&mut self, events: &mut Vec<ConsensusEvent>) -> Result<(), ConsensusError> {
        if !self.led {
            self.led = true;
            events.push(ConsensusEvent::Leading { term: Term(1) });
        }
        events.append(&mut self.waiting);
        Ok(())
    }

    fn take_snapshot(&mut self, index: Index, _data: Vec<u8>) -> Result<(), ConsensusError> {
        if index < self.snapshot || index > self.last {
            let (first, last) = (self.snapshot, self.last);
            return Err(ConsensusError::SnapshotRange { index, first, last });
        }
        self.snapshot = index;
        Ok(())
    }

    fn status(&self) -> ConsensusStatus {
        ConsensusStatus {
            term: Term(1),
            leader: Some(SELF),
            is_leading: self.led,
            last: self.last,
            committed: self.last,
            snapshot: self.snapshot,
        }
    }
}
