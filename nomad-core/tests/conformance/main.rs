//! Recorded answers of a reference server, compared kind by kind. Folders come from the variables
//! `NOMAD_GOLDEN` and `NOMAD_CORPUS`; where they are missing a test says so and passes. Each kind
//! prints `conformance <kind>: <same>/<total>`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests"
)]

#[cfg(feature = "hcl")]
mod corpus;
#[cfg(feature = "hcl")]
mod diff;
#[cfg(feature = "hcl")]
mod hcl;
#[cfg(feature = "hcl")]
mod parse;
#[cfg(feature = "hcl")]
mod recorded;
#[cfg(feature = "hcl")]
mod syntax;
