//! `/v1/status`, `/v1/regions`, `/v1/system`.

use nomad_core::wire::operator::OperatorRequest;
use serde_json::json;

use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::error::HttpError;
use crate::http::permit::{Anybody, Management, Permit};
use crate::http::request::Request;

/// `GET /v1/status/leader`.
pub(crate) async fn leader(api: &Api, _: Permit<Anybody>, _: Request) -> Result<Answer, HttpError> {
    let leading = api.server()?.is_leading();
    Ok(Answer::value(json!(if leading {
        api.facts.rpc_addr.as_str()
    } else {
        ""
    })))
}

/// `GET /v1/status/peers`.
pub(crate) async fn peers(api: &Api, _: Permit<Anybody>, _: Request) -> Result<Answer, HttpError> {
    api.server()?;
    Ok(Answer::value(json!([api.facts.rpc_addr])))
}

/// `GET /v1/regions`.
pub(crate) async fn regions(
    api: &Api,
    _: Permit<Anybody>,
    _: Request,
) -> Result<Answer, HttpError> {
    Ok(Answer::value(json!([api.facts.region])))
}

/// `PUT /v1/system/gc`.
pub(crate) async fn collect(
    api: &Api,
    _: Permit<Management>,
    _: Request,
) -> Result<Answer, HttpError> {
    api.server()?
        .operator(OperatorRequest::CollectGarbage)
        .await?;
    Ok(Answer::empty())
}
