//! A stand-in for an agent: the embedded UI, and answers of the API that the test changes while the page watches.
//!
//! Always true: a question with `index` is held until the answer is newer, as the real API does; a stream of logs grows
//! while it is read.

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::http::Request;

/// Longest time that a question is held, whatever it asks for.
const HELD: Duration = Duration::from_secs(20);

/// The stand-in; its clones share one state.
#[derive(Clone)]
pub(crate) struct Double {
    address: SocketAddr,
    shared: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    index: u64,
    answers: HashMap<String, (u64, u16, String)>,
    streams: HashMap<String, Vec<u8>>,
    /// Closed streams end when they have been read.
    ended: bool,
    /// Grows when the agent goes away: whoever waits since before is cut off.
    outages: u64,
    down: bool,
    held_now: usize,
    held_most: usize,
}

impl Double {
    pub(crate) fn start() -> Double {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let double = Double {
            address,
            shared: Arc::default(),
        };
        let server = double.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = server.clone();
                thread::spawn(move || server.serve(stream));
            }
        });
        double
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on `path` answers this; whoever waits for news of it is told.
    pub(crate) fn answer(&self, path: &str, body: &Value) {
        self.answer_with(path, 200, &body.to_string());
    }

    pub(crate) fn answer_with(&self, path: &str, status: u16, body: &str) {
        self.change(|state| {
            state.index += 1;
            let index = state.index;
            state
                .answers
                .insert(path.to_owned(), (index, status, body.to_owned()));
        });
    }

    /// The task writes to its stream (`stdout`, `stderr`).
    pub(crate) fn write(&self, stream: &str, text: &str) {
        self.change(|state| {
            state
                .streams
                .entry(stream.to_owned())
                .or_default()
                .extend_from_slice(text.as_bytes())
        });
    }

    /// The task has ended: its streams end too.
    pub(crate) fn end_streams(&self) {
        self.change(|state| state.ended = true);
    }

    /// The agent is gone: connections break, and new ones are closed unanswered.
    pub(crate) fn go_down(&self) {
        self.change(|state| {
            state.down = true;
            state.outages += 1;
        });
    }

    pub(crate) fn come_back(&self) {
        self.change(|state| state.down = false);
    }

    /// The most questions that were held at the same time.
    pub(crate) fn held_most(&self) -> usize {
        self.lock().held_most
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().expect("no holder panics")
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.shared.1.notify_all();
    }

    fn serve(&self, stream: TcpStream) {
        let Some(request) = Request::read(&stream) else {
            return;
        };
        if self.lock().down {
            return;
        }
        let result = if request.path == "/ui" || request.path.starts_with("/ui/") {
            serve_page(&stream, &request)
        } else if request.path.starts_with("/v1/client/fs/logs/") {
            self.serve_logs(&stream, &request)
        } else {
            self.serve_answer(&stream, &request)
        };
        // A browser that went away is no failure of the test.
        let _ = result;
    }

    fn serve_answer(&self, mut stream: &TcpStream, request: &Request) -> io::Result<()> {
        let after: u64 = request
            .param("index")
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        let Some((index, status, body)) = self.held(|state| {
            let found = state.answers.get(&request.path).cloned().unwrap_or((
                state.index,
                404,
                "not found".to_owned(),
            ));
            (found.0 > after).then_some(found)
        }) else {
            return Ok(());
        };
        let kind = if status == 200 {
            "application/json"
        } else {
            "text/plain; charset=utf-8"
        };
        write!(
            stream,
            "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nX-Nomad-Index: {index}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
    }

    /// Sends what the task wrote, and then what it writes, until it ends.
    fn serve_logs(&self, mut stream: &TcpStream, request: &Request) -> io::Result<()> {
        let name = request.param("type").unwrap_or("stdout").to_owned();
        let follow = request.param("follow") == Some("true");
        write!(
            stream,
            "HTTP/1.1 200 X\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        )?;
        let mut sent = 0;
        loop {
            let Some((bytes, last)) = self.held(|state| {
                let all = state.streams.get(&name).map_or(&[][..], Vec::as_slice);
                let last = state.ended || !follow;
                (all.len() > sent || last).then(|| (all[sent..].to_vec(), last))
            }) else {
                return Ok(());
            };
            sent += bytes.len();
            if !bytes.is_empty() {
                write!(stream, "{:x}\r\n", bytes.len())?;
                stream.write_all(&bytes)?;
                stream.write_all(b"\r\n")?;
            }
            if last {
                return stream.write_all(b"0\r\n\r\n");
            }
        }
    }

    /// Waits until `ready` has something; `None` when the agent went down, or nothing came.
    fn held<T>(&self, ready: impl Fn(&State) -> Option<T>) -> Option<T> {
        let end = Instant::now() + HELD;
        let mut state = self.lock();
        let outages = state.outages;
        state.held_now += 1;
        state.held_most = state.held_most.max(state.held_now);
        let found = loop {
            if let Some(found) = ready(&state) {
                break Some(found);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || state.outages != outages {
                break None;
            }
            state = self
                .shared
                .1
                .wait_timeout(state, left)
                .expect("no holder panics")
                .0;
        };
        state.held_now -= 1;
        found
    }
}

fn serve_page(mut stream: &TcpStream, request: &Request) -> io::Result<()> {
    let response = nomad_bin::ui::respond(&request.path, &request.headers);
    write!(stream, "HTTP/1.1 {} X\r\n", response.status().as_u16())?;
    for (name, value) in response.headers() {
        write!(
            stream,
            "{name}: {}\r\n",
            value.to_str().expect("plain headers")
        )?;
    }
    write!(
        stream,
        "Content-Length: {}\r\nConnection: close\r\n\r\n",
        response.body().len()
    )?;
    stream.write_all(response.body())
}
