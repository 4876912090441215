//! [`Node`]: one member of the group, over its log and its snapshots.
//!
//! In: proposals, barriers, messages of peers, ticks. Out, by `poll`: events in the order of the
//! log, and messages for peers. Always true: an entry is handed over only when it is durable here
//! and committed; one `poll` syncs the disk once for everything proposed before it.

use std::collections::VecDeque;

use nomad_core::seam::consensus::{
    BarrierId, Consensus, ConsensusError, ConsensusEvent, ConsensusStatus, MemberId, ProposalId,
    ProposeError,
};
use nomad_core::seam::log_store::{EntryKind, LogEntry, LogStore, MAX_ENTRY_BYTES, Term};
use nomad_core::seam::snapshot_store::{Members, Snapshot, SnapshotStore};
use nomad_core::units::Index;
use raft::{RawNode, Ready, SoftState, StateRole, eraftpb};

use super::config::NodeConfig;
use super::convert::{entry_from_raft, hard_state_from_raft, snapshot_from_raft};
use super::frame::{FrameError, Outgoing, decode, encode};
use super::guard::guarded;
use super::open::{OpenError, Recovered, recover};
use super::storage::Storage;

/// A proposal of this process that is not settled yet.
#[derive(Debug, Clone, Copy)]
struct Outstanding {
    id: ProposalId,
    index: Index,
    term: Term,
}

/// A member of the group.
pub struct Node<L: LogStore, S: SnapshotStore> {
    raw: RawNode<Storage<L, S>>,
    id: MemberId,
    trailing_entries: u64,
    members: Members,
    /// Proposals in ascending order of index.
    outstanding: VecDeque<Outstanding>,
    /// Barriers that wait for an entry to be handed over.
    barriers: Vec<(Index, BarrierId)>,
    asked: u64,
    handed_over: Index,
    /// True from this member's first committed entry as a leader on.
    is_leading: bool,
    outgoing: Vec<Outgoing>,
    stopped: bool,
}

