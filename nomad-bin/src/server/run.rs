//! The server thread: requests in, log, machine, answers out.
//!
//! One turn takes every event that waits, lets the machine propose, makes all proposals durable
//! with one sync, hands committed entries back to the machine, and performs what it wants done.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use nomad_core::command::Entry;
use nomad_core::seam::Machine as _;
use nomad_core::seam::consensus::{self, Consensus, ConsensusError, ConsensusEvent};
use nomad_core::units::{Index, Timestamp};
use nomad_sched::server::{Effect, Input, ProposalId, Server, Ticket};

use super::handle::{Event, NodeReply, OperatorReply, Shared};
use super::workers::Workers;

/// Events taken into one turn at most, so that no sync waits for an endless stream of them.
const EVENTS_PER_TURN_MAX: usize = 4096;
/// One unit of consensus time.
const TICK: Duration = Duration::from_millis(100);
/// Entries between two snapshots.
const SNAPSHOT_EVERY: u64 = 8192;

/// Why the server thread had to end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The log or the snapshots failed.
    #[error("{hint}{source}", hint = if .source.is_disk_full() { "the disk is full: " } else { "" })]
    Consensus {
        /// How.
        #[from]
        source: ConsensusError,
    },
    /// A committed entry cannot be read: the program is older than its log.
    #[error("read log entry {index}: {source}; run a newer version of this program")]
    Entry {
        /// Its index.
        index: Index,
        /// What is wrong with it.
        source: rmp_serde::decode::Error,
    },
    /// An entry or snapshot cannot be encoded.
    #[error("encode for the log: {0}")]
    Encode(#[from] rmp_serde::encode::Error),
    /// A snapshot cannot be taken over.
    #[error("take over a snapshot: {0}")]
    Snapshot(String),
}

/// The time by the machine's clock.
pub(super) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Timestamp(since.map_or(0, |since| {
        i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
    }))
}

/// Everything that the server thread holds.
pub(super) struct Runner<C: Consensus> {
    pub(super) consensus: C,
    pub(super) server: Server,
    pub(super) shared: Arc<Shared>,
    pub(super) workers: Workers,
    pub(super) events: Receiver<Event>,
    pub(super) ledger: Ledger,
    /// Last entry that a snapshot holds.
    pub(super) snapshot_index: Index,
}

/// Who waits for what.
#[derive(Default)]
pub(super) struct Ledger {
    next_ticket: u64,
    nodes: BTreeMap<Ticket, NodeReply>,
    operators: BTreeMap<Ticket, OperatorReply>,
    proposals: BTreeMap<consensus::ProposalId, ProposalId>,
}

impl Ledger {
    fn ticket(&mut self) -> Ticket {
        self.next_ticket += 1;
        Ticket(self.next_ticket)
    }

    /// Callers that hung up.
    fn gone(&mut self) -> Vec<Ticket> {
        let gone: Vec<Ticket> = self
            .nodes
            .iter()
            .filter(|(_, reply)| reply.is_closed())
            .map(|(ticket, _)| *ticket)
            .collect();
        for ticket in &gone {
            self.nodes.remove(ticket);
        }
        gone
    }
}

impl<C: Consensus> Runner<C> {
    /// Runs until told to stop.
    ///
    /// # Errors
    ///
    /// When the log fails: nothing is acknowledged after that.
    pub(super) fn run(mut self) -> Result<(), RunError> {
        let mut last_tick = Instant::now();
        let mut out = Vec::new();
        self.settle(&mut out)?;
        loop {
            let first = self.events.recv_timeout(self.patience(last_tick));
            if matches!(first, Err(RecvTimeoutError::Disconnected)) {
                return Ok(());
            }
            let mut stop = false;
            let waiting = first
                .into_iter()
                .chain(std::iter::from_fn(|| self.events.try_recv().ok()));
            let turn: Vec<Event> = waiting.take(EVENTS_PER_TURN_MAX).collect();
            for event in turn {
                stop |= matches!(event, Event::Stop);
                self.take(event, &mut out);
            }
            if last_tick.elapsed() >= TICK {
                last_tick = Instant::now();
                self.consensus.tick();
                for ticket in self.ledger.gone() {
                    self.server.handle(now(), Input::Gone { ticket }, &mut out);
                }
            }
            if self.server.next_wakeup().is_some_and(|at| at <= now()) {
                self.server.handle(now(), Input::Wake, &mut out);
            }
            self.settle(&mut out)?;
            self.fold()?;
            if stop {
                return Ok(());
            }
        }
    }

