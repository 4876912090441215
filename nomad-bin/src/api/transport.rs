//! One request on one connection.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::address::Address;
use super::error::{ApiError, dial_reason};
use super::request::Request;

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A byte stream of some kind.
trait Pipe: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Pipe for T {}

/// Sends a request whose path and query are final, and gives the head of the answer and its body.
pub(super) async fn send(
    address: &Address,
    request: &Request,
    headers: &[(&'static str, String)],
) -> Result<hyper::Response<Incoming>, ApiError> {
    let call = format!(
        "{} \"{}{}\"",
        request.verb(),
        address.url(),
        request.target()
    );
    let broken = |reason: String| ApiError::Broken {
        call: call.clone(),
        reason,
    };
    let pipe = connect(address, &call).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(pipe))
        .await
        .map_err(|e| broken(e.to_string()))?;
    tokio::spawn(connection);
    let mut builder = hyper::Request::builder()
        .method(request.method)
        .uri(format!("{}{}", address.base(), request.target()))
        .header("Host", address.host());
    for (name, value) in headers {
        builder = builder.header(*name, value);
    }
    if request.body.is_some() {
        builder = builder.header("Content-Type", "application/json");
    }
    let body = Full::new(Bytes::from(request.body.clone().unwrap_or_default()));
    let message = builder.body(body).map_err(|e| broken(e.to_string()))?;
    sender
        .send_request(message)
        .await
        .map_err(|e| broken(e.to_string()))
}

async fn connect(address: &Address, call: &str) -> Result<Box<dyn Pipe>, ApiError> {
    let target = match address {
        Address::Tcp { .. } => format!("tcp {}", address.host()),
        Address::Unix(path) => format!("unix {}", path.display()),
    };
    let unreachable = |reason: String| ApiError::Unreachable {
        call: call.to_owned(),
        target: target.clone(),
        reason,
    };
    match tokio::time::timeout(CONNECT_TIMEOUT, dial(address)).await {
        Ok(Ok(pipe)) => Ok(pipe),
        Ok(Err(error)) => Err(unreachable(dial_reason(&error))),
        Err(_) => Err(unreachable("i/o timeout".to_owned())),
    }
}

async fn dial(address: &Address) -> std::io::Result<Box<dyn Pipe>> {
    match address {
        Address::Tcp { host, port, .. } => {
            let host = host.trim_start_matches('[').trim_end_matches(']');
            let stream = TcpStream::connect((host, *port)).await?;
            stream.set_nodelay(true)?;
            Ok(Box::new(stream))
        }
        #[cfg(unix)]
        Address::Unix(path) => Ok(Box::new(tokio::net::UnixStream::connect(path).await?)),
        #[cfg(not(unix))]
        Address::Unix(_) => Err(std::io::Error::other("unix sockets need a unix system")),
    }
}

/// The body of an answer that comes piece by piece.
pub(crate) struct Stream {
    body: Incoming,
}

impl Stream {
    pub(super) fn new(body: Incoming) -> Self {
        Self { body }
    }

    /// The next piece; `None` when the answer ended or the connection broke (which cannot be told apart from
    /// an error after the first byte, spec/api-cli 2.13).
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        while let Some(frame) = self.body.frame().await {
            match frame.ok()?.into_data() {
                Ok(data) if !data.is_empty() => return Some(data),
                _ => {}
            }
        }
        None
    }
}
