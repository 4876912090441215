//! Handing a request on to the agent that can answer it: the node of an allocation.

use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use nomad_core::id::AllocId;

use super::answer::Answer;
use super::api::Api;
use super::error::HttpError;
use super::request::Request;

/// Marks a request that another agent handed on, so that none goes round in a circle.
const FORWARDED: &str = "x-nomad-forwarded";

/// Where the answer comes from.
pub(super) enum Place {
    /// This agent's client has the allocation.
    Here,
    /// Another agent answered.
    There(Answer),
}

/// Finds the client that has `alloc`; hands the request on when it is another agent's.
///
/// # Errors
///
/// 404 when nobody knows the allocation, 404 `No path to node` when its agent does not answer.
pub(super) async fn to_client_of(
    api: &Api,
    request: &Request,
    alloc: AllocId,
) -> Result<Place, HttpError> {
    if api
        .client
        .as_ref()
        .is_some_and(|client| client.alloc(alloc).is_some())
    {
        return Ok(Place::Here);
    }
    let unknown = || HttpError::missing(format!("Unknown allocation {:?}", alloc.to_string()));
    let server = api.server.as_ref().ok_or_else(unknown)?;
    let state = server.snapshot();
    let node_id = state.alloc(&alloc).ok_or_else(unknown)?.node_id;
    let node = state
        .node(&node_id)
        .ok_or_else(|| HttpError::missing("No path to node"))?;
    let is_own = api
        .client
        .as_ref()
        .is_some_and(|client| client.node_id() == node_id);
    if is_own || request.headers.contains_key(FORWARDED) {
        return Err(unknown());
    }
    send(&node.http_addr, request).await.map(Place::There)
}

async fn send(address: &str, request: &Request) -> Result<Answer, HttpError> {
    let client: Client<_, Full<bytes::Bytes>> =
        Client::builder(TokioExecutor::new()).build(HttpConnector::new());
    let mut onward = hyper::Request::builder()
        .method(request.method.clone())
        .uri(format!("http://{address}{}", request.target))
        .header(FORWARDED, "1");
    for name in ["x-nomad-token", "authorization", "content-type"] {
        if let Some(value) = request.headers.get(name) {
            onward = onward.header(name, value);
        }
    }
    let onward = onward
        .body(Full::new(request.body.clone()))
        .map_err(|error| HttpError::bad(format!("hand the request on: {error}")))?;
    let response = client
        .request(onward)
        .await
        .map_err(|error| HttpError::missing(format!("No path to node: {address}: {error}")))?;
    let status = response.status();
    let kind = response
        .headers()
        .get("content-type")
        .and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or("text/plain").to_owned();
    // A broken connection ends the body early: after the first byte there is no other way to say it.
    let frames = futures_util::stream::unfold(response.into_body(), |mut body| async move {
        let frame = body.frame().await?.ok()?;
        Some((Ok(frame), body))
    });
    let body =
        http_body_util::combinators::UnsyncBoxBody::new(http_body_util::StreamBody::new(frames));
    Ok(Answer::stream(body, &kind).with_status(status))
}
