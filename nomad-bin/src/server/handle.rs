//! What the rest of the agent holds of a running server.

use std::sync::Arc;

use arc_swap::ArcSwap;
use nomad_core::state::Snapshot;
use nomad_core::wire::node::{NodeAnswer, NodeRequest, Refusal};
use nomad_core::wire::operator::{OperatorAnswer, OperatorRequest};
use tokio::sync::{mpsc, oneshot};

use super::watch::Watchers;

/// Calls that may wait for the server thread; more are refused.
pub(super) const CALLS_WAITING_MAX: usize = 16_384;

/// A request on its way to the server thread.
pub enum ServerCall {
    /// From an operator.
    Operator(
        Box<OperatorRequest>,
        oneshot::Sender<Result<OperatorAnswer, Refusal>>,
    ),
    /// From a node.
    Node(
        Box<NodeRequest>,
        oneshot::Sender<Result<NodeAnswer, Refusal>>,
    ),
    /// Stop: finish what is in hand and end the thread.
    Stop(oneshot::Sender<()>),
}

/// What the server thread publishes.
#[derive(Default)]
pub struct Shared {
    /// The newest snapshot.
    pub snapshot: ArcSwap<Snapshot>,
    /// Who waits for changes.
    pub watchers: Watchers,
    /// True while this server leads.
    pub leading: std::sync::atomic::AtomicBool,
}

/// A handle onto the server thread; cheap to clone.
#[derive(Clone)]
pub struct ServerHandle {
    shared: Arc<Shared>,
    calls: mpsc::Sender<ServerCall>,
}

impl ServerHandle {
    /// Makes the handle of a server thread that takes calls from the other end of `calls`.
    #[must_use]
    pub fn new(shared: Arc<Shared>, calls: mpsc::Sender<ServerCall>) -> Self {
        Self { shared, calls }
    }

    /// The newest snapshot.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.snapshot.load_full()
    }

    /// Where to wait for changes.
    #[must_use]
    pub fn watchers(&self) -> &Watchers {
        &self.shared.watchers
    }

    /// True while this server leads.
    #[must_use]
    pub fn is_leading(&self) -> bool {
        self.shared
            .leading
            .load(std::sync::atomic::Ordering::Acquire)
    }

    /// Asks for a write and waits until it is committed.
    ///
    /// # Errors
    ///
    /// The server's refusal, or [`Refusal::Stopped`] when its thread is gone.
    pub async fn operator(&self, request: OperatorRequest) -> Result<OperatorAnswer, Refusal> {
        let (answer, answered) = oneshot::channel();
        self.send(ServerCall::Operator(Box::new(request), answer))?;
        answered.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Hands over a node's request.
    ///
    /// # Errors
    ///
    /// As [`ServerHandle::operator`].
    pub async fn node(&self, request: NodeRequest) -> Result<NodeAnswer, Refusal> {
        let (answer, answered) = oneshot::channel();
        self.send(ServerCall::Node(Box::new(request), answer))?;
        answered.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Ends the server thread and waits until it is gone.
    pub async fn stop(&self) {
        let (done, over) = oneshot::channel();
        if self.send(ServerCall::Stop(done)).is_ok() {
            let _ = over.await;
        }
    }

    fn send(&self, call: ServerCall) -> Result<(), Refusal> {
        self.calls.try_send(call).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Refusal::TooMany {
                what: "waiting requests".to_owned(),
                given: CALLS_WAITING_MAX as u64 + 1,
                limit: CALLS_WAITING_MAX as u64,
            },
            mpsc::error::TrySendError::Closed(_) => stopped(),
        })
    }
}

fn stopped() -> Refusal {
    Refusal::Stopped {
        reason: "the server is stopping".to_owned(),
    }
}