impl<L: LogStore, S: SnapshotStore> Node<L, S> {
    /// Opens a member: finds its state in `log` and `snapshots`, or founds the group there. A
    /// group of one has a leader with the first `poll`.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(config: &NodeConfig, log: L, snapshots: S) -> Result<(Self, Recovered), OpenError> {
        let (storage, recovered) = recover(config, log, snapshots)?;
        let applied = recovered.snapshot.position.index;
        let protocol = config.protocol(applied.0);
        let silent = slog::Logger::root(slog::Discard, slog::o!());
        let raw = guarded(|| RawNode::new(&protocol, storage, &silent))?;
        let mut node = Self {
            raw: raw.map_err(|error| OpenError::Protocol(protocol_error(&error)))?,
            id: config.id,
            trailing_entries: config.trailing_entries,
            members: recovered.snapshot.members.clone(),
            outstanding: VecDeque::new(),
            barriers: Vec::new(),
            asked: 0,
            handed_over: applied,
            is_leading: false,
            outgoing: Vec::new(),
            stopped: false,
        };
        if node.members == Members::voting(vec![config.id.0]) {
            // Nobody else could lead: no need to wait for an election time to pass.
            node.run(|node| node.raw.campaign().map_err(|error| protocol_error(&error)))?;
        }
        Ok((node, recovered))
    }

    /// Takes a message of another member.
    ///
    /// # Errors
    /// See [`FrameError`]; the message has no effect then.
    pub fn step(&mut self, frame: &[u8]) -> Result<(), FrameError> {
        let message = decode(frame, self.id)?;
        // Refused messages (of a removed member, say) are part of the protocol's life.
        let stepped = self.run(|node| {
            let _ = node.raw.step(message);
            Ok(())
        });
        stepped.map_err(|_| FrameError::Stopped)
    }

    /// Takes the messages that are to be sent. Everything in them is durable here.
    pub fn take_outgoing(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.outgoing)
    }

    /// Runs a step of the protocol; after an error the member has stopped for good.
    fn run<T>(
        &mut self,
        perform: impl FnOnce(&mut Self) -> Result<T, ConsensusError>,
    ) -> Result<T, ConsensusError> {
        if self.stopped {
            return Err(ConsensusError::Stopped);
        }
        let done = guarded(|| perform(self)).and_then(|done| done);
        done.map_err(|error| {
            self.stopped = true;
            // A failed read shows as a panic of the protocol; its cause says more.
            self.raw.store().failure.take().unwrap_or(error)
        })
    }

    fn next_number(&mut self) -> u64 {
        self.asked += 1;
        self.asked
    }

    fn leader(&self) -> Option<MemberId> {
        Some(self.raw.raft.leader_id)
            .filter(|id| *id != raft::INVALID_ID)
            .map(MemberId)
    }

    fn is_leader(&self) -> bool {
        self.raw.raft.state == StateRole::Leader
    }

    fn term(&self) -> Term {
        Term(self.raw.raft.term)
    }

    fn process(&mut self, events: &mut Vec<ConsensusEvent>) -> Result<(), ConsensusError> {
        while self.raw.has_ready() {
            let mut ready = self.raw.ready();
            self.note_role(ready.ss(), events);
            self.send(ready.take_messages())?;
            if !ready.snapshot().is_empty() {
                self.install(snapshot_from_raft(ready.snapshot()), events)?;
            }
            self.hand_over(ready.take_committed_entries(), events)?;
            self.persist(&mut ready)?;
            self.send(ready.take_persisted_messages())?;
            self.note_barriers(&mut ready);
            let mut light = self.raw.advance_append(ready);
            if light.commit_index().is_some() {
                // Not needed for safety, so it rides along with the next sync.
                let state = hard_state_from_raft(&self.raw.raft.hard_state());
                self.raw.mut_store().log.save_hard_state(state)?;
            }
            self.send(light.take_messages())?;
            self.hand_over(light.take_committed_entries(), events)?;
            self.raw.advance_apply_to(self.handed_over.0);
            self.answer_barriers(events);
        }
        Ok(())
    }

    fn note_role(&mut self, change: Option<&SoftState>, events: &mut Vec<ConsensusEvent>) {
        let Some(change) = change else { return };
        if change.raft_state == StateRole::Leader {
            return;
        }
        self.is_leading = false;
        self.barriers.clear();
        events.push(ConsensusEvent::Following {
            term: self.term(),
            leader: self.leader(),
        });
    }

    fn persist(&mut self, ready: &mut Ready) -> Result<(), ConsensusError> {
        let must_sync = ready.must_sync();
        let entries: Vec<LogEntry> = ready
            .take_entries()
            .into_iter()
            .map(entry_from_raft)
            .collect();
        let state = ready.hs().map(hard_state_from_raft);
        let store = self.raw.mut_store();
        store.append(&entries)?;
        if let Some(state) = state {
            store.log.save_hard_state(state)?;
        }
        if must_sync {
            store.log.sync()?;
        }
        Ok(())
    }

    fn send(&mut self, messages: Vec<eraftpb::Message>) -> Result<(), ConsensusError> {
        for message in messages {
            let encoded = encode(message);
            self.outgoing
                .push(encoded.map_err(|error| protocol_error(&error))?);
        }
        Ok(())
    }

    fn install(
        &mut self,
        snapshot: Snapshot,
        events: &mut Vec<ConsensusEvent>,
    ) -> Result<(), ConsensusError> {
        self.raw.mut_store().install(&snapshot)?;
        self.members = snapshot.members.clone();
        self.handed_over = snapshot.position.index;
        while let Some(proposal) = self
            .outstanding
            .pop_front_if(|proposal| proposal.index <= snapshot.position.index)
        {
            events.push(ConsensusEvent::Uncertain(proposal.id));
        }
        events.push(ConsensusEvent::Install(snapshot));
        Ok(())
    }

    fn hand_over(
        &mut self,
        entries: Vec<eraftpb::Entry>,
        events: &mut Vec<ConsensusEvent>,
    ) -> Result<(), ConsensusError> {
        for entry in entries {
            let LogEntry {
                position,
                kind,
                data,
            } = entry_from_raft(entry);
            let proposal = self.settle(position.index, position.term, events);
            self.handed_over = position.index;
            if kind == EntryKind::Membership {
                let what = format!(
                    "entry {} changes the members, which this version cannot",
                    position.index
                );
                return Err(ConsensusError::Protocol { what });
            }
            if !data.is_empty() {
                events.push(ConsensusEvent::Committed {
                    position,
                    data,
                    proposal,
                });
            } else if self.is_leader() && position.term == self.term() {
                // The first entry of a leader is empty; everything before it has been handed over.
                self.is_leading = true;
                events.push(ConsensusEvent::Leading {
                    term: position.term,
                });
            }
        }
        Ok(())
    }

    /// The proposal that the entry at `index` answers. Those it has overruled are dropped.
    fn settle(
        &mut self,
        index: Index,
        term: Term,
        events: &mut Vec<ConsensusEvent>,
    ) -> Option<ProposalId> {
        while let Some(proposal) = self
            .outstanding
            .pop_front_if(|proposal| proposal.index <= index)
        {
            if proposal.index == index && proposal.term == term {
                return Some(proposal.id);
            }
            events.push(ConsensusEvent::Dropped(proposal.id));
        }
        None
    }

    fn note_barriers(&mut self, ready: &mut Ready) {
        for state in ready.take_read_states() {
            let number = state
                .request_ctx
                .first_chunk::<8>()
                .map(|chunk| u64::from_le_bytes(*chunk));
            self.barriers
                .extend(number.map(|number| (Index(state.index), BarrierId(number))));
        }
    }

    fn answer_barriers(&mut self, events: &mut Vec<ConsensusEvent>) {
        let reached = self.handed_over;
        let answered = self.barriers.extract_if(.., |(index, _)| *index <= reached);
        events.extend(answered.map(|(_, id)| ConsensusEvent::Readable(id)));
    }
}

