//! From a request's path to the handler of its role.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};
use tokio::time::timeout;

use super::limits::{
    BODY_TIME_MAX, BODY_TYPE, DEADLINE_HEADER, DEADLINE_MAX, VERSION, VERSION_HEADER,
};
use super::role::Role;

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The other end of the connection.
    pub address: SocketAddr,
}

/// Answers the requests of one role.
pub trait Handler<R: Role>: Send + Sync + 'static {
    /// Answers one request. The future is dropped when the caller's deadline is over or its
    /// connection ends.
    fn handle(
        &self,
        caller: Caller,
        request: R::Request,
    ) -> impl Future<Output = Result<R::Answer, R::Refusal>> + Send;
}

impl<R: Role, F, A> Handler<R> for F
where
    F: Fn(Caller, R::Request) -> A + Send + Sync + 'static,
    A: Future<Output = Result<R::Answer, R::Refusal>> + Send,
{
    fn handle(
        &self,
        caller: Caller,
        request: R::Request,
    ) -> impl Future<Output = Result<R::Answer, R::Refusal>> + Send {
        self(caller, request)
    }
}

/// A refusal before or instead of a handler's answer.
pub(super) struct Rejection {
    status: StatusCode,
    text: String,
}

type Answering = Pin<Box<dyn Future<Output = Result<Vec<u8>, Rejection>> + Send>>;
type Answer = Arc<dyn Fn(Caller, Bytes) -> Answering + Send + Sync>;

#[derive(Clone)]
struct Route {
    body_bytes_max: usize,
    answer: Answer,
}

/// Which roles a server hears, and who answers them.
#[derive(Clone, Default)]
pub struct Routes {
    by_path: BTreeMap<&'static str, Route>,
}

impl Routes {
    /// No role at all.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers role `R` with `handler`.
    #[must_use]
    pub fn with<R: Role>(mut self, handler: impl Handler<R>) -> Self {
        let handler = Arc::new(handler);
        let answer: Answer = Arc::new(move |caller, body| {
            let handler = Arc::clone(&handler);
            Box::pin(async move { respond::<R>(&*handler, caller, &body).await })
        });
        self.by_path.insert(
            R::PATH,
            Route {
                body_bytes_max: R::REQUEST_BYTES_MAX,
                answer,
            },
        );
        self
    }

    /// Answers one HTTP request, whatever it is.
    pub(super) async fn answer(
        &self,
        caller: Caller,
        request: Request<Incoming>,
    ) -> Response<Full<Bytes>> {
        match self.try_answer(caller, request).await {
            Ok(body) => response(StatusCode::OK, BODY_TYPE, body.into()),
            Err(Rejection { status, text }) => {
                tracing::debug!(caller = %caller.address, %status, text, "refused an rpc request");
                response(status, "text/plain; charset=utf-8", text.into())
            }
        }
    }

    async fn try_answer(
        &self,
        caller: Caller,
        request: Request<Incoming>,
    ) -> Result<Vec<u8>, Rejection> {
        let path = request.uri().path();
        let route = self.by_path.get(path).cloned().ok_or_else(|| {
            reject(
                StatusCode::NOT_FOUND,
                format!("this agent does not answer {path}"),
            )
        })?;
        if request.method() != Method::POST {
            return Err(reject(StatusCode::METHOD_NOT_ALLOWED, "use POST"));
        }
        check_version(&request)?;
        let deadline = deadline_of(&request);
        let body = read(request.into_body(), route.body_bytes_max).await?;
        let answering = timeout(deadline, (route.answer)(caller, body));
        answering.await.map_err(|_| {
            let text = format!("no answer within {} s", deadline.as_secs_f32());
            reject(StatusCode::GATEWAY_TIMEOUT, text)
        })?
    }
}

async fn respond<R: Role>(
    handler: &impl Handler<R>,
    caller: Caller,
    body: &[u8],
) -> Result<Vec<u8>, Rejection> {
    let request: R::Request = rmp_serde::from_slice(body).map_err(|error| {
        reject(
            StatusCode::BAD_REQUEST,
            format!("the request cannot be read: {error}"),
        )
    })?;
    let answering = std::panic::AssertUnwindSafe(handler.handle(caller, request)).catch_unwind();
    let answer = answering.await.map_err(|_| {
        reject(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the handler of the request failed",
        )
    })?;
    rmp_serde::to_vec_named(&answer).map_err(|error| {
        let text = format!("the answer cannot be written: {error}");
        reject(StatusCode::INTERNAL_SERVER_ERROR, text)
    })
}

async fn read(body: Incoming, limit: usize) -> Result<Bytes, Rejection> {
    let reading = timeout(BODY_TIME_MAX, Limited::new(body, limit).collect()).await;
    let late = format!(
        "the body did not arrive within {} s",
        BODY_TIME_MAX.as_secs()
    );
    match reading.map_err(|_| reject(StatusCode::REQUEST_TIMEOUT, late))? {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            let text = format!("the body is above the limit of {limit} bytes");
            Err(reject(StatusCode::PAYLOAD_TOO_LARGE, text))
        }
        Err(error) => Err(reject(
            StatusCode::BAD_REQUEST,
            format!("the body broke off: {error}"),
        )),
    }
}

fn check_version(request: &Request<Incoming>) -> Result<(), Rejection> {
    let given = request
        .headers()
        .get(VERSION_HEADER)
        .and_then(|value| value.to_str().ok());
    if given.and_then(|text| text.parse().ok()) == Some(VERSION) {
        return Ok(());
    }
    let given = given.unwrap_or("none");
    let text = format!(
        "the caller speaks protocol version {given}, this agent {VERSION}; bring both to the \
         same release"
    );
    Err(reject(StatusCode::UPGRADE_REQUIRED, text))
}

fn deadline_of(request: &Request<Incoming>) -> Duration {
    let given = request
        .headers()
        .get(DEADLINE_HEADER)
        .and_then(|value| value.to_str().ok());
    let millis = given.and_then(|text| text.parse().ok());
    millis
        .map_or(DEADLINE_MAX, Duration::from_millis)
        .min(DEADLINE_MAX)
}

fn reject(status: StatusCode, text: impl Into<String>) -> Rejection {
    Rejection {
        status,
        text: text.into(),
    }
}

fn response(status: StatusCode, body_type: &'static str, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    let value = hyper::header::HeaderValue::from_static(body_type);
    response
        .headers_mut()
        .insert(hyper::header::CONTENT_TYPE, value);
    response
}
