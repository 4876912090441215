//! One connection to one server.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http2::{self, SendRequest};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;

use super::limits::{
    ANSWER_BYTES_MAX, BODY_TYPE, CONNECT_TIME_MAX, DEADLINE_HEADER, ERROR_BYTES_MAX, PING_INTERVAL,
    PING_TIME_MAX, VERSION, VERSION_HEADER,
};

/// Bytes that a server may send ahead, for long answers.
const WINDOW_BYTES: u32 = 4 * 1024 * 1024;

/// An open connection. Clones share it; it ends when the last is dropped.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    pub(super) server: String,
    sender: SendRequest<Full<Bytes>>,
}

/// How an exchange ended without an answer of a handler.
#[derive(Debug)]
pub(super) enum Broken {
    /// The request did not reach the server.
    NotSent(String),
    /// It may have.
    Interrupted(String),
    /// The server answered with an error of the protocol.
    Status(StatusCode, String),
}

impl Connection {
    pub(super) async fn open(server: &str) -> Result<Self, String> {
        let opening = tokio::time::timeout(CONNECT_TIME_MAX, Self::handshake(server));
        let opened = opening
            .await
            .map_err(|_| format!("no connection within {} s", CONNECT_TIME_MAX.as_secs()))?;
        let sender = opened?;
        Ok(Self {
            server: server.to_owned(),
            sender,
        })
    }

    async fn handshake(server: &str) -> Result<SendRequest<Full<Bytes>>, String> {
        let stream = TcpStream::connect(server)
            .await
            .map_err(|error| error.to_string())?;
        stream
            .set_nodelay(true)
            .map_err(|error| error.to_string())?;
        let (sender, connection) = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .initial_stream_window_size(WINDOW_BYTES)
            .initial_connection_window_size(WINDOW_BYTES)
            .keep_alive_interval(PING_INTERVAL)
            .keep_alive_timeout(PING_TIME_MAX)
            .keep_alive_while_idle(true)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| describe(&error))?;
        // How the connection ends shows in the requests on it.
        tokio::spawn(async move { drop(connection.await) });
        Ok(sender)
    }

    pub(super) fn is_open(&self) -> bool {
        !self.sender.is_closed()
    }

    /// Sends a request and answers the body of the answer.
    pub(super) async fn exchange(
        &self,
        path: &str,
        body: Bytes,
        deadline: Duration,
    ) -> Result<Bytes, Broken> {
        let request = self.request(path, body, deadline)?;
        let mut sender = self.sender.clone();
        sender
            .ready()
            .await
            .map_err(|error| Broken::NotSent(describe(&error)))?;
        let answer = sender.send_request(request).await.map_err(|error| {
            // "Canceled" is how hyper says that it never took the request.
            let sent = !error.is_canceled();
            let what = describe(&error);
            if sent {
                Broken::Interrupted(what)
            } else {
                Broken::NotSent(what)
            }
        })?;
        read(answer).await
    }

    fn request(
        &self,
        path: &str,
        body: Bytes,
        deadline: Duration,
    ) -> Result<Request<Full<Bytes>>, Broken> {
        Request::post(format!("http://{}{path}", self.server))
            .header(hyper::header::CONTENT_TYPE, BODY_TYPE)
            .header(VERSION_HEADER, VERSION)
            .header(DEADLINE_HEADER, deadline.as_millis().to_string())
            .body(Full::new(body))
            .map_err(|error| Broken::NotSent(error.to_string()))
    }
}

async fn read(answer: Response<Incoming>) -> Result<Bytes, Broken> {
    let status = answer.status();
    let limit = if status == StatusCode::OK {
        ANSWER_BYTES_MAX
    } else {
        ERROR_BYTES_MAX
    };
    let body = Limited::new(answer.into_body(), limit).collect().await;
    let body = body
        .map_err(|error| Broken::Interrupted(error.to_string()))?
        .to_bytes();
    if status == StatusCode::OK {
        return Ok(body);
    }
    Err(Broken::Status(
        status,
        String::from_utf8_lossy(&body).into_owned(),
    ))
}

/// The error with its causes: hyper's own text says little.
fn describe(error: &hyper::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