impl<L: LogStore, S: SnapshotStore> Consensus for Node<L, S> {
    fn propose(&mut self, data: Vec<u8>) -> Result<ProposalId, ProposeError> {
        let bytes = data.len();
        if bytes == 0 || bytes > MAX_ENTRY_BYTES {
            return Err(ProposeError::Size {
                bytes,
                limit: MAX_ENTRY_BYTES,
            });
        }
        if self.stopped {
            return Err(ProposeError::Stopped);
        }
        if !self.is_leader() {
            return Err(ProposeError::NotLeader {
                leader: self.leader(),
            });
        }
        let proposed = self.run(|node| Ok(node.raw.propose(Vec::new(), data)));
        proposed
            .map_err(|_| ProposeError::Stopped)?
            .map_err(|_| ProposeError::Busy)?;
        let id = ProposalId(self.next_number());
        let index = Index(self.raw.raft.raft_log.last_index());
        self.outstanding.push_back(Outstanding {
            id,
            index,
            term: self.term(),
        });
        Ok(id)
    }

    fn read_barrier(&mut self) -> Result<BarrierId, ProposeError> {
        if !self.is_leading {
            return Err(ProposeError::NotLeader {
                leader: self.leader(),
            });
        }
        let number = self.next_number();
        let asked = self.run(|node| {
            node.raw.read_index(number.to_le_bytes().to_vec());
            Ok(())
        });
        asked
            .map(|()| BarrierId(number))
            .map_err(|_| ProposeError::Stopped)
    }

    fn tick(&mut self) {
        // A member that has stopped says so at the next poll.
        let _ = self.run(|node| Ok(node.raw.tick()));
    }

    fn poll(&mut self, events: &mut Vec<ConsensusEvent>) -> Result<(), ConsensusError> {
        self.run(|node| node.process(events))
    }

    fn take_snapshot(&mut self, index: Index, data: Vec<u8>) -> Result<(), ConsensusError> {
        let (first, last) = (self.raw.store().latest.position.index, self.handed_over);
        let term = self.raw.store().log.term(index);
        let Some(term) = term.filter(|_| (first..=last).contains(&index)) else {
            return Err(ConsensusError::SnapshotRange { index, first, last });
        };
        let position = nomad_core::seam::log_store::LogPosition { index, term };
        let snapshot = Snapshot {
            position,
            members: self.members.clone(),
            data,
        };
        let fold_to = Index(index.0.saturating_sub(self.trailing_entries));
        self.run(|node| {
            let store = node.raw.mut_store();
            store.keep(&snapshot)?;
            Ok(store.fold(fold_to)?)
        })
    }

    fn status(&self) -> ConsensusStatus {
        ConsensusStatus {
            term: self.term(),
            leader: self.leader(),
            is_leading: self.is_leading,
            last: Index(self.raw.raft.raft_log.last_index()),
            committed: Index(self.raw.raft.raft_log.committed),
            snapshot: self.raw.store().latest.position.index,
        }
    }
}

fn protocol_error(error: &dyn std::error::Error) -> ConsensusError {
    ConsensusError::Protocol {
        what: error.to_string(),
    }
}
