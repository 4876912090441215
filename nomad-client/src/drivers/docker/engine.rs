//! The connection to the engine, and its errors in words.

use bollard::Docker as Api;
use bollard::errors::Error;
use tokio::sync::OnceCell;

use super::super::StartError;

/// A connection that is made at the first use.
#[derive(Debug, Default)]
pub(super) struct Engine {
    endpoint: Option<String>,
    api: OnceCell<Api>,
}

impl Engine {
    pub(super) fn new(endpoint: Option<String>) -> Self {
        Self {
            endpoint,
            api: OnceCell::new(),
        }
    }

    /// The engine, with the version of the API that it understands.
    pub(super) async fn api(&self) -> Result<&Api, Error> {
        self.api
            .get_or_try_init(|| async {
                let api = match &self.endpoint {
                    Some(endpoint) => Api::connect_with_host(endpoint)?,
                    None => Api::connect_with_defaults()?,
                };
                api.negotiate_version().await
            })
            .await
    }
}

/// What the engine said.
pub(super) fn say(error: &Error) -> String {
    match error {
        Error::DockerResponseServerError { message, .. } => {
            format!("Error response from daemon: {}", message.trim())
        }
        Error::DockerStreamError { error } => {
            format!("Error response from daemon: {}", error.trim())
        }
        other => other.to_string(),
    }
}

pub(super) fn status(error: &Error) -> Option<u16> {
    match error {
        Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}

/// There is no such thing.
pub(super) fn is_missing(error: &Error) -> bool {
    status(error) == Some(404)
}

/// A later try may work: the engine is away, busy or confused.
pub(super) fn is_transient(error: &Error) -> bool {
    match error {
        Error::DockerResponseServerError {
            status_code,
            message,
        } => *status_code >= 500 && message.contains("timeout"),
        Error::JsonDataError { .. } | Error::APIVersionParseError {} => false,
        _ => true,
    }
}

pub(super) fn start_error(action: impl Into<String>, error: &Error) -> StartError {
    StartError::Engine {
        action: action.into(),
        problem: say(error),
        recoverable: is_transient(error),
    }
}
