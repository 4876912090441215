//! Why a command failed, as the user reads it.
//!
//! The text goes to stderr, the status to the shell. Texts are those that scripts know from the reference
//! (spec/api-cli 3.1, 3.3).

use thiserror::Error;

use super::flag::Problem;
use super::job_file::JobFileError;
use super::template::TemplateError;
use crate::api::ApiError;

/// Everything that ends a command early.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// The words or flags do not fit the command; the help is pointed at.
    #[error("{0}")]
    Usage(String),
    /// A flag could not be read.
    #[error("{0}")]
    Flag(#[from] Problem),
    /// The agent could not be asked or refused.
    #[error("Error {doing}: {source}")]
    Api {
        /// What was being done: `querying jobs`.
        doing: String,
        /// What went wrong.
        source: ApiError,
    },
    /// As [`Failure::Api`], in words of the command's own.
    #[error("{said}: {source}")]
    Refused {
        /// The words before the colon.
        said: String,
        /// What went wrong.
        source: ApiError,
    },
    /// The agent's words alone (`alloc fs`).
    #[error("{0}")]
    Bare(ApiError),
    /// No object has that id or prefix.
    #[error("No {kind}(s) with prefix or {id_word} \"{id}\" found")]
    NotFound {
        /// What was looked for: `job`, `node`.
        kind: &'static str,
        /// `ID` for jobs, `id` for the others (the reference's spelling).
        id_word: &'static str,
        /// What was typed.
        id: String,
    },
    /// Several objects have that prefix.
    #[error("Prefix matched multiple {kinds}\n\n{table}")]
    Ambiguous {
        /// `jobs`, `nodes`.
        kinds: &'static str,
        /// The candidates.
        table: String,
    },
    /// An id of fewer than two characters.
    #[error("Identifier must contain at least two characters.")]
    ShortId,
    /// The job file could not be read.
    #[error("Error getting job struct: {0}")]
    JobFile(#[from] JobFileError),
    /// The template could not be read or rendered.
    #[error("Error formatting the data: {0}")]
    Template(#[from] TemplateError),
    /// Something is not built yet.
    #[error("not supported yet: {0}")]
    NotYet(&'static str),
    /// A sentence of the command's own.
    #[error("{0}")]
    Said(String),
}

impl Failure {
    /// For `map_err` on an API call: "Error {doing}: ...".
    pub(crate) fn api(doing: &'static str) -> impl FnOnce(ApiError) -> Self {
        move |source| Self::Api {
            doing: doing.to_owned(),
            source,
        }
    }

    /// A sentence of the command's own.
    pub(crate) fn said(text: impl Into<String>) -> Self {
        Self::Said(text.into())
    }

    /// A usage mistake.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    /// Whether the help should be pointed at.
    pub(crate) fn points_at_help(&self) -> bool {
        matches!(self, Self::Usage(_) | Self::Flag(_))
    }

    /// Whether the agent could not be reached at all.
    pub(crate) fn is_unreachable(&self) -> bool {
        match self {
            Self::Api { source, .. } | Self::Refused { source, .. } | Self::Bare(source) => {
                source.is_unreachable()
            }
            _ => false,
        }
    }
}
