//! Why a request brought no answer. Texts are those of the reference's client (spec/api-cli 3.1).

use std::io;

use thiserror::Error;

/// What went wrong with one request.
#[derive(Debug, Error)]
pub(crate) enum ApiError {
    /// The configured address is unusable.
    #[error("invalid address \"{address}\": {reason}")]
    Address {
        /// As given.
        address: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Nobody listens, or no way leads there.
    #[error("{call}: dial {target}: {reason}")]
    Unreachable {
        /// Method and URL: `Get "http://127.0.0.1:4646/v1/jobs"`.
        call: String,
        /// Network and address: `tcp 127.0.0.1:4646`.
        target: String,
        /// What the system says.
        reason: String,
    },
    /// The connection broke.
    #[error("{call}: {reason}")]
    Broken {
        /// Method and URL.
        call: String,
        /// What happened.
        reason: String,
    },
    /// The agent refused.
    #[error("Unexpected response code: {code} ({body})")]
    Status {
        /// HTTP status.
        code: u16,
        /// The agent's words.
        body: String,
    },
    /// The answer is not what the API promises.
    #[error("could not read the answer to {path}: {source}")]
    Decode {
        /// Path that was asked.
        path: String,
        /// Where and why decoding stopped.
        source: serde_json::Error,
    },
    /// The answer is larger than the client takes.
    #[error("the answer to {path} is larger than {limit} bytes")]
    TooLarge {
        /// Path that was asked.
        path: String,
        /// The limit.
        limit: usize,
    },
}

impl ApiError {
    /// Nobody answered at the address.
    pub(crate) fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }

    /// The HTTP status, if the agent answered.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Status { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// The agent's words, if it refused.
    pub(crate) fn body(&self) -> Option<&str> {
        match self {
            Self::Status { body, .. } => Some(body),
            _ => None,
        }
    }
}

/// A system error in the words of the reference's runtime: `connect: connection refused`.
pub(super) fn dial_reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connect: connection refused".to_owned(),
        io::ErrorKind::NotFound => "connect: no such file or directory".to_owned(),
        io::ErrorKind::TimedOut => "i/o timeout".to_owned(),
        io::ErrorKind::PermissionDenied => "connect: permission denied".to_owned(),
        _ => error.to_string(),
    }
}
