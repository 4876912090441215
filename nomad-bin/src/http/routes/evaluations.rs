//! `/v1/evaluations` and `/v1/evaluation/:id`.

use nomad_core::id::EvalId;
use nomad_core::model::Evaluation;
use nomad_core::state::{Snapshot, TableName, Topic};
use serde_json::{Value, json};

use super::lists::{self, List};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::error::HttpError;
use crate::http::page::Row;
use crate::http::permit::{Permit, ReadJob};
use crate::http::request::Request;
use crate::http::view;
use crate::http::wait::{Read, blocking};

/// `GET /v1/evaluations`.
pub(crate) async fn list(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let prefix = lists::id_prefix(&request, "eval")?;
    let namespace = request.namespaces()?;
    let (status, job) = (request.query.text("status"), request.query.text("job"));
    let narrowed = !status.is_empty() || !job.is_empty();
    if narrowed && !request.query.text("filter").is_empty() {
        return Err(HttpError::bad(
            "Filter expression cannot be used with other filter parameters",
        ));
    }
    let wanted = |eval: &Evaluation| {
        lists::is_in(namespace.as_ref(), &eval.namespace)
            && (status.is_empty() || eval.status.as_str() == status)
            && (job.is_empty() || eval.job_id == job)
            && (prefix.is_empty() || eval.id.to_string().starts_with(prefix))
    };
    blocking(api, &request, &[Topic::Table(TableName::Evals)], |state| {
        let mut evals: Vec<_> = state.evals().filter(|eval| wanted(eval)).collect();
        evals.sort_by_key(|eval| (eval.create_index, eval.id));
        let rows = evals
            .into_iter()
            .map(|item| Row {
                token: format!("{}.{}", item.create_index, item.id),
                item,
            })
            .collect();
        lists::answer(
            &request,
            List {
                rows,
                index: state.table_index(TableName::Evals),
                show: &|eval| view::eval::whole(eval),
                whole: &|eval| view::eval::full(eval),
            },
        )
    })
    .await
}

/// `GET /v1/evaluations/count`.
pub(crate) async fn count(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let namespace = request.namespaces()?;
    let filter = lists::filter(&request)?;
    blocking(api, &request, &[Topic::Table(TableName::Evals)], |state| {
        let mut count = 0_u64;
        for eval in state.evals() {
            let shown = lists::is_in(namespace.as_ref(), &eval.namespace);
            let passes = || lists::passes(filter.as_ref(), &|| view::eval::whole(eval));
            count += u64::from(shown && passes()?);
        }
        let index = state.table_index(TableName::Evals);
        let body = json!({
            "Count": count,
            "Index": index,
            "LastContact": 0,
            "KnownLeader": true,
            "NextToken": "",
        });
        Ok(Read::found(index, Answer::value(body)))
    })
    .await
}

fn eval_id(request: &Request) -> Result<EvalId, HttpError> {
    lists::drawn_id(request.capture(0), "failed to lookup eval: eval")
}

/// `GET /v1/evaluation/:id`, with `related=true` and its relatives.
pub(crate) async fn read(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let id = eval_id(&request)?;
    let with_related = request.query.flag("related")?;
    blocking(api, &request, &[Topic::Eval(id)], |state| {
        let Some(eval) = state.eval(&id) else {
            return Ok(Read::missing(
                state.table_index(TableName::Evals),
                "eval not found",
            ));
        };
        let mut shown = view::eval::full(eval);
        if with_related && let Some(fields) = shown.as_object_mut() {
            let related: Vec<Value> = relatives(state, eval)
                .into_iter()
                .map(view::eval::related)
                .collect();
            fields.insert("RelatedEvals".to_owned(), Value::Array(related));
        }
        Ok(Read::found(eval.modify_index, Answer::value(shown)))
    })
    .await
}

/// Every evaluation of the same job that links to `eval`, directly or through others.
fn relatives<'a>(state: &'a Snapshot, eval: &Evaluation) -> Vec<&'a Evaluation> {
    let links = |one: &Evaluation| {
        [one.next_eval, one.previous_eval, one.blocked_eval]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
    };
    let mut seen = std::collections::BTreeSet::from([eval.id]);
    let mut waiting = links(eval);
    let mut found = Vec::new();
    while let Some(id) = waiting.pop() {
        if !seen.insert(id) {
            continue;
        }
        if let Some(one) = state.eval(&id) {
            waiting.extend(links(one));
            found.push(one.as_ref());
        }
    }
    found
}

/// `GET /v1/evaluation/:id/allocations`.
pub(crate) async fn allocations(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let id = eval_id(&request)?;
    let extras = view::alloc::Extras {
        resources: false,
        task_states: true,
    };
    blocking(api, &request, &[Topic::EvalAllocs(id)], |state| {
        let allocs: Vec<_> = state.allocs_of_eval(&id).collect();
        let index = allocs.iter().map(|alloc| alloc.modify_index).max();
        let index = index.unwrap_or_else(|| state.table_index(TableName::Allocs));
        let job = |alloc| state.job_of(alloc).map(AsRef::as_ref);
        let list = allocs
            .iter()
            .map(|alloc| view::alloc::stub(alloc, job(alloc), extras))
            .collect();
        Ok(Read::found(index, Answer::value(Value::Array(list))))
    })
    .await
}
