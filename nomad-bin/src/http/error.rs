//! What goes wrong in a handler, and the status it has on the wire (spec/api-cli 1.9).

use hyper::StatusCode;
use nomad_core::wire::node::Refusal;
use nomad_core::wire::operator::{OperatorRefusal, RefusalKind};

/// An answer that is an error: plain text with a status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct HttpError {
    /// The status.
    pub status: StatusCode,
    /// The body: what was wrong.
    pub text: String,
}

impl HttpError {
    fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            text: text.into(),
        }
    }

    /// 400: the request is malformed.
    pub fn bad(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, text)
    }

    /// 404: there is no such thing.
    pub fn missing(text: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, text)
    }

    /// 405: the route does not take this method.
    pub fn method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "Invalid method")
    }

    /// 413: the body is larger than allowed.
    pub fn too_large(limit: usize) -> Self {
        let text = format!("request body is larger than {limit} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, text)
    }

    /// 500: refused by the server, as the original answers many refusals.
    pub fn server(text: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, text)
    }

    /// 501: the original has this route, this agent does not have it yet.
    pub fn not_here(name: &str) -> Self {
        Self::new(
            StatusCode::NOT_IMPLEMENTED,
            format!("not supported yet: {name}"),
        )
    }
}

impl From<OperatorRefusal> for HttpError {
    fn from(refusal: OperatorRefusal) -> Self {
        let text = refusal.to_string();
        match refusal.kind() {
            RefusalKind::Later => Self::new(StatusCode::SERVICE_UNAVAILABLE, text),
            _ => Self::server(text),
        }
    }
}

impl From<Refusal> for HttpError {
    fn from(refusal: Refusal) -> Self {
        let text = refusal.to_string();
        match refusal {
            Refusal::TooMany { .. } => Self::new(StatusCode::TOO_MANY_REQUESTS, text),
            Refusal::Stopped { .. } | Refusal::NotLeader { .. } => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, text)
            }
            _ => Self::server(text),
        }
    }
}
