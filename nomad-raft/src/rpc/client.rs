//! [`Client`]: calls in one role, to whichever server answers.

use std::marker::PhantomData;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use hyper::StatusCode;
use tokio::time::{Instant, sleep, timeout};

use super::connection::{Broken, Connection};
use super::error::{CallError, Failure};
use super::limits::{DEADLINE_MAX, PAUSE_MAX, PAUSE_MIN};
use super::role::Role;
use super::servers::Servers;

/// Calls in role `R`. It keeps one connection and moves on to the next server when one fails;
/// when all have failed it pauses, longer each time, until the deadline of the call.
///
/// Many calls may run at once; they share the connection. Long polls are calls with a long
/// deadline.
#[derive(Debug)]
pub struct Client<R> {
    servers: Mutex<Servers>,
    connection: tokio::sync::Mutex<Option<Connection>>,
    role: PhantomData<R>,
}

/// How one attempt ended without success.
enum Attempt<R> {
    /// Try the next server.
    Next(Failure),
    /// The call is over.
    Over(CallError<R>),
}

impl<R: Role> Client<R> {
    /// A client that prefers the first of these servers, each `host:port`.
    #[must_use]
    pub fn new(servers: Vec<String>) -> Self {
        let servers = Mutex::new(Servers::new(servers));
        Self {
            servers,
            connection: tokio::sync::Mutex::new(None),
            role: PhantomData,
        }
    }

    /// Replaces the servers, the preferred one first. An empty list changes nothing.
    pub fn replace_servers(&self, servers: Vec<String>) {
        self.servers().replace(servers);
    }

    /// Prefers this server from now on, the leader for example.
    pub fn prefer(&self, server: &str) {
        self.servers().prefer(server);
    }

    /// The servers known.
    #[must_use]
    pub fn known_servers(&self) -> Vec<String> {
        self.servers().list()
    }

    fn servers(&self) -> MutexGuard<'_, Servers> {
        self.servers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks, and waits for the answer up to `deadline` (at most eleven minutes).
    ///
    /// # Errors
    /// See [`CallError`]; it says whether the request may have been executed.
    pub async fn call(
        &self,
        request: &R::Request,
        deadline: Duration,
    ) -> Result<R::Answer, CallError<R::Refusal>> {
        let body = rmp_serde::to_vec_named(request).map_err(|error| broken("", &error))?;
        let body = Bytes::from(body);
        let deadline = deadline.min(DEADLINE_MAX);
        let end = Instant::now() + deadline;
        let mut tried = Vec::new();
        let mut pause = PAUSE_MIN;
        loop {
            tried.clear();
            let servers = self.servers().len();
            for _ in 0..servers {
                match self.attempt(body.clone(), end, deadline).await {
                    Ok(answer) => return Ok(answer),
                    Err(Attempt::Over(error)) => return Err(error),
                    Err(Attempt::Next(failure)) => tried.push(failure),
                }
            }
            if Instant::now() + pause >= end || tried.is_empty() {
                return Err(CallError::Unreachable { tried });
            }
            sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// One exchange with the current server.
    async fn attempt(
        &self,
        body: Bytes,
        end: Instant,
        deadline: Duration,
    ) -> Result<R::Answer, Attempt<R::Refusal>> {
        let left = end.saturating_duration_since(Instant::now());
        let connection = match timeout(left, self.connect()).await {
            Ok(connection) => connection.map_err(Attempt::Next)?,
            Err(_) => return Err(Attempt::Over(CallError::Unreachable { tried: Vec::new() })),
        };
        let left = end.saturating_duration_since(Instant::now());
        match timeout(left, connection.exchange(R::PATH, body, left)).await {
            Ok(Ok(answer)) => decode::<R>(&connection.server, &answer).map_err(Attempt::Over),
            Ok(Err(broken)) => Err(self.judge(&connection.server, broken)),
            Err(_) => Err(Attempt::Over(CallError::Deadline(deadline))),
        }
    }

    /// The open connection to the current server, or a new one.
    async fn connect(&self) -> Result<Connection, Failure> {
        let mut slot = self.connection.lock().await;
        let current = self.servers().current().unwrap_or_default().to_owned();
        if let Some(open) = slot
            .as_ref()
            .filter(|it| it.is_open() && it.server == current)
        {
            return Ok(open.clone());
        }
        *slot = None;
        let opened = Connection::open(&current).await;
        let connection = opened.map_err(|what| {
            self.servers().failed(&current);
            Failure {
                server: current,
                what,
            }
        })?;
        *slot = Some(connection.clone());
        Ok(connection)
    }

    fn judge(&self, server: &str, broken: Broken) -> Attempt<R::Refusal> {
        let failure = |what| Failure {
            server: server.to_owned(),
            what,
        };
        match broken {
            Broken::NotSent(what) => {
                self.servers().failed(server);
                Attempt::Next(failure(what))
            }
            Broken::Interrupted(what) => {
                self.servers().failed(server);
                if R::REPEATABLE {
                    Attempt::Next(failure(what))
                } else {
                    Attempt::Over(CallError::Interrupted(failure(what)))
                }
            }
            Broken::Status(StatusCode::SERVICE_UNAVAILABLE | StatusCode::NOT_FOUND, what) => {
                // No handler has seen it: another server may be able to.
                self.servers().failed(server);
                Attempt::Next(failure(what))
            }
            Broken::Status(StatusCode::GATEWAY_TIMEOUT | StatusCode::REQUEST_TIMEOUT, what) => {
                Attempt::Over(CallError::Busy(failure(what)))
            }
            Broken::Status(status, what) => {
                Attempt::Over(CallError::Broken(failure(format!("{status}: {what}"))))
            }
        }
    }
}

fn decode<R: Role>(server: &str, answer: &[u8]) -> Result<R::Answer, CallError<R::Refusal>> {
    let decoded: Result<Result<R::Answer, R::Refusal>, _> = rmp_serde::from_slice(answer);
    match decoded {
        Ok(answer) => answer.map_err(CallError::Refused),
        Err(error) => Err(broken(server, &error)),
    }
}

fn broken<R>(server: &str, error: &dyn std::error::Error) -> CallError<R> {
    CallError::Broken(Failure {
        server: server.to_owned(),
        what: error.to_string(),
    })
}
