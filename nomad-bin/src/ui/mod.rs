//! The web UI as the binary serves it.
//!
//! What lives here: the pages that `build.rs` made of `ui/`, embedded, and the answer to a request for one of them. In: a
//! path below `/ui/` and the request's headers; out: a response with everything that a browser must be told. Who routes
//! requests here (and sends `/` to `/ui/`) is not decided here. Always true: the pages talk only to the public HTTP API of
//! their own origin, and the content security policy holds them to it.

mod asset;
mod embed;
mod policy;
mod respond;

pub use asset::{Asset, asset, is_full};
pub use policy::SECURITY_HEADERS;
pub use respond::respond;
