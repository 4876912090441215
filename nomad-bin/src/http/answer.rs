//! Answers: one writer sets status, type, index headers, compression.

use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::{BodyExt as _, Full};
use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};
use nomad_core::units::Index;
use serde::Serialize;

use super::body::Body;
use super::error::HttpError;

/// An answer before it is written.
pub(super) struct Answer {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Content,
}

/// What an answer carries.
pub(super) enum Content {
    /// Nothing, and no content type.
    Empty,
    /// A value, written as JSON.
    Json(serde_json::Value),
    /// Bytes as they are, with their type.
    Bytes(Bytes, String),
    /// A body that comes as it comes, with its type; never compressed.
    Stream(Body, String),
}

fn header(name: &'static str, value: impl ToString) -> (HeaderName, HeaderValue) {
    let value = HeaderValue::from_str(&value.to_string());
    (
        HeaderName::from_static(name),
        value.unwrap_or_else(|_| HeaderValue::from_static("")),
    )
}

impl Answer {
    /// 200 with nothing in it.
    pub(super) fn empty() -> Self {
        Self {
            status: StatusCode::OK,
            headers: Vec::new(),
            body: Content::Empty,
        }
    }

    /// 200 with `value` as JSON.
    pub(super) fn json<T: Serialize>(value: &T) -> Result<Self, HttpError> {
        let value = serde_json::to_value(value)
            .map_err(|error| HttpError::server(format!("encode the answer: {error}")))?;
        Ok(Self::value(value))
    }

    /// 200 with `value`.
    pub(super) fn value(value: serde_json::Value) -> Self {
        Self {
            status: StatusCode::OK,
            headers: Vec::new(),
            body: Content::Json(value),
        }
    }

    /// 200 with text that is not JSON.
    pub(super) fn bytes(bytes: impl Into<Bytes>, kind: &str) -> Self {
        let body = Content::Bytes(bytes.into(), kind.to_owned());
        Self {
            status: StatusCode::OK,
            headers: Vec::new(),
            body,
        }
    }

    /// 200 with bytes that come as they come.
    pub(super) fn stream(body: Body, kind: &str) -> Self {
        let body = Content::Stream(body, kind.to_owned());
        Self {
            status: StatusCode::OK,
            headers: Vec::new(),
            body,
        }
    }

    /// An error as the API writes it: plain text.
    pub(super) fn error(error: HttpError) -> Self {
        let body = Content::Bytes(error.text.into(), "text/plain; charset=utf-8".to_owned());
        let mut answer = Self {
            status: error.status,
            headers: Vec::new(),
            body,
        };
        answer
            .headers
            .push(header("x-content-type-options", "nosniff"));
        answer
    }

    /// The same with another status.
    #[must_use]
    pub(super) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same with one more header.
    #[must_use]
    pub(super) fn with_header(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push(header(name, value));
        self
    }

    /// Headers of a write: the index only.
    #[must_use]
    pub(super) fn written_at(self, index: Index) -> Self {
        self.with_header("x-nomad-index", index)
    }

    /// Headers of a read.
    #[must_use]
    pub(super) fn read_at(self, index: Index, leader_known: bool) -> Self {
        self.with_header("x-nomad-index", index)
            .with_header("x-nomad-knownleader", leader_known)
            .with_header("x-nomad-lastcontact", 0)
    }

    /// Writes the answer for a request with these headers.
    pub(super) fn write(self, asked: &HeaderMap, pretty: bool) -> Response<Body> {
        let gzip = accepts_gzip(asked);
        let mut response = Response::new(Body::default());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert("vary", HeaderValue::from_static("Accept-Encoding"));
        let (bytes, kind) = match self.body {
            Content::Empty => (Bytes::new(), None),
            Content::Json(value) => (encode(&value, pretty), Some("application/json".to_owned())),
            Content::Bytes(bytes, kind) => (bytes, Some(kind)),
            Content::Stream(body, kind) => {
                if let Ok(kind) = HeaderValue::from_str(&kind) {
                    headers.insert("content-type", kind);
                }
                headers.extend(
                    self.headers
                        .into_iter()
                        .map(|(name, value)| (Some(name), value)),
                );
                *response.body_mut() = body;
                return response;
            }
        };
        if let Some(kind) = kind.and_then(|kind| HeaderValue::from_str(&kind).ok()) {
            headers.insert("content-type", kind);
        }
        let mut bytes = bytes;
        let encoded = self
            .headers
            .iter()
            .any(|(name, _)| name == "content-encoding");
        if gzip
            && !encoded
            && !bytes.is_empty()
            && let Some(small) = compress(&bytes)
        {
            headers.insert("content-encoding", HeaderValue::from_static("gzip"));
            bytes = small;
        }
        headers.extend(
            self.headers
                .into_iter()
                .map(|(name, value)| (Some(name), value)),
        );
        *response.body_mut() = Full::new(bytes)
            .map_err(|never| match never {})
            .boxed_unsync();
        response
    }
}

fn accepts_gzip(asked: &HeaderMap) -> bool {
    let accepted = asked
        .get("accept-encoding")
        .and_then(|value| value.to_str().ok());
    accepted.is_some_and(|text| text.split(',').any(|one| one.trim().starts_with("gzip")))
}

fn compress(bytes: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

fn encode(value: &serde_json::Value, pretty: bool) -> Bytes {
    if !pretty {
        return Bytes::from(value.to_string());
    }
    let mut out = Vec::new();
    let format = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut to = serde_json::Serializer::with_formatter(&mut out, format);
    if value.serialize(&mut to).is_err() {
        return Bytes::from(value.to_string());
    }
    out.push(b'\n');
    Bytes::from(out)
}