    /// How long the thread may sleep.
    fn patience(&self, last_tick: Instant) -> Duration {
        let until_tick = TICK.saturating_sub(last_tick.elapsed());
        match self.server.next_wakeup() {
            Some(at) => until_tick.min(at.since(now()).to_std()),
            None => until_tick,
        }
    }

    fn take(&mut self, event: Event, out: &mut Vec<Effect>) {
        let input = match event {
            Event::Operator(request, reply) => {
                let ticket = self.ledger.ticket();
                self.ledger.operators.insert(ticket, reply);
                Input::Operator { ticket, request }
            }
            Event::Node(request, reply) => {
                let ticket = self.ledger.ticket();
                self.ledger.nodes.insert(ticket, reply);
                Input::Node { ticket, request }
            }
            Event::Decided(eval, token, decision) => Input::Decided {
                eval,
                token,
                decision,
            },
            Event::Stop => return,
        };
        self.server.handle(now(), input, out);
    }

    /// Performs effects and lets consensus settle until neither has anything more to do.
    fn settle(&mut self, out: &mut Vec<Effect>) -> Result<(), RunError> {
        let mut settled = Vec::new();
        loop {
            self.perform(out)?;
            self.consensus.poll(&mut settled)?;
            if settled.is_empty() && out.is_empty() {
                return Ok(());
            }
            for event in settled.drain(..) {
                self.settled(event, out)?;
            }
        }
    }

    fn perform(&mut self, out: &mut Vec<Effect>) -> Result<(), RunError> {
        let mut again = Vec::new();
        for effect in out.drain(..) {
            match effect {
                Effect::Propose { proposal, entry } => {
                    let bytes = rmp_serde::to_vec_named(&*entry)?;
                    match self.consensus.propose(bytes) {
                        Ok(id) => {
                            self.ledger.proposals.insert(id, proposal);
                        }
                        Err(error) => {
                            tracing::warn!(%error, "a write was not proposed");
                            self.server
                                .handle(now(), Input::Lost { proposal }, &mut again);
                        }
                    }
                }
                Effect::AnswerNode { ticket, answer } => {
                    if let Some(reply) = self.ledger.nodes.remove(&ticket) {
                        let _ = reply.send(answer);
                    }
                }
                Effect::AnswerOperator { ticket, answer } => {
                    if let Some(reply) = self.ledger.operators.remove(&ticket) {
                        let _ = reply.send(answer);
                    }
                }
                Effect::Decide(task) => self.workers.decide(task),
                Effect::Publish { snapshot, touched } => {
                    self.shared.snapshot.store(Arc::new(snapshot));
                    self.shared.watchers.wake(&touched);
                }
                _ => {}
            }
        }
        out.append(&mut again);
        Ok(())
    }

    fn settled(&mut self, event: ConsensusEvent, out: &mut Vec<Effect>) -> Result<(), RunError> {
        let input = match event {
            ConsensusEvent::Committed {
                position,
                data,
                proposal,
            } => {
                let index = position.index;
                let entry: Entry = rmp_serde::from_slice(&data)
                    .map_err(|source| RunError::Entry { index, source })?;
                let proposal = proposal.and_then(|id| self.ledger.proposals.remove(&id));
                Input::Committed {
                    index,
                    entry: Box::new(entry),
                    proposal,
                }
            }
            ConsensusEvent::Dropped(id) | ConsensusEvent::Uncertain(id) => {
                match self.ledger.proposals.remove(&id) {
                    Some(proposal) => Input::Lost { proposal },
                    None => return Ok(()),
                }
            }
            ConsensusEvent::Leading { .. } => {
                self.shared.leading.store(true, Ordering::Release);
                Input::Leading(true)
            }
            ConsensusEvent::Following { .. } => {
                self.shared.leading.store(false, Ordering::Release);
                Input::Leading(false)
            }
            ConsensusEvent::Readable(_) => return Ok(()),
            ConsensusEvent::Install(snapshot) => {
                Input::Install(Box::new(super::image::restore(&snapshot.data)?))
            }
        };
        self.server.handle(now(), input, out);
        Ok(())
    }

    /// Takes a snapshot when enough entries have come since the last one.
    fn fold(&mut self) -> Result<(), RunError> {
        let index = self.server.state().index();
        if index.0.saturating_sub(self.snapshot_index.0) < SNAPSHOT_EVERY {
            return Ok(());
        }
        let bytes = super::image::encode(self.server.state())?;
        tracing::info!(%index, bytes = bytes.len(), "taking a snapshot");
        self.consensus.take_snapshot(index, bytes)?;
        self.snapshot_index = index;
        Ok(())
    }
}
