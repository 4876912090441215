//! A scripted agent: answers by method and path, in order, the last one again and again; it keeps what it was
//! asked.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, UnixListener};

/// One answer.
#[derive(Clone)]
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// `GET /v1/jobs?prefix=x`
    pub(crate) line: String,
    pub(crate) token: Option<String>,
    pub(crate) body: Value,
}

#[derive(Default)]
struct Script {
    answers: BTreeMap<String, Vec<Answer>>,
    asked: Vec<Asked>,
}

/// The scripted agent. Its thread ends with the process.
pub(crate) struct Double {
    pub(crate) address: String,
    script: Arc<Mutex<Script>>,
}

impl Double {
    /// Listens on a free port of the loopback device.
    pub(crate) fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::new(Mutex::new(Script::default()));
        let shared = Arc::clone(&script);
        on_thread(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                serve(TokioIo::new(stream), Arc::clone(&shared));
            }
        });
        Self { address, script }
    }

    /// Listens on a unix socket.
    pub(crate) fn on_socket(path: &std::path::Path) -> Self {
        let listener = std::os::unix::net::UnixListener::bind(path).unwrap();
        listener.set_nonblocking(true).unwrap();
        let script = Arc::new(Mutex::new(Script::default()));
        let shared = Arc::clone(&script);
        on_thread(async move {
            let listener = UnixListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                serve(TokioIo::new(stream), Arc::clone(&shared));
            }
        });
        Self {
            address: format!("unix://{}", path.display()),
            script,
        }
    }

    /// Adds an answer: `GET /v1/jobs` (without query) gets this JSON.
    pub(crate) fn answers(self, route: &str, body: &Value) -> Self {
        self.answer(
            route,
            200,
            vec![("X-Nomad-Index", "7".into())],
            body.to_string().into_bytes(),
        )
    }

    /// Adds an answer that is not JSON or not good.
    pub(crate) fn says(self, route: &str, status: u16, text: &str) -> Self {
        self.answer(route, status, Vec::new(), text.as_bytes().to_vec())
    }

    fn answer(
        self,
        route: &str,
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    ) -> Self {
        let answer = Answer {
            status,
            headers,
            body,
        };
        self.script
            .lock()
            .unwrap()
            .answers
            .entry(route.into())
            .or_default()
            .push(answer);
        self
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.script.lock().unwrap().asked.clone()
    }

    /// The first request whose line begins so.
    pub(crate) fn asked_first(&self, begins: &str) -> Asked {
        let asked = self.asked();
        let found = asked
            .iter()
            .find(|one| one.line.starts_with(begins))
            .cloned();
        found.unwrap_or_else(|| panic!("{begins} was not asked: {asked:?}"))
    }
}

fn on_thread(work: impl Future<Output = ()> + Send + 'static) {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(work);
    });
}

fn serve<I>(io: I, script: Arc<Mutex<Script>>)
where
    I: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let service = service_fn(move |request| reply(request, Arc::clone(&script)));
    tokio::spawn(async move {
        let _ = hyper::server::conn::http1::Builder::new()
            .serve_connection(io, service)
            .await;
    });
}

async fn reply(
    request: Request<Incoming>,
    script: Arc<Mutex<Script>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let route = format!("{} {}", head.method, head.uri.path());
    let token = head
        .headers
        .get("X-Nomad-Token")
        .map(|t| t.to_str().unwrap().to_owned());
    let mut script = script.lock().unwrap();
    script.asked.push(Asked {
        line: format!("{} {}", head.method, head.uri),
        token,
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    });
    let answer = match script.answers.get_mut(&route) {
        None => Answer {
            status: 404,
            headers: Vec::new(),
            body: b"not in the script".to_vec(),
        },
        Some(answers) if answers.len() > 1 => answers.remove(0),
        Some(answers) => answers[0].clone(),
    };
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    Ok(response.body(Full::new(Bytes::from(answer.body))).unwrap())
}
