//! What happens in the world.

use nomad_client::agent::{CallFailure, CallId, Input as ClientInput};
use nomad_client::drivers::TaskRunId;
use nomad_core::units::Timestamp;
use nomad_core::wire::node::NodeAnswer;
use nomad_sched::server::{DecisionTask, Ticket};

/// Which life of a machine an event belongs to: a later life ignores it.
pub(crate) type Life = u64;

pub(crate) enum Event {
    /// The server's machine asked to be woken then.
    ServerWake(Timestamp),
    /// The server's machine starts.
    ServerBoot,
    /// A worker decided.
    Decide(Life, Box<DecisionTask>),
    /// A request of a client reaches the server.
    ToServer {
        client: usize,
        life: Life,
        id: CallId,
        request: Vec<u8>,
    },
    /// An answer reaches a client.
    ToClient {
        client: usize,
        life: Life,
        id: CallId,
        answer: Result<NodeAnswer, CallFailure>,
    },
    /// A client's agent asked to be woken then.
    ClientWake(usize, Timestamp),
    /// A client's agent starts.
    ClientBoot(usize),
    /// A client's agent is killed.
    ClientKill(usize),
    /// A hook or driver of a client is done.
    ClientInput(usize, Life, Box<ClientInput>),
    /// A driver does what an agent asked.
    Drive(usize, Life, Box<Deed>),
    /// A task ends by itself.
    TaskEnds(usize, TaskRunId, i32),
    /// A client cannot be reached from now on, or can again.
    Partition(usize, bool),
    /// An operator does something.
    Operate,
    /// An operator stops waiting for an answer.
    OperatorGivesUp(Ticket),
}

/// What a driver does.
pub(crate) enum Deed {
    Start {
        run: TaskRunId,
        driver: String,
        batch: bool,
    },
    Stop {
        run: TaskRunId,
    },
    Clear {
        run: TaskRunId,
    },
}

impl Event {
    /// For the trace of a world that never comes to rest.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::ServerWake(_) => "the server wakes",
            Self::ServerBoot => "the server boots",
            Self::Decide(..) => "a decision",
            Self::ToServer { .. } => "a request",
            Self::ToClient { .. } => "an answer",
            Self::ClientWake(..) => "a client wakes",
            Self::ClientBoot(_) => "a client boots",
            Self::ClientKill(_) => "a client dies",
            Self::ClientInput(..) => "a hook is done",
            Self::Drive(..) => "a driver acts",
            Self::TaskEnds(..) => "a task ends",
            Self::Partition(..) => "a partition",
            Self::Operate | Self::OperatorGivesUp(_) => "an operator",
        }
    }
}
