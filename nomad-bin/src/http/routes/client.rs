//! `/v1/client/allocation/...` and `/v1/client/gc`: what a client does with its allocations.

use nomad_client::agent::{LocalRequest, RequestError};
use nomad_core::id::{AllocId, TaskName};
use serde::Deserialize;
use serde_json::{Value, json};

use super::lists;
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::error::HttpError;
use crate::http::forward::{Place, to_client_of};
use crate::http::permit::{AllocLifecycle, NodeWrite, Permit, ReadJob, SubmitJob};
use crate::http::request::Request;

impl From<RequestError> for HttpError {
    fn from(error: RequestError) -> Self {
        match &error {
            RequestError::UnknownAlloc { alloc } => {
                Self::missing(format!("Unknown allocation {:?}", alloc.to_string()))
            }
            _ => Self::server(error.to_string()),
        }
    }
}

fn alloc_id(request: &Request) -> Result<AllocId, HttpError> {
    lists::drawn_id(request.capture(0), "alloc")
}

fn task(name: &str) -> Result<Option<TaskName>, HttpError> {
    if name.is_empty() {
        return Ok(None);
    }
    name.parse()
        .map(Some)
        .map_err(|error| HttpError::bad(format!("{error}")))
}

/// Has this agent's client do `call`, after the allocation was found to be here.
async fn perform(api: &Api, call: LocalRequest) -> Result<(), HttpError> {
    match &api.client {
        Some(client) => Ok(client.request(call).await?),
        None => Err(HttpError::missing("this agent runs no client")),
    }
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Restart {
    task_name: String,
    all_tasks: bool,
}

/// `POST /v1/client/allocation/:id/restart`.
pub(crate) async fn restart(
    api: &Api,
    _: Permit<AllocLifecycle>,
    request: Request,
) -> Result<Answer, HttpError> {
    let alloc = alloc_id(&request)?;
    if let Place::There(answer) = to_client_of(api, &request, alloc).await? {
        return Ok(answer);
    }
    let asked: Restart = if request.body.is_empty() {
        Restart::default()
    } else {
        request.json()?
    };
    if asked.all_tasks && !asked.task_name.is_empty() {
        return Err(HttpError::server(
            "task name cannot be set when restarting all tasks",
        ));
    }
    let task = task(&asked.task_name)?;
    perform(
        api,
        LocalRequest::Restart {
            alloc,
            task,
            all: asked.all_tasks,
        },
    )
    .await?;
    Ok(Answer::value(json!({"Index": 0})))
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Signal {
    task: String,
    signal: String,
}

/// `POST /v1/client/allocation/:id/signal`.
pub(crate) async fn signal(
    api: &Api,
    _: Permit<AllocLifecycle>,
    request: Request,
) -> Result<Answer, HttpError> {
    let alloc = alloc_id(&request)?;
    if let Place::There(answer) = to_client_of(api, &request, alloc).await? {
        return Ok(answer);
    }
    let asked: Signal = request
        .json()
        .map_err(|error| HttpError::bad(format!("Failed to decode body: {error}")))?;
    let task = task(&asked.task)?;
    perform(
        api,
        LocalRequest::Signal {
            alloc,
            task,
            signal: asked.signal,
        },
    )
    .await?;
    Ok(Answer::value(json!({"Index": 0})))
}

/// `GET /v1/client/allocation/:id/stats`.
pub(crate) async fn alloc_stats(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let alloc = alloc_id(&request)?;
    if let Place::There(answer) = to_client_of(api, &request, alloc).await? {
        return Ok(answer);
    }
    let wanted = request.query.text("task");
    let client = api
        .client
        .as_ref()
        .ok_or_else(|| HttpError::missing("Unknown allocation"))?;
    let usage = client
        .usage(alloc)
        .await
        .map_err(|error| HttpError::server(error.to_string()))?
        .ok_or_else(|| HttpError::missing(format!("Unknown allocation {:?}", alloc.to_string())))?;
    let mut total = nomad_client::drivers::ResourceUsage::default();
    let mut tasks = serde_json::Map::new();
    for (name, used) in usage
        .iter()
        .filter(|(name, _)| wanted.is_empty() || **name == wanted)
    {
        total += &used.resource_usage;
        tasks.insert(name.to_string(), json!(used));
    }
    let body = json!({
        "ResourceUsage": total,
        "Tasks": Value::Object(tasks),
        "Timestamp": api.now(),
    });
    Ok(Answer::value(body))
}

/// `GET /v1/client/allocation/:id/gc`.
pub(crate) async fn collect(
    api: &Api,
    _: Permit<SubmitJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let alloc = alloc_id(&request)?;
    if let Place::There(answer) = to_client_of(api, &request, alloc).await? {
        return Ok(answer);
    }
    perform(api, LocalRequest::Collect { alloc })
        .await
        .map_err(|_| {
            HttpError::server("No such allocation on client, or allocation not eligible for GC")
        })?;
    Ok(Answer::empty())
}

/// `GET /v1/client/gc`.
pub(crate) async fn collect_all(
    api: &Api,
    _: Permit<NodeWrite>,
    _: Request,
) -> Result<Answer, HttpError> {
    perform(api, LocalRequest::CollectAll).await?;
    Ok(Answer::empty())
}
