//! `/v1/client/fs/...`: files and logs of allocations (spec/api-cli 2.13).

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::StreamBody;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::StatusCode;
use hyper::body::Frame as BodyFrame;
use nomad_client::fs::{
    AllocView, FRAMES_BUFFERED_MAX, Frame, FsError, Origin, StreamRequest, stream as stream_file,
};
use nomad_client::logs::{LogRequest, read as read_logs};
use nomad_client::shell::ClientHandle;
use nomad_core::id::{AllocId, TaskName};
use serde_json::json;
use tokio::sync::mpsc;

use super::lists;
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::error::HttpError;
use crate::http::forward::{Place, to_client_of};
use crate::http::permit::{Permit, ReadFs, ReadLogs};
use crate::http::request::Request;

impl From<FsError> for HttpError {
    fn from(error: FsError) -> Self {
        let status = match &error {
            FsError::NotFound { .. } => StatusCode::NOT_FOUND,
            FsError::Secret { .. } => StatusCode::FORBIDDEN,
            FsError::Escapes
            | FsError::IsDirectory { .. }
            | FsError::NotDirectory { .. }
            | FsError::NotRegular { .. }
            | FsError::BadOffset { .. }
            | FsError::TooMany { .. } => StatusCode::BAD_REQUEST,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self {
            status,
            text: error.to_string(),
        }
    }
}

/// The client that has the allocation, or the answer of the agent that has it.
enum Found {
    Here(Arc<ClientHandle>, AllocId),
    Answered(Answer),
}

async fn find(api: &Api, request: &Request) -> Result<Found, HttpError> {
    let id: AllocId = lists::drawn_id(request.capture(0), "alloc")?;
    match to_client_of(api, request, id).await? {
        Place::There(answer) => Ok(Found::Answered(answer)),
        Place::Here => match &api.client {
            Some(client) => Ok(Found::Here(client.clone(), id)),
            None => Err(HttpError::missing(format!(
                "Unknown allocation {:?}",
                id.to_string()
            ))),
        },
    }
}

/// The path that a request names, relative to the allocation's directory.
fn path(request: &Request) -> PathBuf {
    let path = request.query.text("path").trim_start_matches('/');
    if path.is_empty() {
        PathBuf::from(".")
    } else {
        PathBuf::from(path)
    }
}

async fn with_files<T: Send + 'static>(
    client: &ClientHandle,
    id: AllocId,
    look: impl FnOnce(AllocView) -> Result<T, FsError> + Send + 'static,
) -> Result<T, HttpError> {
    let view = client.files(id)?;
    let looked = tokio::task::spawn_blocking(move || look(view)).await;
    Ok(looked.map_err(|error| HttpError::server(format!("read files: {error}")))??)
}

/// `GET /v1/client/fs/ls/:alloc?path=`.
pub(crate) async fn list(
    api: &Api,
    _: Permit<ReadFs>,
    request: Request,
) -> Result<Answer, HttpError> {
    let (client, id) = match find(api, &request).await? {
        Found::Here(client, id) => (client, id),
        Found::Answered(answer) => return Ok(answer),
    };
    let path = path(&request);
    Answer::json(&with_files(&client, id, move |view| view.list(&path)).await?)
}

/// `GET /v1/client/fs/stat/:alloc?path=`.
pub(crate) async fn stat(
    api: &Api,
    _: Permit<ReadFs>,
    request: Request,
) -> Result<Answer, HttpError> {
    let (client, id) = match find(api, &request).await? {
        Found::Here(client, id) => (client, id),
        Found::Answered(answer) => return Ok(answer),
    };
    if request.query.text("path").is_empty() {
        return Err(HttpError::bad("must provide a file name"));
    }
    let path = path(&request);
    Answer::json(&with_files(&client, id, move |view| view.stat(&path)).await?)
}

/// `GET /v1/client/fs/cat/:alloc?path=`.
pub(crate) async fn cat(
    api: &Api,
    _: Permit<ReadFs>,
    request: Request,
) -> Result<Answer, HttpError> {
    file(api, request, Origin::Start, 0, None).await
}

/// `GET /v1/client/fs/readat/:alloc?path=&offset=&limit=`.
pub(crate) async fn read_at(
    api: &Api,
    _: Permit<ReadFs>,
    request: Request,
) -> Result<Answer, HttpError> {
    let offset = request.query.number("offset")?;
    let offset = offset.ok_or_else(|| HttpError::bad("must provide an offset"))?;
    let limit = request.query.number("limit")?;
    file(api, request, Origin::Start, offset, limit).await
}

