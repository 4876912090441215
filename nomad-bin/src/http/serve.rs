//! The listener: connections, limits, one request at a time through the router.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use super::answer::Answer;
use super::api::Api;
use super::body::Body;
use super::error::HttpError;
use super::query::Query;
use super::request::Request;
use super::router::{Found, find};
use super::table::ROUTES;

/// Largest body of a request, in bytes.
pub(super) const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Connections served at once; more wait to be accepted.
pub(super) const CONNECTIONS_MAX: usize = 4096;
/// Time that requests in progress get when the agent stops.
const GRACE: Duration = Duration::from_millis(500);

/// Why serving ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// A connection could not be accepted.
    #[error("accept connections on {at}: {source}")]
    Accept {
        /// The listener's address.
        at: String,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Serves the API on `listener` until `stop` says true.
///
/// # Errors
///
/// When the listener fails for good.
pub async fn serve(
    listener: TcpListener,
    api: Api,
    mut stop: watch::Receiver<bool>,
) -> Result<(), ServeError> {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let graceful = GracefulShutdown::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            break;
        };
        let accepted = tokio::select! {
            biased;
            _ = stop.wait_for(|stopped| *stopped) => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(pair) => pair,
            Err(error) if is_passing(&error) => continue,
            Err(source) => {
                let at = listener
                    .local_addr()
                    .map(|at| at.to_string())
                    .unwrap_or_default();
                return Err(ServeError::Accept { at, source });
            }
        };
        let _ = stream.set_nodelay(true);
        let api = api.clone();
        let service = service_fn(move |request| {
            let api = api.clone();
            async move { Ok::<_, std::convert::Infallible>(handle(&api, request, peer).await) }
        });
        let server = auto::Builder::new(TokioExecutor::new());
        let connection = server.serve_connection_with_upgrades(TokioIo::new(stream), service);
        let connection = graceful.watch(connection.into_owned());
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%peer, %error, "connection ended");
            }
            drop(place);
        });
    }
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
    Ok(())
}

/// Errors of `accept` that concern one connection only, or pass by themselves.
fn is_passing(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted
    ) || matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))
}

async fn handle(api: &Api, request: hyper::Request<Incoming>, peer: SocketAddr) -> Response<Body> {
    let started = std::time::Instant::now();
    let (parts, body) = request.into_parts();
    let method = parts.method.clone();
    let path = parts.uri.path().to_owned();
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    let pretty = query.value("pretty").is_some_and(|value| value != "0");
    if path.starts_with("/ui/") && matches!(method, Method::GET | Method::HEAD) {
        let body = |bytes| UnsyncBoxBody::new(Full::new(bytes).map_err(|never| match never {}));
        return crate::ui::respond(&path, &parts.headers).map(body);
    }
    let answer = match read_body(body).await {
        Ok(body) => {
            let asked = Asked {
                path: &path,
                raw_query: parts.uri.query(),
                body,
            };
            route(api, asked, query, &parts).await
        }
        Err(error) => Answer::error(error),
    };
    let response = answer.write(&parts.headers, pretty);
    let took = started.elapsed();
    tracing::debug!(%method, path, %peer, status = response.status().as_u16(), ?took, "request complete");
    response
}

/// The pieces of a request that routing looks at.
struct Asked<'a> {
    path: &'a str,
    raw_query: Option<&'a str>,
    body: Bytes,
}

async fn route(
    api: &Api,
    asked: Asked<'_>,
    query: Query,
    parts: &hyper::http::request::Parts,
) -> Answer {
    if let Some(to) = redirect(asked.path, asked.raw_query) {
        return to;
    }
    let (handler, captured) = match find(ROUTES, &parts.method, asked.path) {
        Found::Handler(handler, captured) => (handler, captured),
        Found::Answer(answer) => return *answer,
    };
    let request = Request {
        method: parts.method.clone(),
        target: parts
            .uri
            .path_and_query()
            .map(ToString::to_string)
            .unwrap_or_default(),
        captured,
        query,
        headers: parts.headers.clone(),
        body: asked.body,
    };
    handler(api, request).await.unwrap_or_else(Answer::error)
}

/// `/` and unclean paths lead elsewhere (spec/api-cli 1.1).
fn redirect(path: &str, query: Option<&str>) -> Option<Answer> {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let to = if path == "/" || path == "/ui" {
        "/ui/".to_owned()
    } else {
        clean(path)?
    };
    let body = format!("<a href=\"{to}{query}\">Temporary Redirect</a>.\n\n");
    let answer = Answer::bytes(body, "text/html; charset=utf-8");
    Some(
        answer
            .with_status(StatusCode::TEMPORARY_REDIRECT)
            .with_header("location", format!("{to}{query}")),
    )
}

/// The clean form of an unclean path.
fn clean(path: &str) -> Option<String> {
    if !path.contains("//") && !path.split('/').any(|piece| piece == ".." || piece == ".") {
        return None;
    }
    let mut pieces: Vec<&str> = Vec::new();
    for piece in path.split('/') {
        match piece {
            "" | "." => {}
            ".." => {
                pieces.pop();
            }
            _ => pieces.push(piece),
        }
    }
    let tail = if path.ends_with('/') && !pieces.is_empty() {
        "/"
    } else {
        ""
    };
    Some(format!("/{}{tail}", pieces.join("/")))
}

async fn read_body(body: Incoming) -> Result<Bytes, HttpError> {
    match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(HttpError::too_large(BODY_BYTES_MAX))
        }
        Err(error) => Err(HttpError::bad(format!("read the request's body: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unclean_paths_have_a_clean_form() {
        assert_eq!(clean("/v1//jobs").as_deref(), Some("/v1/jobs"));
        assert_eq!(clean("/v1/x/../jobs/").as_deref(), Some("/v1/jobs/"));
        assert_eq!(clean("/v1/jobs"), None);
    }
}
