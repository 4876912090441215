//! `/v1/deployments` and `/v1/deployment/...`.

use nomad_core::id::{AllocId, DeploymentId, GroupName};
use nomad_core::state::{TableName, Topic};
use nomad_core::wire::operator::{OperatorAnswer, OperatorRequest};
use serde::Deserialize;
use serde_json::{Value, json};

use super::lists::{self, List};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::error::HttpError;
use crate::http::page::Row;
use crate::http::permit::{Permit, ReadJob, SubmitJob};
use crate::http::request::Request;
use crate::http::view;
use crate::http::wait::{Read, blocking};

/// `GET /v1/deployments`.
pub(crate) async fn list(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let prefix = lists::id_prefix(&request, "deployment")?;
    let namespace = request.namespaces()?;
    blocking(
        api,
        &request,
        &[Topic::Table(TableName::Deployments)],
        |state| {
            let mut found: Vec<_> = state
                .deployments()
                .filter(|one| lists::is_in(namespace.as_ref(), &one.namespace))
                .filter(|one| prefix.is_empty() || one.id.to_string().starts_with(prefix))
                .collect();
            found.sort_by_key(|one| (one.create_index, one.id));
            let rows = found
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
                    index: state.table_index(TableName::Deployments),
                    show: &|one| view::deployment::full(one),
                    whole: &|one| view::deployment::full(one),
                },
            )
        },
    )
    .await
}

fn deployment_id(request: &Request) -> Result<DeploymentId, HttpError> {
    lists::drawn_id(request.capture(0), "deployment")
}

/// `GET /v1/deployment/:id`.
pub(crate) async fn read(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let id = deployment_id(&request)?;
    blocking(api, &request, &[Topic::Deployment(id)], |state| {
        let Some(one) = state.deployment(&id) else {
            let index = state.table_index(TableName::Deployments);
            return Ok(Read::missing(index, "deployment not found"));
        };
        Ok(Read::found(
            one.modify_index,
            Answer::value(view::deployment::full(one)),
        ))
    })
    .await
}

/// `GET /v1/deployment/allocations/:id`.
pub(crate) async fn allocations(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let id = deployment_id(&request)?;
    let extras = view::alloc::Extras {
        resources: false,
        task_states: true,
    };
    blocking(api, &request, &[Topic::DeploymentAllocs(id)], |state| {
        let allocs: Vec<_> = state.allocs_of_deployment(&id).collect();
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

async fn write(api: &Api, call: OperatorRequest) -> Result<Answer, HttpError> {
    let answer = api.server()?.operator(call).await?;
    let OperatorAnswer::Deployment {
        index,
        eval_id,
        eval_create_index,
        deployment_modify_index,
        reverted_job_version,
    } = answer
    else {
        return Err(HttpError::server("the server answered another question"));
    };
    let body = json!({
        "EvalID": eval_id.map(|id| id.to_string()).unwrap_or_default(),
        "EvalCreateIndex": eval_create_index,
        "DeploymentModifyIndex": deployment_modify_index,
        "RevertedJobVersion": reverted_job_version,
        "Index": index,
    });
    Ok(Answer::value(body).written_at(index))
}

/// `POST /v1/deployment/fail/:id`.
pub(crate) async fn fail(
    api: &Api,
    _: Permit<SubmitJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let deployment_id = deployment_id(&request)?;
    write(api, OperatorRequest::FailDeployment { deployment_id }).await
}

fn check_body(request: &Request, body: &str) -> Result<DeploymentId, HttpError> {
    let id = deployment_id(request)?;
    if body.is_empty() {
        return Err(HttpError::bad("DeploymentID must be specified"));
    }
    if body != request.capture(0) {
        return Err(HttpError::bad("Deployment ID does not match"));
    }
    Ok(id)
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Pause {
    #[serde(rename = "DeploymentID")]
    deployment_id: String,
    pause: bool,
}

/// `POST /v1/deployment/pause/:id`.
pub(crate) async fn pause(
    api: &Api,
    _: Permit<SubmitJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let asked: Pause = request.json()?;
    let deployment_id = check_body(&request, &asked.deployment_id)?;
    write(
        api,
        OperatorRequest::PauseDeployment {
            deployment_id,
            pause: asked.pause,
        },
    )
    .await
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Promote {
    #[serde(rename = "DeploymentID")]
    deployment_id: String,
    all: bool,
    groups: Vec<GroupName>,
}

/// `POST /v1/deployment/promote/:id`.
pub(crate) async fn promote(
    api: &Api,
    _: Permit<SubmitJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let asked: Promote = request.json()?;
    let deployment_id = check_body(&request, &asked.deployment_id)?;
    let groups = (!asked.all).then_some(asked.groups);
    write(
        api,
        OperatorRequest::PromoteDeployment {
            deployment_id,
            groups,
        },
    )
    .await
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Health {
    #[serde(rename = "DeploymentID")]
    deployment_id: String,
    #[serde(rename = "HealthyAllocationIDs")]
    healthy: Vec<AllocId>,
    #[serde(rename = "UnhealthyAllocationIDs")]
    unhealthy: Vec<AllocId>,
}

/// `POST /v1/deployment/allocation-health/:id`.
pub(crate) async fn health(
    api: &Api,
    _: Permit<SubmitJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let asked: Health = request.json()?;
    let deployment_id = check_body(&request, &asked.deployment_id)?;
    let Health {
        healthy, unhealthy, ..
    } = asked;
    write(
        api,
        OperatorRequest::SetAllocHealth {
            deployment_id,
            healthy,
            unhealthy,
        },
    )
    .await
}
