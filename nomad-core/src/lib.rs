//! The deciding core of a Nomad-compatible orchestrator.
