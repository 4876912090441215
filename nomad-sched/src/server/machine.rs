//! The machine's value and its one door.

use std::collections::BTreeSet;
use std::sync::Arc;

use nomad_core::command::{Command, ENTRY_VERSION, Entry};
use nomad_core::seam::Machine;
use nomad_core::seed::Seed;
use nomad_core::state::{Snapshot, State};
use nomad_core::units::Timestamp;

use super::config::ServerConfig;
use super::input::{Effect, Input, ProposalId};
use super::leadership::Leader;
use super::polls::Polls;
use super::proposals::{Proposals, Waiting};

/// The server machine. See the module's head.
pub struct Server {
    pub(super) config: Arc<ServerConfig>,
    pub(super) state: State,
    pub(super) seed: Seed,
    pub(super) now: Timestamp,
    pub(super) proposals: Proposals,
    pub(super) polls: Polls,
    pub(super) leader: Option<Box<Leader>>,
    pub(super) terms_led: u32,
}

impl Server {
    /// A server that starts from `state`: empty, or restored from a snapshot.
    #[must_use]
    pub fn new(config: ServerConfig, state: State) -> Self {
        Self {
            seed: Seed::new(config.seed),
            config: Arc::new(config),
            state,
            now: Timestamp::ZERO,
            proposals: Proposals::default(),
            polls: Polls::default(),
            leader: None,
            terms_led: 0,
        }
    }

    /// The state as it stands.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// An immutable view of the state as it stands.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.state.snapshot()
    }

    /// True while it leads.
    #[must_use]
    pub fn is_leading(&self) -> bool {
        self.leader.is_some()
    }

    /// Asks for an entry to be put into the log.
    pub(super) fn propose(
        &mut self,
        waiting: Waiting,
        command: Command,
        out: &mut Vec<Effect>,
    ) -> ProposalId {
        let proposal = self.proposals.add(waiting);
        let entry = Box::new(Entry {
            version: ENTRY_VERSION,
            now: self.now,
            command,
        });
        out.push(Effect::Propose { proposal, entry });
        proposal
    }

    fn install(&mut self, state: State, out: &mut Vec<Effect>) {
        self.state = state;
        out.push(Effect::Publish {
            snapshot: self.state.snapshot(),
            touched: BTreeSet::new(),
        });
    }
}

impl Machine for Server {
    type Input = Input;
    type Effect = Effect;

    fn handle(&mut self, now: Timestamp, input: Input, out: &mut Vec<Effect>) {
        self.now = self.now.max(now);
        match input {
            Input::Node { ticket, request } => self.node_request(ticket, *request, out),
            Input::Operator { ticket, request } => self.operator_request(ticket, *request, out),
            Input::Gone { ticket } => self.polls.forget(ticket),
            Input::Committed {
                index,
                entry,
                proposal,
            } => self.committed(index, &entry, proposal, out),
            Input::Lost { proposal } => self.lost(proposal, out),
            Input::Decided {
                eval,
                token,
                decision,
            } => self.decided(eval, token, decision, out),
            Input::Leading(leads) => self.lead(leads, out),
            Input::Install(state) => self.install(*state, out),
            Input::Wake => {}
        }
        self.turn(out);
    }

    fn next_wakeup(&self) -> Option<Timestamp> {
        let leader = self.leader.as_ref().and_then(|leader| leader.next_wakeup());
        let polls = self.polls.next_wakeup();
        leader.into_iter().chain(polls).min()
    }
}
