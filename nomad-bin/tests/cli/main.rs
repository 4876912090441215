//! The command line as a user meets it: the real program against a scripted agent on a real socket.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod connection;
mod double;
mod follow;
mod logs;
mod mistakes;
mod nomad;
mod pages;
