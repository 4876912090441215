//! What the rest of the agent holds of a running server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};

use arc_swap::ArcSwap;
use nomad_core::state::Snapshot;
use nomad_core::wire::node::{NodeAnswer, NodeRequest, Refusal};
use nomad_core::wire::operator::{OperatorAnswer, OperatorRefusal, OperatorRequest};
use nomad_sched::server::{DecideError, Decision, Token};
use tokio::sync::{oneshot, watch};

use super::watch::Watchers;

/// Calls that may wait for the server thread; more are refused.
pub const CALLS_WAITING_MAX: usize = 16_384;

/// How a caller hears its answer.
pub(super) type NodeReply = oneshot::Sender<Result<NodeAnswer, Refusal>>;
/// How a caller hears its answer.
pub(super) type OperatorReply = oneshot::Sender<Result<OperatorAnswer, OperatorRefusal>>;

/// What can come to the server thread.
pub(super) enum Event {
    /// From an operator.
    Operator(Box<OperatorRequest>, OperatorReply),
    /// From a node.
    Node(Box<NodeRequest>, NodeReply),
    /// A worker decided.
    Decided(
        nomad_core::id::EvalId,
        Token,
        Result<Box<Decision>, DecideError>,
    ),
    /// Finish what is in hand and end.
    Stop,
}

/// What the server thread publishes.
pub(super) struct Shared {
    pub(super) snapshot: ArcSwap<Snapshot>,
    pub(super) watchers: Watchers,
    pub(super) leading: AtomicBool,
    pub(super) ended: watch::Sender<Option<String>>,
}

/// A handle onto the server thread; cheap to clone.
#[derive(Clone)]
pub struct ServerHandle {
    shared: Arc<Shared>,
    events: SyncSender<Event>,
}

impl ServerHandle {
    pub(super) fn new(shared: Arc<Shared>, events: SyncSender<Event>) -> Self {
        Self { shared, events }
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
        self.shared.leading.load(Ordering::Acquire)
    }

    /// Becomes the reason why the server thread ended; empty when it was asked to.
    #[must_use]
    pub fn ended(&self) -> watch::Receiver<Option<String>> {
        self.shared.ended.subscribe()
    }

    /// Asks for a write and waits until it is committed and shown.
    ///
    /// # Errors
    ///
    /// The server's refusal, or [`OperatorRefusal::Stopped`] when its thread is gone.
    pub async fn operator(
        &self,
        request: OperatorRequest,
    ) -> Result<OperatorAnswer, OperatorRefusal> {
        let stopped = || OperatorRefusal::Stopped {
            reason: self.stopped(),
        };
        let (reply, answered) = oneshot::channel();
        match self
            .events
            .try_send(Event::Operator(Box::new(request), reply))
        {
            Ok(()) => answered.await.unwrap_or_else(|_| Err(stopped())),
            Err(TrySendError::Full(_)) => Err(OperatorRefusal::Busy {
                waiting: CALLS_WAITING_MAX as u64,
            }),
            Err(TrySendError::Disconnected(_)) => Err(stopped()),
        }
    }

    /// Hands over a node's request.
    ///
    /// # Errors
    ///
    /// The server's refusal, or [`Refusal::Stopped`] when its thread is gone.
    pub async fn node(&self, request: NodeRequest) -> Result<NodeAnswer, Refusal> {
        let stopped = || Refusal::Stopped {
            reason: self.stopped(),
        };
        let (reply, answered) = oneshot::channel();
        match self.events.try_send(Event::Node(Box::new(request), reply)) {
            Ok(()) => answered.await.unwrap_or_else(|_| Err(stopped())),
            Err(TrySendError::Full(_)) => Err(Refusal::TooMany {
                what: "waiting requests".to_owned(),
                given: CALLS_WAITING_MAX as u64 + 1,
                limit: CALLS_WAITING_MAX as u64,
            }),
            Err(TrySendError::Disconnected(_)) => Err(stopped()),
        }
    }

    /// Ends the server thread and waits until it is gone.
    pub async fn stop(&self) {
        let mut ended = self.ended();
        if self.events.try_send(Event::Stop).is_ok() {
            let _ = ended.wait_for(Option::is_some).await;
        }
    }

    fn stopped(&self) -> String {
        let reason = self.shared.ended.borrow().clone().unwrap_or_default();
        if reason.is_empty() {
            "the server is stopping".to_owned()
        } else {
            reason
        }
    }
}
