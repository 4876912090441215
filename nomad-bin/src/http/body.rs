//! The body type of every answer.

use bytes::Bytes;
use http_body_util::combinators::BoxBody;

/// A body that may stream and never fails.
pub type Body = BoxBody<Bytes, std::convert::Infallible>;
