//! The deciding core of a Nomad-compatible orchestrator.

pub mod seam;
#[cfg(feature = "sim")]
pub mod sim;
