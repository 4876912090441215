//! Blocking queries: read, and when the answer is not new, wait for what it was made of.

use nomad_core::state::{Snapshot, Topic};
use nomad_core::units::Index;

use super::answer::Answer;
use super::api::Api;
use super::error::HttpError;
use super::request::Request;

/// A read's result: the index of what was read, and the answer or why there is none. A missing
/// object still has an index (its table's), so one can wait for it to appear.
pub(super) struct Read {
    /// Index of the objects or tables read.
    pub index: Index,
    /// The answer.
    pub answer: Result<Answer, HttpError>,
}

impl Read {
    /// A read that found something.
    pub(super) fn found(index: Index, answer: Answer) -> Self {
        Self {
            index,
            answer: Ok(answer),
        }
    }

    /// A read that found nothing.
    pub(super) fn missing(index: Index, text: &str) -> Self {
        Self {
            index,
            answer: Err(HttpError::missing(text)),
        }
    }
}

/// Runs `read` on snapshots until its index is above the query's, or the wait is over.
///
/// # Errors
///
/// Malformed parameters, or what `read` refuses.
pub(super) async fn blocking(
    api: &Api,
    request: &Request,
    topics: &[Topic],
    mut read: impl FnMut(&Snapshot) -> Result<Read, HttpError>,
) -> Result<Answer, HttpError> {
    let common = request.query.common()?;
    let server = api.server()?;
    let deadline = tokio::time::Instant::now() + common.wait.to_std();
    let subscription = (common.index > Index(0)).then(|| server.watchers().subscribe(topics));
    loop {
        let result = read(&server.snapshot())?;
        let stale = result.index <= common.index;
        let Some(subscription) = subscription.as_ref().filter(|_| stale) else {
            return Ok(finish(result, server.is_leading()));
        };
        if tokio::time::timeout_at(deadline, subscription.woken())
            .await
            .is_err()
        {
            return Ok(finish(result, server.is_leading()));
        }
    }
}

fn finish(read: Read, leader_known: bool) -> Answer {
    let answer = read.answer.unwrap_or_else(Answer::error);
    answer.read_at(read.index, leader_known)
}
