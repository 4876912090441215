//! The loop: inputs to the machine, effects to the workshop.

use std::collections::BTreeMap;
use std::sync::Arc;

use nomad_core::seam::Machine;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Duration, timeout};

use super::client::now;
use super::perform::Workshop;
use super::shown::Shown;
use crate::agent::{Agent, Effect, Input, LocalRequest, RequestError, StartFailure, Ticket};
use crate::store::{StateStore, Write};

/// Messages that may wait for the machine; whoever sends more waits.
pub(super) const MESSAGES_MAX: usize = 1024;
/// Inputs handled before their effects are performed, so that one sync of the disk serves many.
const BATCH_MAX: usize = 256;
/// Pause before a write that failed is tried again.
const RETRY_WRITE: Duration = Duration::from_secs(1);

/// What reaches the loop.
pub(super) enum Message {
    /// Something for the machine.
    Input(Input),
    /// A request of this node's API.
    Request(LocalRequest, oneshot::Sender<Result<(), RequestError>>),
    /// The answer to a request that a worker found.
    Answer(Ticket, Result<(), RequestError>),
}

/// The loop's state.
pub(super) struct Engine {
    pub(super) agent: Agent,
    pub(super) store: Arc<dyn StateStore>,
    pub(super) workshop: Arc<Workshop>,
    pub(super) shown: Arc<Shown>,
    pub(super) inbox: mpsc::Receiver<Message>,
}

/// Requests that wait for their answers.
#[derive(Default)]
struct Tickets {
    last: u64,
    waiting: BTreeMap<Ticket, oneshot::Sender<Result<(), RequestError>>>,
}

impl Tickets {
    fn draw(&mut self, answer: oneshot::Sender<Result<(), RequestError>>) -> Ticket {
        self.last += 1;
        self.waiting.insert(Ticket(self.last), answer);
        Ticket(self.last)
    }

    fn answer(&mut self, ticket: Ticket, result: Result<(), RequestError>) {
        if let Some(answer) = self.waiting.remove(&ticket) {
            // Whoever asked may have left.
            let _ = answer.send(result);
        }
    }
}

impl Engine {
    /// Runs until the machine has finished its shutdown.
    pub(super) async fn run(self, started: Input) {
        let over = self.workshop.over.clone().drop_guard();
        self.turn_over(started).await;
        drop(over);
    }

    async fn turn_over(mut self, started: Input) {
        let mut tickets = Tickets::default();
        let mut unsaved: Vec<Write> = Vec::new();
        let mut effects = Vec::new();
        self.agent.handle(now(), started, &mut effects);
        loop {
            self.shown.refresh(&self.agent, &effects);
            let batch = std::mem::take(&mut effects);
            if self.perform(batch, &mut unsaved, &mut tickets).await {
                return;
            }
            let Some(first) = self.next_message(!unsaved.is_empty()).await else {
                return;
            };
            self.take(first, &mut tickets, &mut effects);
            for _ in 1..BATCH_MAX {
                let Ok(message) = self.inbox.try_recv() else {
                    break;
                };
                self.take(message, &mut tickets, &mut effects);
            }
        }
    }

    /// The next message, or a wake-up; `None` when nobody is left who could send one.
    async fn next_message(&mut self, retry_write: bool) -> Option<Message> {
        let wake = Message::Input(Input::Wake);
        let mut wait = self.agent.next_wakeup().map(|at| at.since(now()).to_std());
        if retry_write {
            wait = Some(wait.unwrap_or(RETRY_WRITE).min(RETRY_WRITE));
        }
        match wait {
            None => self.inbox.recv().await,
            Some(wait) => match timeout(wait, self.inbox.recv()).await {
                Ok(message) => message,
                Err(_) => Some(wake),
            },
        }
    }

    fn take(&mut self, message: Message, tickets: &mut Tickets, effects: &mut Vec<Effect>) {
        let input = match message {
            Message::Input(input) => input,
            Message::Request(request, answer) => Input::Request {
                ticket: tickets.draw(answer),
                request,
            },
            Message::Answer(ticket, result) => return tickets.answer(ticket, result),
        };
        self.agent.handle(now(), input, effects);
    }

    /// Performs a batch; true when the machine has finished.
    async fn perform(
        &mut self,
        batch: Vec<Effect>,
        unsaved: &mut Vec<Write>,
        tickets: &mut Tickets,
    ) -> bool {
        let mut finished = false;
        let mut rest = Vec::new();
        for effect in batch {
            match effect {
                Effect::SaveAssignment(assignment) => unsaved.push(Write::Assignment(assignment)),
                Effect::SaveProgress { alloc, progress } => {
                    unsaved
                        .retain(|write| !matches!(write, Write::Progress(id, _) if *id == alloc));
                    unsaved.push(Write::Progress(alloc, progress));
                }
                Effect::Forget(id) => unsaved.push(Write::Forget(id)),
                Effect::Reply { ticket, result } => tickets.answer(ticket, result),
                Effect::Finished => finished = true,
                other => rest.push(other),
            }
        }
        let saved = self.save(unsaved).await;
        for effect in rest {
            match (effect, &saved) {
                (Effect::Start { run, .. }, Err(message)) => {
                    let result = Err(StartFailure::Driver {
                        message: message.clone(),
                        recoverable: true,
                    });
                    self.workshop.report(Input::TaskStarted { run, result });
                }
                (effect, _) => Workshop::perform(&self.workshop, effect),
            }
        }
        finished
    }

    /// Writes what is not written yet; it is kept when that fails.
    async fn save(&self, unsaved: &mut Vec<Write>) -> Result<(), String> {
        if unsaved.is_empty() {
            return Ok(());
        }
        let (store, writes) = (Arc::clone(&self.store), std::mem::take(unsaved));
        let worker = tokio::task::spawn_blocking(move || {
            let result = store.write(&writes);
            (writes, result)
        });
        let text = match worker.await {
            Ok((_, Ok(()))) => return Ok(()),
            Ok((writes, Err(error))) => {
                *unsaved = writes;
                format!("could not write the agent's state, so nothing is started: {error}")
            }
            Err(error) => format!("could not write the agent's state: {error}"),
        };
        tracing::error!("{text}");
        Err(text)
    }
}
