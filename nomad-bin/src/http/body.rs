//! The body type of every answer.

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;

/// A body that may stream and never fails.
pub(super) type Body = UnsyncBoxBody<Bytes, std::convert::Infallible>;
