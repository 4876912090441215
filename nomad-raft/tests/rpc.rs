//! Calls between agents over real sockets on the loopback interface.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::future::pending;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nomad_core::id::NodeId;
use nomad_core::secret::Secret;
use nomad_core::units::{Index, Span};
use nomad_core::wire::node::{NodeAnswer, NodeCall, NodeRequest, Refusal};
use nomad_raft::rpc::{
    CallError, CallErrorKind, Caller, Client, Handler, NodeRole, Role, Routes, serve,
};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const SOON: Duration = Duration::from_secs(5);

/// A role of these tests: not repeatable.
struct Echo;

impl Role for Echo {
    const PATH: &'static str = "/rpc/echo";
    const REQUEST_BYTES_MAX: usize = 100_000;
    const REPEATABLE: bool = false;
    type Request = Ask;
    type Answer = String;
    type Refusal = No;
}

#[derive(Serialize, Deserialize)]
enum Ask {
    Say(String),
    Refuse,
    Hang,
    Panic,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("say that: {why}")]
struct No {
    why: String,
}

#[derive(Clone, Default)]
struct Server {
    name: &'static str,
    asked: Arc<AtomicUsize>,
    callers: Arc<Mutex<Vec<SocketAddr>>>,
    dropped: Arc<AtomicUsize>,
}

/// Counts when it is dropped.
struct Watched(Arc<AtomicUsize>);

impl Drop for Watched {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Handler<Echo> for Server {
    async fn handle(&self, caller: Caller, request: Ask) -> Result<String, No> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.callers.lock().unwrap().push(caller.address);
        match request {
            Ask::Say(text) => Ok(format!("{}{text}", self.name)),
            Ask::Refuse => Err(No {
                why: "no".to_owned(),
            }),
            Ask::Panic => unreachable!("on purpose"),
            Ask::Hang => {
                let _watched = Watched(Arc::clone(&self.dropped));
                pending().await
            }
        }
    }
}

struct Running {
    address: String,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Running {
    async fn start(routes: Routes, address: &str) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(serve(listener, routes, async { drop(stopped.await) }));
        Self {
            address,
            stop: Some(stop),
            task,
        }
    }

    async fn echo(server: &Server) -> Self {
        Self::start(Routes::new().with::<Echo>(server.clone()), "127.0.0.1:0").await
    }

    async fn stop(mut self) {
        drop(self.stop.take());
        self.task.await.unwrap();
    }
}

fn client(servers: &[&str]) -> Client<Echo> {
    Client::new(servers.iter().map(|server| (*server).to_owned()).collect())
}

fn say(text: &str) -> Ask {
    Ask::Say(text.to_owned())
}

/// An address where nobody listens.
async fn dead_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().to_string()
}

async fn wait_until(what: impl Fn() -> bool) {
    let waiting = async {
        while !what() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(SOON, waiting).await.unwrap();
}

#[tokio::test]
async fn calls_are_answered_over_one_connection() {
    let server = Server::default();
    let running = Running::echo(&server).await;
    let client = client(&[&running.address]);
    let texts: Vec<String> = (0..50).map(|n| n.to_string()).collect();
    let calls = texts
        .iter()
        .map(|text| async { client.call(&say(text), SOON).await.unwrap() });
    assert_eq!(futures_util::future::join_all(calls).await, texts);
    let mut callers = server.callers.lock().unwrap().clone();
    callers.dedup();
    assert_eq!(callers.len(), 1);
}

#[tokio::test]
async fn a_refusal_arrives_as_its_type() {
    let running = Running::echo(&Server::default()).await;
    let error = client(&[&running.address])
        .call(&Ask::Refuse, SOON)
        .await
        .unwrap_err();
    assert_eq!(
        error,
        CallError::Refused(No {
            why: "no".to_owned()
        })
    );
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (CallErrorKind::Refused, "say that: no")
    );
}

#[tokio::test]
async fn a_server_that_is_down_gives_way_to_the_next() {
    let server = Server {
        name: "b",
        ..Server::default()
    };
    let running = Running::echo(&server).await;
    let client = client(&[&dead_address().await, &running.address]);
    assert_eq!(client.call(&say("1"), SOON).await.unwrap(), "b1");
    // In a task of its own, as agents do.
    let call = tokio::spawn(async move { client.call(&say("2"), SOON).await.unwrap() });
    assert_eq!(call.await.unwrap(), "b2");
}

#[tokio::test]
async fn a_preferred_server_is_asked_first() {
    let [a, b] = ["a", "b"].map(|name| Server {
        name,
        ..Server::default()
    });
    let (first, second) = (Running::echo(&a).await, Running::echo(&b).await);
    let client = client(&[&first.address]);
    assert_eq!(client.call(&say(""), SOON).await.unwrap(), "a");
    client.prefer(&second.address);
    assert_eq!(client.call(&say(""), SOON).await.unwrap(), "b");
    client.replace_servers(vec![first.address.clone(), second.address.clone()]);
    assert_eq!(client.call(&say(""), SOON).await.unwrap(), "a");
    assert_eq!(client.known_servers().len(), 2);
}

#[tokio::test]
async fn a_client_finds_its_server_again_after_a_restart() {
    let server = Server::default();
    let running = Running::echo(&server).await;
    let address = running.address.clone();
    let client = client(&[&address]);
    client.call(&say(""), SOON).await.unwrap();
    running.stop().await;
    let again = say("again");
    let call = client.call(&again, SOON);
    let restart = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        Running::start(Routes::new().with::<Echo>(server.clone()), &address).await
    };
    let (answer, _running) = tokio::join!(call, restart);
    assert_eq!(answer.unwrap(), "again");
}

