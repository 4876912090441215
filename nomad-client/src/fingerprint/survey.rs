//! All fingerprints of the host, one after another.

use super::{
    Found, Machine, NetworkError, Settings, cgroup, cpu, host, landlock, memory, network, nomad,
    signal, storage,
};

/// The machine could not be fingerprinted; the agent does not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SurveyError {
    /// Its network.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// Looks at everything (without drivers). Reads files only; takes a few milliseconds.
///
/// # Errors
/// [`SurveyError`] when the configuration does not fit the machine.
pub fn survey(machine: &Machine, settings: &Settings) -> Result<Found, SurveyError> {
    let mut found = Found::default();
    found.merge(cgroup::look());
    found.merge(cpu::look(machine, settings));
    found.merge(host::look(machine));
    found.merge(landlock::look());
    found.merge(memory::look(machine, settings));
    found.merge(network::look(machine, settings)?);
    found.merge(nomad::look(settings));
    found.merge(signal::look());
    found.merge(storage::look(machine, settings));
    Ok(found)
}
