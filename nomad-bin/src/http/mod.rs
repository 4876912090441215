//! The HTTP API: conventions in one place, one resource per file, no handler without a permit.

mod answer;
mod api;
mod body;
mod decode;
mod error;
mod forward;
mod page;
mod permit;
mod query;
mod request;
mod router;
mod routes;
mod serve;
mod table;
mod view;
mod wait;

pub use api::{AgentFacts, Api};
pub use error::HttpError;
pub use serve::{ServeError, serve};