#[tokio::test]
async fn without_a_server_the_error_names_each_that_was_tried() {
    let dead = dead_address().await;
    let error = client(&[&dead])
        .call(&say(""), Duration::from_millis(200))
        .await
        .unwrap_err();
    assert!(matches!(error, CallError::Unreachable { .. }));
    assert_eq!(error.kind(), CallErrorKind::Later);
    let text = error.to_string();
    assert!(
        text.starts_with(&format!("reach a server; {dead}: Connection refused")),
        "{text}"
    );
    let none = client(&[]).call(&say(""), SOON).await.unwrap_err();
    assert_eq!(none.to_string(), "reach a server: none is configured");
}

#[tokio::test]
async fn a_handler_ends_with_its_callers_deadline() {
    let server = Server::default();
    let running = Running::echo(&server).await;
    let client = client(&[&running.address]);
    let error = client
        .call(&Ask::Hang, Duration::from_millis(100))
        .await
        .unwrap_err();
    assert!(
        matches!(error, CallError::Deadline(_) | CallError::Busy(_)),
        "{error}"
    );
    wait_until(|| server.dropped.load(Ordering::SeqCst) == 1).await;
    assert_eq!(
        client.call(&say("still there"), SOON).await.unwrap(),
        "still there"
    );
}

#[tokio::test]
async fn a_request_that_may_have_been_executed_is_not_repeated() {
    let server = Server::default();
    let running = Running::echo(&server).await;
    let other = Running::echo(&server).await;
    let client = client(&[&running.address, &other.address]);
    let stop = async {
        wait_until(|| server.asked.load(Ordering::SeqCst) == 1).await;
        running.stop().await;
    };
    let (answer, ()) = tokio::join!(client.call(&Ask::Hang, Duration::from_secs(20)), stop);
    let error = answer.unwrap_err();
    assert!(matches!(error, CallError::Interrupted(_)), "{error}");
    assert!(
        error
            .to_string()
            .ends_with("the request may have been executed"),
        "{error}"
    );
    assert_eq!(server.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_request_above_the_limit_is_refused_and_one_at_the_limit_is_not() {
    let running = Running::echo(&Server::default()).await;
    let client = client(&[&running.address]);
    let largest = "x".repeat(Echo::REQUEST_BYTES_MAX - 10);
    // A map of one, a name of three, a text with a length of four bytes.
    assert_eq!(
        rmp_serde::to_vec_named(&say(&largest)).unwrap().len(),
        Echo::REQUEST_BYTES_MAX
    );
    client.call(&say(&largest), SOON).await.unwrap();
    let error = client
        .call(&say(&format!("{largest}x")), SOON)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Broken);
    assert!(
        error
            .to_string()
            .contains("above the limit of 100000 bytes"),
        "{error}"
    );
}

#[tokio::test]
async fn a_role_that_is_not_served_is_named() {
    let running = Running::start(Routes::new(), "127.0.0.1:0").await;
    let client = client(&[&running.address]);
    let error = client
        .call(&say(""), Duration::from_millis(20))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("this agent does not answer /rpc/echo"),
        "{error}"
    );
}

#[tokio::test]
async fn a_handler_that_panics_fails_its_caller_only() {
    let running = Running::echo(&Server::default()).await;
    let client = client(&[&running.address]);
    let error = client.call(&Ask::Panic, SOON).await.unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Broken);
    assert_eq!(client.call(&say("fine"), SOON).await.unwrap(), "fine");
}

#[tokio::test]
async fn another_protocol_version_is_refused_with_both_numbers() {
    use http_body_util::{BodyExt, Full};
    use hyper_util::rt::{TokioExecutor, TokioIo};
    let running = Running::echo(&Server::default()).await;
    let stream = tokio::net::TcpStream::connect(&running.address)
        .await
        .unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    let request = hyper::Request::post(format!("http://{}/rpc/echo", running.address))
        .header("nomad-rpc-version", "7")
        .body(Full::<bytes::Bytes>::default())
        .unwrap();
    let answer = sender.send_request(request).await.unwrap();
    assert_eq!(answer.status(), 426);
    let text = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(text.starts_with(b"the caller speaks protocol version 7, this agent 1;"));
}

#[tokio::test]
async fn a_node_speaks_in_the_types_of_its_role() {
    let handler = |_caller: Caller, request: NodeRequest| async move {
        match request.call {
            NodeCall::PullAllocs { seen, .. } => Ok(NodeAnswer::Done { index: seen.next() }),
            _ => Err(Refusal::WrongSecret {
                node_id: request.node_id,
            }),
        }
    };
    let running = Running::start(Routes::new().with::<NodeRole>(handler), "127.0.0.1:0").await;
    let client = Client::<NodeRole>::new(vec![running.address.clone()]);
    let request = NodeRequest {
        node_id: NodeId::from_random([7; 16]),
        secret: Secret::new("s".to_owned()),
        call: NodeCall::PullAllocs {
            seen: Index(4),
            wait: Span::from_secs(1),
        },
    };
    let answer = client.call(&request, SOON).await.unwrap();
    assert!(matches!(answer, NodeAnswer::Done { index: Index(5) }));
}
