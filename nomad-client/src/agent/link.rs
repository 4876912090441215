//! Registration and heartbeats (spec/client 2.4, 2.5).

use nomad_core::model::{Node, NodeStatus};
use nomad_core::units::{Span, Timestamp};
use nomad_core::wire::node::{NodeAnswer, NodeCall, Refusal};

use super::lane::{CallId, Calls, Lane};
use super::{CallFailure, Effect, Turn};

/// Shortest time between heartbeats, whatever a server says.
const TTL_MIN: Span = Span::from_millis(100);

/// The node's lease with the servers.
#[derive(Debug)]
pub(super) struct Link {
    calls: Calls,
    node: Box<Node>,
    registered: bool,
    /// The call under way is a registration.
    registering: bool,
    /// The last success; zero before the first.
    pub(super) last_ok: Timestamp,
    /// The lease ends then, as far as is known here.
    lease_end: Timestamp,
    warned: bool,
}

impl Link {
    pub(super) fn new(node: Box<Node>, now: Timestamp) -> Self {
        let mut calls = Calls::new(Lane::Lease);
        calls.due = Some(now);
        Self {
            calls,
            node,
            registered: false,
            registering: false,
            last_ok: Timestamp::ZERO,
            lease_end: Timestamp::ZERO,
            warned: false,
        }
    }

    pub(super) fn is_registered(&self) -> bool {
        self.registered
    }

    pub(super) fn node(&self) -> &Node {
        &self.node
    }

    /// The node changed: register again.
    pub(super) fn change(&mut self, node: Box<Node>, now: Timestamp) {
        self.node = node;
        self.registered = false;
        self.calls.due = Some(now);
    }

    /// A server does not know this node.
    pub(super) fn register_again(&mut self, now: Timestamp) {
        if self.registered {
            self.registered = false;
            self.calls.due = Some(now);
        }
    }

    pub(super) fn pump(&mut self, turn: &mut Turn<'_>) {
        if self.calls.take_overdue(turn.now) {
            self.failed("no answer in time", turn);
        }
        if !self.calls.is_due(turn.now) {
            return;
        }
        self.registering = !self.registered;
        let call = if self.registered {
            NodeCall::Heartbeat {
                status: NodeStatus::Ready,
            }
        } else {
            NodeCall::Register {
                node: self.node.clone(),
            }
        };
        self.calls.send(call, Span::ZERO, turn);
    }

    pub(super) fn answered(
        &mut self,
        id: CallId,
        result: Result<NodeAnswer, CallFailure>,
        turn: &mut Turn<'_>,
    ) {
        if !self.calls.take(id) {
            return;
        }
        match result {
            Ok(NodeAnswer::Lease {
                ttl,
                servers,
                register_again,
                ..
            }) => self.leased(ttl, servers, register_again, turn),
            Ok(_) => self.failed("the answer does not fit the question", turn),
            Err(CallFailure::Refused(Refusal::UnknownNode { .. })) if self.registered => {
                self.registered = false;
                self.calls.due = Some(turn.now);
            }
            Err(error) => self.failed(&error.to_string(), turn),
        }
    }

    fn leased(
        &mut self,
        ttl: Span,
        servers: Vec<String>,
        register_again: bool,
        turn: &mut Turn<'_>,
    ) {
        self.calls.succeeded();
        self.warned = false;
        self.last_ok = turn.now;
        if !servers.is_empty() {
            turn.out.push(Effect::LearnServers(servers));
        }
        let ttl = ttl.max(TTL_MIN);
        self.lease_end = turn.now.plus(ttl);
        let was_registering = std::mem::take(&mut self.registering);
        // A changed node that was not sent yet keeps `registered` false and its due call.
        if self.calls.due.is_some() && !self.registered {
            return;
        }
        self.registered = !register_again;
        // The first heartbeat makes the node ready; it follows the registration at once.
        let at_once = was_registering || register_again;
        self.calls.due = Some(if at_once { turn.now } else { self.lease_end });
    }

    fn failed(&mut self, why: &str, turn: &mut Turn<'_>) {
        self.calls.failed(turn);
        let lease_over = turn.now >= self.lease_end;
        if lease_over && !self.warned && self.last_ok > Timestamp::ZERO {
            self.warned = true;
            turn.warn(format!(
                "could not renew this node's lease in time ({why}); tasks run on"
            ));
        }
    }

    pub(super) fn next_wakeup(&self) -> Option<Timestamp> {
        self.calls.next_wakeup()
    }
}
