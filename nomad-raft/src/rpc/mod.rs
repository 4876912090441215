//! Typed requests between agents: HTTP/2 without TLS so far, MessagePack with named fields.
//!
//! A [`Role`] says who speaks, on which path, and in which types; a connection of a node cannot
//! say what an operator may. [`serve`] answers with a [`Handler`] per role; a [`Client`] keeps one
//! connection, moves on to the next server when one fails, and tries again after a pause.
//!
//! ```text
//! POST /rpc/node                       role
//! content-type: application/msgpack
//! nomad-rpc-version: 1                 another version is refused with both numbers
//! nomad-rpc-deadline-ms: 30000         how long the caller waits; the server gives up then, too
//!
//! 200  MessagePack of Ok(answer) or Err(refusal), both of the role's types
//! 4xx, 5xx  text/plain, for what no handler saw: 400 unreadable, 404 role not served here,
//!           405, 408 body too slow, 413 too large, 426 version, 500 handler failed,
//!           503 too many requests, 504 deadline
//! ```
//!
//! Always true: bodies are limited on both sides; a request that may have been executed is not
//! sent twice unless its role says that this does no harm.

mod client;
mod connection;
mod error;
mod limits;
mod role;
mod route;
mod serve;
mod servers;

pub use client::Client;
pub use error::{CallError, CallErrorKind, Failure};
pub use role::{NodeRole, OperatorRole, PeerMessage, Role, ServerRole};
pub use route::{Caller, Handler, Routes};
pub use serve::serve;
