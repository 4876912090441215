//! `/v1/nodes` and `/v1/node/:id`.

use nomad_core::id::NodeId;
use nomad_core::model::NodeEligibility;
use nomad_core::state::{TableName, Topic};
use nomad_core::wire::operator::{OperatorAnswer, OperatorRequest};
use serde::Deserialize;
use serde_json::{Value, json};

use super::lists::{self, List};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::error::HttpError;
use crate::http::page::Row;
use crate::http::permit::{NodeRead, NodeWrite, Permit};
use crate::http::request::Request;
use crate::http::view;
use crate::http::wait::{Read, blocking};

/// `GET /v1/nodes`.
pub(crate) async fn list(
    api: &Api,
    _: Permit<NodeRead>,
    request: Request,
) -> Result<Answer, HttpError> {
    let prefix = lists::id_prefix(&request, "node")?;
    let extras = view::node::Extras {
        resources: request.query.flag("resources")?,
        os: request.query.flag("os")?,
    };
    blocking(api, &request, &[Topic::Table(TableName::Nodes)], |state| {
        let rows = state
            .nodes()
            .map(|item| Row {
                token: item.id.to_string(),
                item,
            })
            .filter(|row| row.token.starts_with(prefix))
            .collect();
        lists::answer(
            &request,
            List {
                rows,
                index: state.table_index(TableName::Nodes),
                show: &|node| view::node::stub(node, extras),
                whole: &|node| view::node::full(node),
            },
        )
    })
    .await
}

fn node_id(request: &Request) -> Result<NodeId, HttpError> {
    lists::drawn_id(request.capture(0), "node")
}

/// `GET /v1/node/:id`.
pub(crate) async fn read(
    api: &Api,
    _: Permit<NodeRead>,
    request: Request,
) -> Result<Answer, HttpError> {
    let id = node_id(&request)?;
    blocking(api, &request, &[Topic::Node(id)], |state| {
        let Some(node) = state.node(&id) else {
            return Ok(Read::missing(
                state.table_index(TableName::Nodes),
                "node not found",
            ));
        };
        Ok(Read::found(
            node.modify_index,
            Answer::value(view::node::full(node)),
        ))
    })
    .await
}

/// `GET /v1/node/:id/allocations`.
pub(crate) async fn allocations(
    api: &Api,
    _: Permit<NodeRead>,
    request: Request,
) -> Result<Answer, HttpError> {
    let id = node_id(&request)?;
    blocking(api, &request, &[Topic::NodeAllocs(id)], |state| {
        let allocs: Vec<_> = state.allocs_of_node(&id).collect();
        let index = allocs.iter().map(|alloc| alloc.modify_index).max();
        let index = index.unwrap_or_else(|| state.table_index(TableName::Allocs));
        let job = |alloc| state.job_of(alloc).map(AsRef::as_ref);
        let list = allocs
            .iter()
            .map(|alloc| view::alloc::full(alloc, job(alloc)))
            .collect();
        Ok(Read::found(index, Answer::value(Value::Array(list))))
    })
    .await
}

struct Written {
    index: nomad_core::units::Index,
    body: Value,
}

async fn write(api: &Api, call: OperatorRequest) -> Result<Written, HttpError> {
    let answer = api.server()?.operator(call).await?;
    let OperatorAnswer::Node {
        index,
        eval_ids,
        eval_create_index,
        node_modify_index,
    } = answer
    else {
        return Err(HttpError::server("the server answered another question"));
    };
    let ids = (!eval_ids.is_empty()).then_some(eval_ids);
    let body = json!({
        "EvalIDs": ids,
        "EvalCreateIndex": eval_create_index,
        "NodeModifyIndex": node_modify_index,
        "Index": index,
    });
    Ok(Written { index, body })
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Eligibility {
    #[serde(rename = "NodeID")]
    node_id: String,
    eligibility: String,
}

/// `POST /v1/node/:id/eligibility`.
pub(crate) async fn eligibility(
    api: &Api,
    _: Permit<NodeWrite>,
    request: Request,
) -> Result<Answer, HttpError> {
    let asked: Eligibility = request.json()?;
    let node_id = node_id(&request)?;
    if !asked.node_id.is_empty() && asked.node_id != request.capture(0) {
        return Err(HttpError::bad("Node ID does not match"));
    }
    let eligibility: NodeEligibility = asked.eligibility.parse().map_err(|_| {
        HttpError::server(format!(
            "invalid scheduling eligibility {:?}",
            asked.eligibility
        ))
    })?;
    let call = OperatorRequest::SetNodeEligibility {
        node_id,
        eligibility,
    };
    let written = write(api, call).await?;
    Ok(Answer::value(written.body).written_at(written.index))
}

/// `POST /v1/node/:id/evaluate`.
pub(crate) async fn evaluate(
    api: &Api,
    _: Permit<NodeWrite>,
    request: Request,
) -> Result<Answer, HttpError> {
    let written = write(
        api,
        OperatorRequest::EvaluateNode {
            node_id: node_id(&request)?,
        },
    )
    .await?;
    Ok(Answer::value(with_meta(written.body)).written_at(written.index))
}

/// `POST /v1/node/:id/purge`.
pub(crate) async fn purge(
    api: &Api,
    _: Permit<NodeWrite>,
    request: Request,
) -> Result<Answer, HttpError> {
    let written = write(
        api,
        OperatorRequest::PurgeNode {
            node_id: node_id(&request)?,
        },
    )
    .await?;
    Ok(Answer::value(written.body).written_at(written.index))
}

fn with_meta(mut body: Value) -> Value {
    if let Some(fields) = body.as_object_mut() {
        fields.insert("LastContact".to_owned(), json!(0));
        fields.insert("KnownLeader".to_owned(), json!(false));
        fields.insert("NextToken".to_owned(), json!(""));
        fields.insert("HeartbeatTTL".to_owned(), json!(0));
    }
    body
}
