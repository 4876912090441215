//! How every list is answered: rows in order, filter, page, headers.

use nomad_core::expr::filter::Filter;
use nomad_core::id::NamespaceName;
use nomad_core::units::Index;
use serde_json::Value;

use crate::http::answer::Answer;
use crate::http::error::HttpError;
use crate::http::page::{Paging, Row};
use crate::http::request::Request;
use crate::http::wait::Read;

/// What a list is made of: where each item stands, what it is, how it is shown and filtered.
pub(crate) struct List<'a, T> {
    /// Rows in the list's order.
    pub rows: Vec<Row<T>>,
    /// The table's index.
    pub index: Index,
    /// The item as the list shows it.
    pub show: &'a dyn Fn(&T) -> Value,
    /// The whole item, for filters.
    pub whole: &'a dyn Fn(&T) -> Value,
}

/// Answers a list as the request wants it.
pub(crate) fn answer<T>(request: &Request, list: List<'_, T>) -> Result<Read, HttpError> {
    let paging = Paging::of(request)?;
    let reverse = request.query.text("reverse") == "true";
    let filter = filter(request)?;
    let mut rows = list.rows;
    if reverse {
        rows.reverse();
    }
    let keep = |item: &T| passes(filter.as_ref(), &|| (list.whole)(item));
    let page = paging.take(rows.into_iter(), reverse, keep)?;
    let shown: Vec<Value> = page.items.iter().map(list.show).collect();
    let mut answer = Answer::value(Value::Array(shown));
    if let Some(next) = page.next {
        answer = answer.with_header("x-nomad-nexttoken", next);
    }
    Ok(Read::found(list.index, answer))
}

/// The request's filter, if it has one.
pub(crate) fn filter(request: &Request) -> Result<Option<Filter>, HttpError> {
    let text = request.query.text("filter");
    if text.is_empty() {
        return Ok(None);
    }
    Filter::parse(text).map(Some).map_err(|error| {
        HttpError::bad(format!(
            "failed to create result paginator: failed to read filter expression: {error}"
        ))
    })
}

/// Whether an item passes a filter; `whole` is only asked for when there is one.
pub(crate) fn passes(
    filter: Option<&Filter>,
    whole: &dyn Fn() -> Value,
) -> Result<bool, HttpError> {
    filter.map_or(Ok(true), |filter| {
        let verdict = filter.keeps(&whole());
        verdict.map_err(|error| HttpError::bad(format!("failed to read result page: {error}")))
    })
}

/// True when `namespace` is the one asked for, or all are.
pub(crate) fn is_in(asked: Option<&NamespaceName>, namespace: &NamespaceName) -> bool {
    asked.is_none_or(|asked| asked == namespace)
}

/// Checks a prefix of a drawn id: hexadecimal digits and dashes only. Any length is taken, where
/// the original wants whole bytes.
pub(crate) fn id_prefix<'a>(request: &'a Request, kind: &str) -> Result<&'a str, HttpError> {
    let prefix = request.query.text("prefix");
    match prefix.chars().find(|c| !c.is_ascii_hexdigit() && *c != '-') {
        Some(found) => Err(HttpError::server(format!(
            "{kind} lookup failed: index error: Invalid UUID: {found:?} is no hexadecimal digit"
        ))),
        None => Ok(prefix),
    }
}

/// Reads a drawn id from a path.
pub(crate) fn drawn_id<T: std::str::FromStr>(text: &str, lookup: &str) -> Result<T, HttpError> {
    text.parse().map_err(|_| {
        HttpError::server(format!(
            "{lookup} lookup failed: index error: UUID must be 36 characters"
        ))
    })
}
