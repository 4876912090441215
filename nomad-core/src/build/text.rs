//! A job from a job file's text.

use crate::model::Job;
use crate::spec::{AdmitError, Inputs, Limits, SpecError, admit, parse_hcl};

/// Why a text is no job that may run.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// It is no job file: every finding with its line and column.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// The job breaks rules.
    #[error(transparent)]
    Admit(#[from] AdmitError),
}

impl Job {
    /// Reads a job file that needs no variables, with the usual limits; see [`parse_hcl`] and
    /// [`admit`] for all there is to choose.
    ///
    /// # Errors
    ///
    /// The text is no job file, or the job breaks rules.
    pub fn from_hcl(text: &str) -> Result<Self, TextError> {
        let spec = parse_hcl(text, "job file", &Inputs::default())?;
        Ok(admit(spec, &Limits::default())?.job)
    }
}
