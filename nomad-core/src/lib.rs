//! The deciding core of a Nomad-compatible workload orchestrator.
//!
//! What it promises: every decision is a function of its arguments. Nothing in this crate reads a
//! clock, draws a random number, opens a file or a socket, or spawns a thread; equal input gives
//! equal output, byte for byte. What it does not do: run anything. Reference crates supply
//! consensus, transport, storage and task drivers through the traits in [`seam`].
//!
//! The two types to know are [`state::State`], what is true, and [`model::Job`], what is wanted.

#[macro_use]
pub mod model;

pub mod build;
pub mod command;
pub mod diff;
pub mod expr;
pub mod feasible;
pub mod fit;
#[cfg(feature = "hcl")]
pub mod hcl;
pub mod id;
pub mod rank;
pub mod reconcile;
pub mod schedule;
pub mod seam;
pub mod secret;
pub mod seed;
#[cfg(feature = "sim")]
pub mod sim;
pub mod spec;
pub mod state;
pub mod units;
pub mod wire;

/// The README's library example, compiled and run as a test.
#[cfg(all(doctest, feature = "hcl"))]
#[doc = include_str!("../../README.md")]
pub struct Readme;
