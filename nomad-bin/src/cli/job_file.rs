//! From a path (or stdin) to a job as the API takes it.

use std::io::Read;
use std::path::Path;

use serde_json::{Value, json};
use thiserror::Error;

use super::call::Call;
use super::flag::Flag;
use super::flag::shared::{HCL2_STRICT, JSON_FILE, VAR, VAR_FILE};
use crate::api::{ApiError, Client, Request};

/// Largest job file or variable file.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// Flags of every command that takes a job file.
pub(crate) const FLAGS: &[Flag] = &[JSON_FILE, HCL2_STRICT, VAR, VAR_FILE, VAULT_NAMESPACE];
/// Accepted and of no effect: Vault is not there yet.
const VAULT_NAMESPACE: Flag = Flag::value("vault-namespace", "<namespace>", "").hidden();

/// Why a job file could not be used.
#[derive(Debug, Error)]
pub(crate) enum JobFileError {
    /// The file is not there.
    #[error(
        "Error getting jobfile from \"{typed}\": source path error: stat {whole}: no such file or directory"
    )]
    Missing {
        /// As typed.
        typed: String,
        /// The whole path.
        whole: String,
    },
    /// A URL instead of a path.
    #[error("Error getting jobfile from \"{0}\": not supported yet: job files from URLs")]
    Url(String),
    /// The file cannot be read.
    #[error("Error getting jobfile from \"{typed}\": {reason}")]
    Unreadable {
        /// As typed.
        typed: String,
        /// What the system says.
        reason: String,
    },
    /// The text is no job.
    #[error("Error parsing job file from {typed}:\n{diagnostics}")]
    Invalid {
        /// As typed.
        typed: String,
        /// What is wrong, and where.
        diagnostics: String,
    },
    /// JSON job files have no variables.
    #[error("cannot use variables with a JSON job file: -json excludes -var and -var-file")]
    VariablesInJson,
    /// A `-var` that is no `key=value`.
    #[error("missing '=' in -var \"{0}\": use -var key=value")]
    Variable(String),
    /// The agent that was asked to parse could not be asked.
    #[error("{0}")]
    Agent(ApiError),
}

/// A job and the text that it came from.
pub(crate) struct JobFile {
    /// As the API takes it.
    pub(crate) job: Value,
    /// What the server stores beside it.
    pub(crate) submission: Value,
}

impl JobFile {
    /// A text field of the job.
    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.job
            .get(field)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    }

    /// The job's id.
    pub(crate) fn id(&self) -> &str {
        self.text("ID")
            .or_else(|| self.text("Name"))
            .unwrap_or_default()
    }

    /// Whether the job has a block.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.job.get(field).is_some_and(|value| !value.is_null())
    }
}

/// Reads and parses the job file that the call names.
pub(crate) async fn load(call: &Call, client: &Client) -> Result<JobFile, JobFileError> {
    let typed = call.first();
    let variables = !call.parsed.all(&VAR).is_empty() || !call.parsed.all(&VAR_FILE).is_empty();
    if call.on(&JSON_FILE) && variables {
        return Err(JobFileError::VariablesInJson);
    }
    let source = read(typed)?;
    if call.on(&JSON_FILE) {
        return from_json(typed, source);
    }
    let variables = assignments(call)?;
    let request = Request::put("/v1/jobs/parse").json(&json!({
        "JobHCL": source, "Variables": variables, "Canonicalize": false,
    }));
    let job = client
        .json(request)
        .await
        .map_err(|error| match error.body() {
            Some(body) => JobFileError::Invalid {
                typed: typed.to_owned(),
                diagnostics: body.trim_start_matches("Failed to parse job: ").to_owned(),
            },
            None => JobFileError::Agent(error),
        })?;
    let submission = json!({
        "Source": source, "Format": "hcl2", "VariableFlags": {}, "Variables": variables,
    });
    Ok(JobFile { job, submission })
}

fn from_json(typed: &str, source: String) -> Result<JobFile, JobFileError> {
    let value: Value = serde_json::from_str(&source).map_err(|error| JobFileError::Invalid {
        typed: typed.to_owned(),
        diagnostics: format!("{}: {error}", file_name(typed)),
    })?;
    let job = match value.get("Job") {
        Some(job) if job.is_object() => job.clone(),
        _ => value,
    };
    let submission = json!({"Source": source, "Format": "json"});
    Ok(JobFile { job, submission })
}

/// The name that diagnostics use.
fn file_name(typed: &str) -> &str {
    if typed == "-" { "stdin" } else { typed }
}

/// The text of a job file; `-` is stdin.
fn read(typed: &str) -> Result<String, JobFileError> {
    let unreadable = |reason: String| JobFileError::Unreadable {
        typed: typed.to_owned(),
        reason,
    };
    if typed == "-" {
        let mut text = String::new();
        let mut limited = std::io::stdin().take(FILE_BYTES_MAX + 1);
        limited
            .read_to_string(&mut text)
            .map_err(|error| unreadable(error.to_string()))?;
        return within_limit(text).ok_or_else(|| unreadable(too_large()));
    }
    if typed.contains("://") || typed.contains("::") {
        return Err(JobFileError::Url(typed.to_owned()));
    }
    let path = Path::new(typed);
    if !path.exists() {
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let whole = whole.display().to_string();
        return Err(JobFileError::Missing {
            typed: typed.to_owned(),
            whole,
        });
    }
    let file = std::fs::File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let mut text = String::new();
    let mut limited = file.take(FILE_BYTES_MAX + 1);
    limited
        .read_to_string(&mut text)
        .map_err(|error| unreadable(error.to_string()))?;
    within_limit(text).ok_or_else(|| unreadable(too_large()))
}

fn within_limit(text: String) -> Option<String> {
    u64::try_from(text.len())
        .is_ok_and(|length| length <= FILE_BYTES_MAX)
        .then_some(text)
}

fn too_large() -> String {
    format!("larger than {FILE_BYTES_MAX} bytes")
}

/// Variables of environment, files and flags as the text of one variable file; later ones win.
fn assignments(call: &Call) -> Result<String, JobFileError> {
    let mut text = String::new();
    for (name, value) in &call.environment {
        if let Some(name) = name.strip_prefix("NOMAD_VAR_") {
            text.push_str(&format!("{name} = {}\n", literal(value)));
        }
    }
    for path in call.parsed.all(&VAR_FILE) {
        text.push_str(&read(path)?);
        text.push('\n');
    }
    for pair in call.parsed.all(&VAR) {
        let (name, value) = pair
            .split_once('=')
            .ok_or_else(|| JobFileError::Variable(pair.clone()))?;
        text.push_str(&format!("{name} = {}\n", literal(value)));
    }
    Ok(text)
}

fn literal(value: &str) -> String {
    let quoted = super::layout::quoted(value);
    quoted.replace("${", "$${").replace("%{", "%%{")
}
