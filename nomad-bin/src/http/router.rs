//! From a path to a handler.
//!
//! Patterns are matched on the escaped path, piece by piece: `:name` takes one piece, `*name` one
//! or more, because job ids may hold slashes. The table's first match wins, so longer endings
//! stand before shorter ones.

use std::future::Future;
use std::pin::Pin;

use hyper::{Method, StatusCode};

use super::answer::Answer;
use super::api::Api;
use super::error::HttpError;
use super::query::percent_decode;
use super::request::Request;

/// What a handler gives back.
pub(super) type Handled<'a> = Pin<Box<dyn Future<Output = Result<Answer, HttpError>> + Send + 'a>>;

/// A handler, permit included.
pub(super) type Handler = for<'a> fn(&'a Api, Request) -> Handled<'a>;

/// Methods that a route takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Methods {
    /// GET.
    Get,
    /// PUT or POST.
    Write,
    /// PUT only.
    Put,
    /// DELETE.
    Delete,
    /// Whatever.
    Any,
}

impl Methods {
    fn takes(self, method: &Method) -> bool {
        match self {
            Self::Get => method == Method::GET,
            Self::Write => method == Method::PUT || method == Method::POST,
            Self::Put => method == Method::PUT,
            Self::Delete => method == Method::DELETE,
            Self::Any => true,
        }
    }
}

/// One line of the route table.
pub(super) struct Route {
    /// Methods it takes.
    pub methods: Methods,
    /// Path pattern, such as `/v1/job/*id/summary`.
    pub pattern: &'static str,
    /// The handler; `None` for routes of the original that are not here yet.
    pub handler: Option<Handler>,
}

/// Answers the pieces that `pattern` captures from `path`, decoded.
fn capture(pattern: &str, path: &str) -> Option<Vec<String>> {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    let mut captured = Vec::new();
    capture_pieces(&pattern, &path, &mut captured).then_some(captured)
}

fn capture_pieces(pattern: &[&str], path: &[&str], captured: &mut Vec<String>) -> bool {
    let Some((first, rest)) = pattern.split_first() else {
        return path.is_empty();
    };
    if first.starts_with('*') {
        let Some(taken) = path
            .len()
            .checked_sub(rest.len())
            .filter(|taken| *taken > 0)
        else {
            return false;
        };
        let (mine, after) = path.split_at(taken);
        captured.push(percent_decode(&mine.join("/"), false));
        return capture_pieces(rest, after, captured);
    }
    let Some((piece, after)) = path.split_first() else {
        return false;
    };
    if first.starts_with(':') {
        if piece.is_empty() {
            return false;
        }
        captured.push(percent_decode(piece, false));
    } else if first != piece {
        return false;
    }
    capture_pieces(rest, after, captured)
}

/// What a path and method lead to.
pub(super) enum Found {
    /// A handler, with what the path captured.
    Handler(Handler, Vec<String>),
    /// An answer right away: a redirect, a 404, a 405, a 501.
    Answer(Box<Answer>),
}

/// Looks `path` up in `table`.
pub(super) fn find(table: &[Route], method: &Method, path: &str) -> Found {
    let mut known = false;
    for route in table {
        let Some(captured) = capture(route.pattern, path) else {
            continue;
        };
        known = true;
        if !route.methods.takes(method) {
            continue;
        }
        return match route.handler {
            Some(handler) => Found::Handler(handler, captured),
            None => {
                let name = format!("{method} {}", route.pattern);
                Found::Answer(Box::new(Answer::error(HttpError::not_here(&name))))
            }
        };
    }
    let answer = if known {
        Answer::error(HttpError::method())
    } else {
        Answer::empty().with_status(StatusCode::NOT_FOUND)
    };
    Found::Answer(Box::new(answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_id_with_slashes_is_captured_whole() {
        let captured = capture("/v1/job/*id/summary", "/v1/job/a/b%20c/summary");
        assert_eq!(captured, Some(vec!["a/b c".to_owned()]));
        assert_eq!(
            capture("/v1/job/*id", "/v1/job/a%2Fplan"),
            Some(vec!["a/plan".to_owned()])
        );
    }

    #[test]
    fn a_missing_piece_does_not_match() {
        assert_eq!(capture("/v1/node/:id", "/v1/node/"), None);
        assert_eq!(capture("/v1/jobs", "/v1/jobs/"), None);
    }
}
