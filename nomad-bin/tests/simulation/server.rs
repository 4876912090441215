//! The server: its machine, the consensus node and the log, on a disk that tears.

use std::collections::{BTreeMap, VecDeque};

use nomad_core::command::Entry;
use nomad_core::schedule::{Policy, schedule};
use nomad_core::seam::Machine;
use nomad_core::seam::consensus::{Consensus, ConsensusEvent, MemberId, ProposalId as LogProposal};
use nomad_core::seed::Seed;
use nomad_core::sim::disk::{Fault, SimDirectory, SimDisk};
use nomad_core::state::{Snapshot, State, StateImage, Topic};
use nomad_core::units::{Index, Timestamp};
use nomad_core::wire::node::{NodeAnswer, NodeRequest, Refusal};
use nomad_core::wire::operator::{OperatorAnswer, OperatorRefusal, OperatorRequest};
use nomad_raft::log::{Wal, WalLimits};
use nomad_raft::node::{Node, NodeConfig};
use nomad_raft::snapshot::SnapshotFiles;
use nomad_sched::server::{DecisionTask, Effect, Input, ProposalId, Server, ServerConfig, Ticket};

use crate::event::Life;

const LIMITS: WalLimits = WalLimits {
    segment_bytes: 64 * 1024,
    zero_ahead_bytes: 16 * 1024,
};
/// Entries between snapshots.
const SNAPSHOT_EVERY: u64 = 40;

type LogNode = Node<Wal<SimDirectory>, SnapshotFiles<SimDirectory>>;

pub(crate) struct ServerHost {
    pub(crate) disk: SimDisk,
    pub(crate) life: Life,
    pub(crate) running: Option<Box<Running>>,
    seed: Seed,
    crash_every: u64,
}

pub(crate) struct Running {
    machine: Server,
    node: LogNode,
    proposals: BTreeMap<LogProposal, ProposalId>,
    snapshot_at: u64,
}

/// What the server did, for the world to carry on.
pub(crate) enum Done {
    AnswerNode(Ticket, Result<NodeAnswer, Refusal>),
    AnswerOperator(Ticket, Result<OperatorAnswer, OperatorRefusal>),
    Decide(Box<DecisionTask>),
    Publish(Snapshot, Vec<Topic>),
    Leads,
    /// The disk crashed under it.
    Crashed,
}

impl ServerHost {
    pub(crate) fn new(seed: &mut Seed, crash_every: u64) -> Self {
        Self {
            disk: SimDisk::new(seed.next_u64()),
            life: 0,
            running: None,
            seed: seed.fork(),
            crash_every,
        }
    }

    /// From now on the disk holds.
    pub(crate) fn heal(&mut self) {
        self.crash_every = 0;
        self.disk.clear_faults();
    }

    pub(crate) fn next_wakeup(&self) -> Option<Timestamp> {
        self.running.as_ref()?.machine.next_wakeup()
    }

    pub(crate) fn state(&self) -> Option<&State> {
        self.running.as_ref().map(|running| running.machine.state())
    }

    /// Starts on what the disk kept.
    pub(crate) fn boot(&mut self, now: Timestamp) -> Vec<Done> {
        self.life += 1;
        self.disk.restart();
        if self.crash_every > 0 {
            let at = self.disk.operations() + self.seed.below(2 * self.crash_every);
            let fault = if self.seed.chance(1, 2) {
                Fault::CrashBefore
            } else {
                Fault::CrashAfter
            };
            self.disk.fail_at(at, fault);
        }
        match self.open() {
            Ok(running) => self.running = Some(Box::new(running)),
            Err(error) => {
                assert!(self.disk.is_crashed(), "the log must open: {error}");
                return vec![Done::Crashed];
            }
        }
        self.input(now, Input::Wake)
    }

    fn open(&mut self) -> Result<Running, Box<dyn std::error::Error>> {
        let (log, _) = Wal::open(self.disk.directory("raft"), LIMITS)?;
        let snapshots = SnapshotFiles::open(self.disk.directory("snapshots"))?;
        let mut config = NodeConfig::single(MemberId(1));
        config.trailing_entries = 8;
        let (node, recovered) = Node::open(&config, log, snapshots)?;
        let state = match recovered.snapshot.data.as_slice() {
            [] => State::empty(),
            bytes => State::from_image(rmp_serde::from_slice::<StateImage>(bytes)?)?,
        };
        let config = ServerConfig {
            seed: self.seed.next_u64(),
            ..ServerConfig::default()
        };
        Ok(Running {
            machine: Server::new(config, state),
            node,
            proposals: BTreeMap::new(),
            snapshot_at: SNAPSHOT_EVERY,
        })
    }

