//! A client of the HTTP API, as the command line uses it.
//!
//! [`Client`] makes one [`Request`] at a time on a connection of its own (TCP or unix socket) and decodes
//! the JSON answer into the small views of [`view`], which name only the fields that are shown. It keeps no
//! state between requests and never retries; whoever waits for something asks again.

mod address;
mod client;
mod error;
mod frames;
mod moment;
mod request;
mod transport;
pub(crate) mod view;

pub(crate) use client::{Client, Settings};
pub(crate) use error::ApiError;
pub(crate) use frames::Frames;
pub(crate) use moment::{Moment, days_of};
pub(crate) use request::Request;
pub(crate) use transport::Stream;
