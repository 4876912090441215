//! From a path (or stdin) to a job as the API takes it.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use nomad_core::spec::{Inputs, SpecError, VarFile, parse_hcl_reporting};
use serde_json::{Value, json};
use thiserror::Error;

use super::call::Call;
use super::flag::Flag;
use super::flag::shared::{HCL2_STRICT, JSON_FILE, VAR, VAR_FILE};
use super::job_folder::JobFolder;
use crate::draw::Random;

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
    #[error("Error parsing job file from {typed}:\n{reason}")]
    Invalid {
        /// As typed.
        typed: String,
        /// What is wrong, and where.
        reason: SpecError,
    },
    /// The text is not even JSON.
    #[error("Error parsing job file from {typed}:\n{name}: {reason}")]
    Json {
        /// As typed.
        typed: String,
        /// The name that messages show.
        name: String,
        /// Line, column and what is wrong there.
        reason: String,
    },
    /// JSON job files have no variables.
    #[error("cannot use variables with a JSON job file: -json excludes -var and -var-file")]
    VariablesInJson,
    /// A `-var` that is no `key=value`.
    #[error("missing '=' in -var \"{0}\": use -var key=value")]
    Variable(String),
}

/// A job and the text that it came from.
pub(crate) struct JobFile {
    /// As the API takes it.
    pub(crate) job: Value,
    /// What the server stores beside it.
    pub(crate) submission: Value,
    /// What the author should be told; nothing of it stops the job.
    pub(crate) warnings: Vec<String>,
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
pub(crate) fn load(call: &Call) -> Result<JobFile, JobFileError> {
    load_path(call, call.first())
}

/// Reads and parses the job file at a path, with the call's variables.
pub(crate) fn load_path(call: &Call, typed: &str) -> Result<JobFile, JobFileError> {
    let variables = !call.parsed.all(&VAR).is_empty() || !call.parsed.all(&VAR_FILE).is_empty();
    if call.on(&JSON_FILE) && variables {
        return Err(JobFileError::VariablesInJson);
    }
    let source = read(typed)?;
    if call.on(&JSON_FILE) {
        from_json(typed, source)
    } else {
        from_hcl(call, typed, source)
    }
}

fn from_hcl(call: &Call, typed: &str, source: String) -> Result<JobFile, JobFileError> {
    let folder = JobFolder::of(typed);
    let inputs = Inputs {
        environment: environment(call),
        var_files: var_files(call)?,
        flags: flags(call)?,
        strict: call.on(&HCL2_STRICT),
        files: Some(&folder),
        random: Some(&Random),
    };
    let invalid = |reason| JobFileError::Invalid {
        typed: typed.to_owned(),
        reason,
    };
    let (spec, findings) =
        parse_hcl_reporting(&source, file_name(typed), &inputs).map_err(invalid)?;
    let job = serde_json::to_value(&spec).map_err(|error| json_error(typed, &error))?;
    let flags: BTreeMap<&String, &String> = inputs
        .flags
        .iter()
        .map(|(name, value)| (name, value))
        .collect();
    let texts: Vec<&str> = inputs
        .var_files
        .iter()
        .map(|file| file.text.as_str())
        .collect();
    let submission = json!({
        "Source": source, "Format": "hcl2", "VariableFlags": flags, "Variables": texts.join("\n"),
    });
    let warnings = findings.list().iter().map(ToString::to_string).collect();
    Ok(JobFile {
        job,
        submission,
        warnings,
    })
}

fn from_json(typed: &str, source: String) -> Result<JobFile, JobFileError> {
    let value: Value = serde_json::from_str(&source).map_err(|error| json_error(typed, &error))?;
    let job = match value.get("Job") {
        Some(job) if job.is_object() => job.clone(),
        _ => value,
    };
    let submission = json!({"Source": source, "Format": "json"});
    Ok(JobFile {
        job,
        submission,
        warnings: Vec::new(),
    })
}

fn json_error(typed: &str, error: &serde_json::Error) -> JobFileError {
    JobFileError::Json {
        typed: typed.to_owned(),
        name: file_name(typed).to_owned(),
        reason: error.to_string(),
    }
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

/// `NOMAD_VAR_name` variables, without the prefix.
fn environment(call: &Call) -> Vec<(String, String)> {
    let named = |(name, value): (&String, &String)| {
        Some((name.strip_prefix("NOMAD_VAR_")?.to_owned(), value.clone()))
    };
    call.environment.iter().filter_map(named).collect()
}

fn var_files(call: &Call) -> Result<Vec<VarFile>, JobFileError> {
    let paths = call.parsed.all(&VAR_FILE).iter();
    paths
        .map(|path| {
            Ok(VarFile {
                name: path.clone(),
                text: read(path)?,
            })
        })
        .collect()
}

fn flags(call: &Call) -> Result<Vec<(String, String)>, JobFileError> {
    let pairs = call.parsed.all(&VAR).iter();
    pairs
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
            None => Err(JobFileError::Variable(pair.clone())),
        })
        .collect()
}