    pub(crate) fn node_request(
        &mut self,
        now: Timestamp,
        ticket: Ticket,
        bytes: &[u8],
    ) -> Vec<Done> {
        let request: NodeRequest = rmp_serde::from_slice(bytes).unwrap();
        let request = Box::new(request);
        self.input(now, Input::Node { ticket, request })
    }

    pub(crate) fn operate(
        &mut self,
        now: Timestamp,
        ticket: Ticket,
        request: OperatorRequest,
    ) -> Vec<Done> {
        let request = Box::new(request);
        self.input(now, Input::Operator { ticket, request })
    }

    pub(crate) fn decide(&mut self, now: Timestamp, task: &DecisionTask) -> Vec<Done> {
        let mut seed = Seed::new(task.seed);
        let policy = Policy::default();
        let decision = schedule(&task.snapshot, &task.eval, &policy, task.now, &mut seed);
        let input = Input::Decided {
            eval: task.eval.id,
            token: task.token,
            decision: Ok(Box::new(decision)),
        };
        self.input(now, input)
    }

    /// Feeds the machine, and the log with what it proposes, until both are quiet.
    pub(crate) fn input(&mut self, now: Timestamp, input: Input) -> Vec<Done> {
        let mut done = Vec::new();
        let Some(running) = &mut self.running else {
            return done;
        };
        if running.feed(now, input, &mut done).is_err() {
            assert!(self.disk.is_crashed(), "only a crash stops the log");
            self.running = None;
            done.push(Done::Crashed);
        }
        done
    }
}

impl Running {
    fn feed(&mut self, now: Timestamp, input: Input, done: &mut Vec<Done>) -> Result<(), String> {
        let mut inputs = VecDeque::from([input]);
        loop {
            while let Some(input) = inputs.pop_front() {
                let mut effects = Vec::new();
                self.machine.handle(now, input, &mut effects);
                for effect in effects {
                    self.perform(effect, &mut inputs, done);
                }
            }
            let mut events = Vec::new();
            self.node
                .poll(&mut events)
                .map_err(|error| error.to_string())?;
            for event in events {
                inputs.extend(self.settled(event, done));
            }
            if inputs.is_empty() {
                break;
            }
        }
        self.keep_snapshot()
    }

    fn perform(&mut self, effect: Effect, inputs: &mut VecDeque<Input>, done: &mut Vec<Done>) {
        match effect {
            Effect::Propose { proposal, entry } => {
                let bytes = rmp_serde::to_vec_named(&*entry).unwrap();
                match self.node.propose(bytes) {
                    Ok(id) => drop(self.proposals.insert(id, proposal)),
                    Err(_) => inputs.push_back(Input::Lost { proposal }),
                }
            }
            Effect::AnswerNode { ticket, answer } => done.push(Done::AnswerNode(ticket, answer)),
            Effect::AnswerOperator { ticket, answer } => {
                done.push(Done::AnswerOperator(ticket, answer));
            }
            Effect::Decide(task) => done.push(Done::Decide(task)),
            Effect::Publish { snapshot, touched } => {
                done.push(Done::Publish(snapshot, touched.into_iter().collect()));
            }
            _ => panic!("an effect that the simulation does not know"),
        }
    }

    fn settled(&mut self, event: ConsensusEvent, done: &mut Vec<Done>) -> Option<Input> {
        match event {
            ConsensusEvent::Committed {
                position,
                data,
                proposal,
            } => {
                let entry: Entry = rmp_serde::from_slice(&data).unwrap();
                Some(Input::Committed {
                    index: position.index,
                    entry: Box::new(entry),
                    proposal: proposal.and_then(|id| self.proposals.remove(&id)),
                })
            }
            ConsensusEvent::Dropped(id) | ConsensusEvent::Uncertain(id) => {
                let proposal = self.proposals.remove(&id)?;
                Some(Input::Lost { proposal })
            }
            ConsensusEvent::Leading { .. } => {
                done.push(Done::Leads);
                Some(Input::Leading(true))
            }
            ConsensusEvent::Following { .. } => Some(Input::Leading(false)),
            ConsensusEvent::Readable(_) => None,
            ConsensusEvent::Install(_) => panic!("a group of one installs nothing"),
        }
    }

    fn keep_snapshot(&mut self) -> Result<(), String> {
        let index: Index = self.machine.state().index();
        if index.0 < self.snapshot_at {
            return Ok(());
        }
        self.snapshot_at = index.0 + SNAPSHOT_EVERY;
        let image = rmp_serde::to_vec_named(&self.machine.state().image()).unwrap();
        self.node
            .take_snapshot(index, image)
            .map_err(|error| error.to_string())
    }
}
