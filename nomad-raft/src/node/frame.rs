//! Messages between the members of a group, as bytes: MessagePack of the fields by name.
//!
//! A coding of our own keeps the `raft` crate's protobuf parser off the network.

use nomad_core::seam::consensus::MemberId;
use nomad_core::seam::log_store::{EntryKind, LogEntry, LogPosition, Term};
use nomad_core::seam::snapshot_store::{Members, Snapshot};
use raft::eraftpb::{Message, MessageType};
use serde::{Deserialize, Serialize};

use super::convert::{entry_from_raft, entry_to_raft, snapshot_from_raft, snapshot_to_raft};
use crate::blob::Blob;

/// A message to another member. Sending it is a matter of trying: the protocol repeats itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// To whom.
    pub to: MemberId,
    /// The bytes for [`super::Node::step`] there.
    pub frame: Vec<u8>,
}

/// Why bytes are not a message. The text completes "could not ...".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// They cannot be decoded.
    #[error("read a message of another server: {0}")]
    Undecodable(#[from] rmp_serde::decode::Error),
    /// The kind is unknown, or never travels.
    #[error("read a message of another server: it has the unknown kind {0}")]
    Kind(u8),
    /// It is for another member.
    #[error("take a message: it is for server {to}, this is {here}", to = to.0, here = here.0)]
    Misdirected {
        /// The addressee.
        to: MemberId,
        /// This member.
        here: MemberId,
    },
    /// Consensus has stopped here.
    #[error("take a message: this server has stopped taking part in consensus")]
    Stopped,
}

/// Kinds that travel. Kinds that a member sends to itself are missing on purpose.
const KINDS: [MessageType; 14] = [
    MessageType::MsgPropose,
    MessageType::MsgAppend,
    MessageType::MsgAppendResponse,
    MessageType::MsgRequestVote,
    MessageType::MsgRequestVoteResponse,
    MessageType::MsgSnapshot,
    MessageType::MsgHeartbeat,
    MessageType::MsgHeartbeatResponse,
    MessageType::MsgTransferLeader,
    MessageType::MsgTimeoutNow,
    MessageType::MsgReadIndex,
    MessageType::MsgReadIndexResp,
    MessageType::MsgRequestPreVote,
    MessageType::MsgRequestPreVoteResponse,
];

#[derive(Serialize, Deserialize)]
struct Frame {
    kind: u8,
    to: u64,
    from: u64,
    term: u64,
    log_term: u64,
    index: u64,
    entries: Vec<EntryFrame>,
    commit: u64,
    commit_term: u64,
    snapshot: Option<SnapshotFrame>,
    request_snapshot: u64,
    reject: bool,
    reject_hint: u64,
    context: Blob,
    priority: i64,
}

#[derive(Serialize, Deserialize)]
struct EntryFrame {
    index: u64,
    term: u64,
    membership: bool,
    data: Blob,
    /// A barrier in a [`MessageType::MsgReadIndex`] has neither index nor term.
    context: Blob,
}

#[derive(Serialize, Deserialize)]
struct SnapshotFrame {
    index: u64,
    term: u64,
    voters: Vec<u64>,
    learners: Vec<u64>,
    outgoing_voters: Vec<u64>,
    next_learners: Vec<u64>,
    leaves_automatically: bool,
    data: Blob,
}

/// The bytes of a message.
pub(super) fn encode(message: Message) -> Result<Outgoing, rmp_serde::encode::Error> {
    let frame = Frame {
        kind: message.msg_type as u8,
        to: message.to,
        from: message.from,
        term: message.term,
        log_term: message.log_term,
        index: message.index,
        commit: message.commit,
        commit_term: message.commit_term,
        snapshot: message
            .snapshot
            .as_ref()
            .map(|it| SnapshotFrame::of(snapshot_from_raft(it))),
        request_snapshot: message.request_snapshot,
        reject: message.reject,
        reject_hint: message.reject_hint,
        context: Blob(message.context.to_vec()),
        priority: message.priority,
        entries: message.entries.into_iter().map(EntryFrame::of).collect(),
    };
    let bytes = rmp_serde::to_vec_named(&frame)?;
    Ok(Outgoing {
        to: MemberId(frame.to),
        frame: bytes,
    })
}

/// The message in bytes.
pub(super) fn decode(bytes: &[u8], here: MemberId) -> Result<Message, FrameError> {
    let frame: Frame = rmp_serde::from_slice(bytes)?;
    let to = MemberId(frame.to);
    if to != here {
        return Err(FrameError::Misdirected { to, here });
    }
    let kind = KINDS.into_iter().find(|kind| *kind as u8 == frame.kind);
    let entries: Vec<_> = frame
        .entries
        .into_iter()
        .map(EntryFrame::into_raft)
        .collect();
    let mut message = Message {
        msg_type: kind.ok_or(FrameError::Kind(frame.kind))?,
        to: frame.to,
        from: frame.from,
        term: frame.term,
        log_term: frame.log_term,
        index: frame.index,
        entries: entries.into(),
        commit: frame.commit,
        commit_term: frame.commit_term,
        request_snapshot: frame.request_snapshot,
        reject: frame.reject,
        reject_hint: frame.reject_hint,
        context: frame.context.0.into(),
        priority: frame.priority,
        ..Message::default()
    };
    if let Some(snapshot) = frame.snapshot {
        message.set_snapshot(snapshot_to_raft(snapshot.into_core()));
    }
    Ok(message)
}

impl EntryFrame {
    fn of(entry: raft::eraftpb::Entry) -> Self {
        let context = Blob(entry.context.to_vec());
        let LogEntry {
            position,
            kind,
            data,
        } = entry_from_raft(entry);
        let membership = kind == EntryKind::Membership;
        let LogPosition {
            index,
            term: Term(term),
        } = position;
        Self {
            index: index.0,
            term,
            membership,
            data: Blob(data),
            context,
        }
    }

    fn into_raft(self) -> raft::eraftpb::Entry {
        let kind = if self.membership {
            EntryKind::Membership
        } else {
            EntryKind::Command
        };
        let position = LogPosition::new(self.index, self.term);
        let mut entry = entry_to_raft(LogEntry {
            position,
            kind,
            data: self.data.0,
        });
        entry.context = self.context.0.into();
        entry
    }
}

impl SnapshotFrame {
    fn of(snapshot: Snapshot) -> Self {
        let Snapshot {
            position,
            members,
            data,
        } = snapshot;
        Self {
            index: position.index.0,
            term: position.term.0,
            voters: members.voters,
            learners: members.learners,
            outgoing_voters: members.outgoing_voters,
            next_learners: members.next_learners,
            leaves_automatically: members.leaves_automatically,
            data: Blob(data),
        }
    }

    fn into_core(self) -> Snapshot {
        let members = Members {
            voters: self.voters,
            learners: self.learners,
            outgoing_voters: self.outgoing_voters,
            next_learners: self.next_learners,
            leaves_automatically: self.leaves_automatically,
        };
        Snapshot {
            position: LogPosition::new(self.index, self.term),
            members,
            data: self.data.0,
        }
    }
}
