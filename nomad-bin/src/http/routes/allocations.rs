//! `/v1/allocations` and `/v1/allocation/:id`.

use nomad_core::id::AllocId;
use nomad_core::state::{TableName, Topic};
use nomad_core::wire::operator::{OperatorAnswer, OperatorRequest};
use serde_json::json;

use super::lists::{self, List};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::error::HttpError;
use crate::http::page::Row;
use crate::http::permit::{AllocLifecycle, Permit, ReadJob};
use crate::http::request::Request;
use crate::http::view;
use crate::http::wait::{Read, blocking};

/// `GET /v1/allocations`.
pub(crate) async fn list(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let prefix = lists::id_prefix(&request, "alloc")?;
    let namespace = request.namespaces()?;
    let extras = view::alloc::Extras {
        resources: request.query.flag("resources")?,
        task_states: request.query.maybe_flag("task_states")?.unwrap_or(true),
    };
    blocking(api, &request, &[Topic::Table(TableName::Allocs)], |state| {
        let mut allocs: Vec<_> = state
            .allocs()
            .filter(|alloc| lists::is_in(namespace.as_ref(), &alloc.namespace))
            .filter(|alloc| prefix.is_empty() || alloc.id.to_string().starts_with(prefix))
            .collect();
        allocs.sort_by_key(|alloc| (alloc.create_index, alloc.id));
        let rows = allocs
            .into_iter()
            .map(|item| Row {
                token: format!("{}.{}", item.create_index, item.id),
                item,
            })
            .collect();
        let job = |alloc| state.job_of(alloc).map(AsRef::as_ref);
        lists::answer(
            &request,
            List {
                rows,
                index: state.table_index(TableName::Allocs),
                show: &|alloc| view::alloc::stub(alloc, job(alloc), extras),
                whole: &|alloc| view::alloc::whole(alloc, job(alloc)),
            },
        )
    })
    .await
}

fn alloc_id(request: &Request) -> Result<AllocId, HttpError> {
    lists::drawn_id(request.capture(0), "alloc")
}

/// `GET /v1/allocation/:id`.
pub(crate) async fn read(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let id = alloc_id(&request)?;
    blocking(api, &request, &[Topic::Alloc(id)], |state| {
        let Some(alloc) = state.alloc(&id) else {
            return Ok(Read::missing(
                state.table_index(TableName::Allocs),
                "alloc not found",
            ));
        };
        let job = state.job_of(alloc).map(AsRef::as_ref);
        Ok(Read::found(
            alloc.modify_index,
            Answer::value(view::alloc::full(alloc, job)),
        ))
    })
    .await
}

/// `POST /v1/allocation/:id/stop`.
pub(crate) async fn stop(
    api: &Api,
    _: Permit<AllocLifecycle>,
    request: Request,
) -> Result<Answer, HttpError> {
    let call = OperatorRequest::StopAlloc {
        alloc_id: alloc_id(&request)?,
        no_shutdown_delay: request.query.flag("no_shutdown_delay")?,
        reschedule: request.query.flag("reschedule")?,
    };
    let answer = api.server()?.operator(call).await?;
    let OperatorAnswer::Job { index, eval_id, .. } = answer else {
        return Err(HttpError::server("the server answered another question"));
    };
    let eval_id = eval_id.map(|id| id.to_string()).unwrap_or_default();
    Ok(Answer::value(json!({"EvalID": eval_id, "Index": index})).written_at(index))
}
