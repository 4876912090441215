//! `/v1/jobs`: the list of jobs.

use nomad_core::state::{TableName, Topic};
use serde_json::json;

use super::lists::{self, List};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::error::HttpError;
use crate::http::page::Row;
use crate::http::permit::{Permit, ReadJob};
use crate::http::request::Request;
use crate::http::view;
use crate::http::wait::blocking;

/// `GET /v1/jobs`.
pub(crate) async fn list(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let topics = [
        Topic::Table(TableName::Jobs),
        Topic::Table(TableName::JobSummaries),
    ];
    let namespace = request.namespaces()?;
    let with_meta = request.query.flag("meta")?;
    blocking(api, &request, &topics, |state| {
        let prefix = request.query.text("prefix");
        let rows = state
            .job_records()
            .filter(|(key, _)| lists::is_in(namespace.as_ref(), &key.namespace))
            .filter(|(key, _)| key.id.as_str().starts_with(prefix))
            .map(|(key, record)| Row {
                token: format!("{}.{}", key.namespace, key.id),
                item: (key, record),
            })
            .collect();
        let index = state
            .table_index(TableName::Jobs)
            .max(state.table_index(TableName::JobSummaries));
        lists::answer(
            &request,
            List {
                rows,
                index,
                show: &|(key, record)| view::job::stub(key, record, with_meta),
                whole: &|(_, record)| json!(record.job),
            },
        )
    })
    .await
}
