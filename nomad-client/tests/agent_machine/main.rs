//! The node agent as a machine, with a hand-driven clock, a server that says yes, and a driver that
//! does what it is told.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod bench;
mod collect;
mod health;
mod kill;
mod lifecycle;
mod link;
mod request;
mod restart;
mod restore;
