//! Decisions compared with those that a reference server recorded, one module per kind.
//!
//! Each prints `conformance <kind>: <same>/<total>` and holds a floor that only rises.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests read recordings"
)]

mod applier;
mod fit;
mod golden;
mod operators;
mod rank;
mod reconcile;
mod schedule;
mod time;
