//! A request as handlers see it: path pieces, query, body.

use bytes::Bytes;
use hyper::{HeaderMap, Method};
use nomad_core::id::{JobId, JobKey, NamespaceName};

use super::decode;
use super::error::HttpError;
use super::query::Query;

/// A request, read in full.
pub(super) struct Request {
    /// Its method.
    pub method: Method,
    /// Its path and query as they came.
    pub target: String,
    /// What its path captured, decoded, in order.
    pub captured: Vec<String>,
    /// Its query.
    pub query: Query,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Request {
    /// The `at`-th piece that the path captured.
    pub(super) fn capture(&self, at: usize) -> &str {
        self.captured
            .get(at)
            .map(String::as_str)
            .unwrap_or_default()
    }

    /// The namespace of a list: `None` for all of them.
    pub(super) fn namespaces(&self) -> Result<Option<NamespaceName>, HttpError> {
        match self.query.text("namespace") {
            "*" => Ok(None),
            _ => self.namespace().map(Some),
        }
    }

    /// The namespace of a single object.
    pub(super) fn namespace(&self) -> Result<NamespaceName, HttpError> {
        match self.query.text("namespace") {
            "" => Ok(NamespaceName::default()),
            text => text
                .parse()
                .map_err(|error| HttpError::bad(format!("{error}"))),
        }
    }

    /// The job that the path names, in the query's namespace.
    pub(super) fn job_key(&self) -> Result<JobKey, HttpError> {
        let id: JobId = self
            .capture(0)
            .parse()
            .map_err(|_| HttpError::missing("job not found"))?;
        Ok(JobKey::new(self.namespace()?, id))
    }

    /// The body, read as Go reads JSON: keys without regard to case, unknown keys ignored.
    pub(super) fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, HttpError> {
        if self.body.is_empty() {
            return Err(HttpError::bad("Request body is empty"));
        }
        decode::from_slice(&self.body).map_err(|error| HttpError::bad(error.to_string()))
    }
}