/// A file's bytes, with headers that keep browsers from believing them.
async fn file(
    api: &Api,
    request: Request,
    origin: Origin,
    offset: u64,
    limit: Option<u64>,
) -> Result<Answer, HttpError> {
    let (client, id) = match find(api, &request).await? {
        Found::Here(client, id) => (client, id),
        Found::Answered(answer) => return Ok(answer),
    };
    if request.query.text("path").is_empty() {
        return Err(HttpError::bad("must provide a file name"));
    }
    let view = Arc::new(client.files(id)?);
    let wanted = StreamRequest {
        path: path(&request),
        origin,
        offset,
        limit,
        follow: false,
    };
    let (out, frames) = mpsc::channel(FRAMES_BUFFERED_MAX);
    let running = tokio::spawn(stream_file(view, wanted, out));
    let body = first_or_error(frames, running, true).await?;
    Ok(Answer::stream(body, "text/plain")
        .with_header("x-content-type-options", "nosniff")
        .with_header("x-xss-protection", "1; mode=block")
        .with_header(
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        ))
}

fn origin(request: &Request) -> Result<Origin, HttpError> {
    match request.query.text("origin") {
        "" | "start" => Ok(Origin::Start),
        "end" => Ok(Origin::End),
        _ => Err(HttpError::bad("origin must be start or end")),
    }
}

fn offset(request: &Request) -> Result<u64, HttpError> {
    request
        .query
        .number("offset")
        .map_err(|_| HttpError::bad("error parsing offset: a number of bytes is needed"))
        .map(Option::unwrap_or_default)
}

/// `GET /v1/client/fs/stream/:alloc?path=&offset=&origin=&follow=`.
pub(crate) async fn stream(
    api: &Api,
    _: Permit<ReadFs>,
    request: Request,
) -> Result<Answer, HttpError> {
    let (client, id) = match find(api, &request).await? {
        Found::Here(client, id) => (client, id),
        Found::Answered(answer) => return Ok(answer),
    };
    if request.query.text("path").is_empty() {
        return Err(HttpError::bad("must provide a file name"));
    }
    let wanted = StreamRequest {
        path: path(&request),
        origin: origin(&request)?,
        offset: offset(&request)?,
        limit: None,
        follow: request.query.maybe_flag("follow")?.unwrap_or(true),
    };
    let view = Arc::new(client.files(id)?);
    let (out, frames) = mpsc::channel(FRAMES_BUFFERED_MAX);
    let running = tokio::spawn(stream_file(view, wanted, out));
    let body = first_or_error(frames, running, false).await?;
    Ok(Answer::stream(body, "text/plain; charset=utf-8"))
}

/// `GET /v1/client/fs/logs/:alloc?task=&type=&follow=&offset=&origin=&plain=`.
pub(crate) async fn logs(
    api: &Api,
    _: Permit<ReadLogs>,
    request: Request,
) -> Result<Answer, HttpError> {
    let (client, id) = match find(api, &request).await? {
        Found::Here(client, id) => (client, id),
        Found::Answered(answer) => return Ok(answer),
    };
    let name = request.query.text("task");
    let task: TaskName = name
        .parse()
        .map_err(|_| HttpError::bad("must provide task name"))?;
    let shown = client
        .alloc(id)
        .ok_or_else(|| HttpError::missing("Unknown allocation"))?;
    if !shown.tasks.iter().any(|one| one.name == task) {
        return Err(HttpError::bad(format!("unknown task name {name:?}")));
    }
    let kind = request.query.text("type");
    let kind = kind
        .parse()
        .map_err(|_| HttpError::bad("must provide log type (stdout/stderr)"))?;
    let follow = request.query.flag("follow").map_err(|error| {
        HttpError::bad(format!("failed to parse follow field to boolean: {error}"))
    })?;
    let plain = request.query.flag("plain")?;
    let wanted = LogRequest {
        logs_dir: client.layout(id).logs(),
        task: name.to_owned(),
        stream: kind,
        origin: origin(&request)?,
        offset: offset(&request)?,
        last_lines: None,
        follow,
    };
    let (out, frames) = mpsc::channel(FRAMES_BUFFERED_MAX);
    let running = tokio::spawn(read_logs(wanted, out, client.task_end(id, &task)));
    let body = first_or_error(frames, running, plain).await?;
    Ok(Answer::stream(
        body,
        if plain {
            "text/plain"
        } else {
            "application/json"
        },
    ))
}

type Running = tokio::task::JoinHandle<Result<(), FsError>>;

/// Waits for the first frame, so that an error before it still has a status; then streams.
async fn first_or_error(
    mut frames: mpsc::Receiver<Frame>,
    running: Running,
    plain: bool,
) -> Result<UnsyncBoxBody<Bytes, std::convert::Infallible>, HttpError> {
    let first = frames.recv().await;
    if first.is_none() {
        let ended = running.await;
        ended.map_err(|error| HttpError::server(format!("read files: {error}")))??;
    }
    let rest =
        futures_util::stream::unfold((first, frames), move |(first, mut frames)| async move {
            let frame = match first {
                Some(frame) => frame,
                None => frames.recv().await?,
            };
            Some((Ok(BodyFrame::data(encode(frame, plain))), (None, frames)))
        });
    Ok(UnsyncBoxBody::new(StreamBody::new(rest)))
}

fn encode(frame: Frame, plain: bool) -> Bytes {
    if plain {
        return Bytes::from(frame.data);
    }
    frame
        .to_json()
        .map(Bytes::from)
        .unwrap_or_else(|_| Bytes::from(json!({}).to_string()))
}
