//! Between the core's types and those of the `raft` crate.

use nomad_core::seam::log_store::{EntryKind, HardState, LogEntry, LogPosition, Term};
use nomad_core::seam::snapshot_store::{Members, Snapshot};
use nomad_core::units::Index;
use raft::eraftpb;

pub(super) fn entry_from_raft(entry: eraftpb::Entry) -> LogEntry {
    let kind = match entry.entry_type {
        eraftpb::EntryType::EntryNormal => EntryKind::Command,
        eraftpb::EntryType::EntryConfChange | eraftpb::EntryType::EntryConfChangeV2 => {
            EntryKind::Membership
        }
    };
    let position = LogPosition::new(entry.index, entry.term);
    LogEntry {
        position,
        kind,
        data: entry.data.to_vec(),
    }
}

pub(super) fn entry_to_raft(entry: LogEntry) -> eraftpb::Entry {
    let entry_type = match entry.kind {
        EntryKind::Command => eraftpb::EntryType::EntryNormal,
        EntryKind::Membership => eraftpb::EntryType::EntryConfChangeV2,
    };
    eraftpb::Entry {
        entry_type,
        index: entry.position.index.0,
        term: entry.position.term.0,
        data: entry.data.into(),
        ..eraftpb::Entry::default()
    }
}

pub(super) fn hard_state_from_raft(state: &eraftpb::HardState) -> HardState {
    HardState {
        term: Term(state.term),
        vote: state.vote,
        commit: Index(state.commit),
    }
}

pub(super) fn hard_state_to_raft(state: HardState) -> eraftpb::HardState {
    eraftpb::HardState {
        term: state.term.0,
        vote: state.vote,
        commit: state.commit.0,
        ..eraftpb::HardState::default()
    }
}

pub(super) fn members_from_raft(state: &eraftpb::ConfState) -> Members {
    Members {
        voters: state.voters.clone(),
        learners: state.learners.clone(),
        outgoing_voters: state.voters_outgoing.clone(),
        next_learners: state.learners_next.clone(),
        leaves_automatically: state.auto_leave,
    }
}

pub(super) fn members_to_raft(members: &Members) -> eraftpb::ConfState {
    eraftpb::ConfState {
        voters: members.voters.clone(),
        learners: members.learners.clone(),
        voters_outgoing: members.outgoing_voters.clone(),
        learners_next: members.next_learners.clone(),
        auto_leave: members.leaves_automatically,
        ..eraftpb::ConfState::default()
    }
}

pub(super) fn snapshot_from_raft(snapshot: &eraftpb::Snapshot) -> Snapshot {
    let metadata = snapshot.get_metadata();
    Snapshot {
        position: LogPosition::new(metadata.index, metadata.term),
        members: members_from_raft(metadata.get_conf_state()),
        data: snapshot.data.to_vec(),
    }
}

pub(super) fn snapshot_to_raft(snapshot: Snapshot) -> eraftpb::Snapshot {
    let mut converted = eraftpb::Snapshot::default();
    let metadata = converted.mut_metadata();
    metadata.index = snapshot.position.index.0;
    metadata.term = snapshot.position.term.0;
    metadata.set_conf_state(members_to_raft(&snapshot.members));
    converted.data = snapshot.data.into();
    converted
}
