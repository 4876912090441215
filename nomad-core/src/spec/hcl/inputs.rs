//! What comes with a job file, and how it fails.

use crate::hcl::{Diagnostics, FileSource, RandomSource};
use std::fmt;

/// Values of variables and access to the world for one job file. Later sources win: defaults,
/// environment, variable files in order, flags.
#[derive(Clone, Default)]
pub struct Inputs<'a> {
    /// Names (without `NOMAD_VAR_`) and values from the environment; unknown names are ignored.
    pub environment: Vec<(String, String)>,
    /// Variable files (`-var-file`), and the `Variables` text of the API.
    pub var_files: Vec<VarFile>,
    /// Names and values of `-var`.
    pub flags: Vec<(String, String)>,
    /// Whether values for undeclared variables are errors (otherwise warnings).
    pub strict: bool,
    /// Files for `file()` and friends; `None` where a job comes over the network.
    pub files: Option<&'a dyn FileSource>,
    /// Randomness for `uuidv4()`.
    pub random: Option<&'a dyn RandomSource>,
}

/// The text of a variable file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VarFile {
    /// The name that messages show.
    pub name: String,
    /// The text: `name = value` lines, or a JSON object.
    pub text: String,
}

impl fmt::Debug for Inputs<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values may be secret; names are not.
        let names = |list: &[(String, String)]| -> Vec<String> {
            list.iter().map(|(name, _)| name.clone()).collect()
        };
        out.debug_struct("Inputs")
            .field("environment", &names(&self.environment))
            .field(
                "var_files",
                &self
                    .var_files
                    .iter()
                    .map(|file| &file.name)
                    .collect::<Vec<_>>(),
            )
            .field("flags", &names(&self.flags))
            .field("strict", &self.strict)
            .finish_non_exhaustive()
    }
}

/// Why a text is not a job: all findings, each with its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{diagnostics}")]
pub struct SpecError {
    /// The findings, at least one of them an error.
    pub diagnostics: Diagnostics,
}

impl From<Diagnostics> for SpecError {
    fn from(diagnostics: Diagnostics) -> Self {
        Self { diagnostics }
    }
}
