//! Snapshots of the state as bytes.

use nomad_core::state::{State, StateImage};

use super::run::RunError;

/// The state as bytes.
pub(super) fn encode(state: &State) -> Result<Vec<u8>, RunError> {
    Ok(rmp_serde::to_vec_named(&state.image())?)
}

/// The state that `bytes` hold; no bytes are the state before any write.
pub(super) fn restore(bytes: &[u8]) -> Result<State, RunError> {
    if bytes.is_empty() {
        return Ok(State::empty());
    }
    let image: StateImage =
        rmp_serde::from_slice(bytes).map_err(|error| RunError::Snapshot(error.to_string()))?;
    State::from_image(image).map_err(|error| RunError::Snapshot(error.to_string()))
}
