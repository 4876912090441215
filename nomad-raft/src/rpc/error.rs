//! Why a call has no answer.

use std::time::Duration;

/// A call without an answer. The text completes "could not ...".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError<R> {
    /// The server's handler said no, in the role's own terms.
    #[error(transparent)]
    Refused(R),
    /// No server could be reached in time; the request was not executed.
    #[error("reach a server{}", list(.tried))]
    Unreachable {
        /// The last failure of each server.
        tried: Vec<Failure>,
    },
    /// The time was up; the request may have been executed.
    #[error("get an answer within {} s", .0.as_secs_f32())]
    Deadline(Duration),
    /// The connection broke after the request was sent; it may have been executed.
    #[error("get an answer: {0}; the request may have been executed")]
    Interrupted(Failure),
    /// The server is overloaded or gave up; the request may be made again.
    #[error("get an answer: {0}")]
    Busy(Failure),
    /// The two agents do not understand each other.
    #[error("get an answer: {0}")]
    Broken(Failure),
}

/// What to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallErrorKind {
    /// The caller's fault: the same request is refused again.
    Refused,
    /// It may succeed later.
    Later,
    /// Somebody must repair something.
    Broken,
}

/// What one server did.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{server}: {what}")]
pub struct Failure {
    /// Its address.
    pub server: String,
    /// What happened.
    pub what: String,
}

impl<R> CallError<R> {
    /// What to do about it. What a [`CallError::Refused`] means in detail, the refusal says.
    pub fn kind(&self) -> CallErrorKind {
        match self {
            Self::Refused(_) => CallErrorKind::Refused,
            Self::Unreachable { .. } | Self::Deadline(_) | Self::Interrupted(_) | Self::Busy(_) => {
                CallErrorKind::Later
            }
            Self::Broken(_) => CallErrorKind::Broken,
        }
    }
}

fn list(tried: &[Failure]) -> String {
    if tried.is_empty() {
        return ": none is configured".to_owned();
    }
    tried.iter().map(|failure| format!("; {failure}")).collect()
}
