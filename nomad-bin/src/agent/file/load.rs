//! Reading files and directories in order.

use std::path::{Path, PathBuf};

use nomad_core::hcl::{Diagnostics, Source};

use super::error::FileError;
use super::{read, tree};
use crate::agent::AgentConfig;

/// Files that are read from one directory.
const FILES_MAX: usize = 1_000;

/// Takes files and directories over into a configuration, in order; later ones win. A directory
/// stands for its `*.hcl` and `*.json` files by name (spec/api-cli 5.2).
///
/// # Errors
///
/// See [`FileError`]; the first file that cannot be used.
pub fn load(mut config: AgentConfig, paths: &[PathBuf]) -> Result<AgentConfig, FileError> {
    for path in paths {
        let files = match std::fs::metadata(path) {
            Ok(meta) if meta.is_dir() => files_of(path)?,
            Ok(_) => vec![path.clone()],
            Err(source) => return Err(unreadable(path, source)),
        };
        if files.is_empty() {
            let dir = path.display();
            config
                .remarks
                .push(format!("{dir} has no *.hcl or *.json file"));
        }
        for file in files {
            one(&file, &mut config)?;
            config.files.push(file);
        }
    }
    Ok(config)
}

fn one(path: &Path, config: &mut AgentConfig) -> Result<(), FileError> {
    let text = std::fs::read_to_string(path).map_err(|source| unreadable(path, source))?;
    let source = Source::new(&path.display().to_string(), &text);
    let refused = |findings: Diagnostics| FileError::Refused {
        path: path.to_owned(),
        findings,
    };
    let tree = tree::parse(&source).map_err(|finding| refused(Diagnostics::from(*finding)))?;
    read::take(&source, &tree, config).map_err(refused)
}

fn unreadable(path: &Path, source: std::io::Error) -> FileError {
    FileError::Read {
        path: path.to_owned(),
        source,
    }
}

/// The configuration files of a directory by name, without what editors leave behind.
fn files_of(dir: &Path) -> Result<Vec<PathBuf>, FileError> {
    let entries = std::fs::read_dir(dir).map_err(|source| unreadable(dir, source))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|source| unreadable(dir, source))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if is_configuration(&name) && !path.is_dir() {
            files.push(path);
        }
        if files.len() > FILES_MAX {
            return Err(FileError::TooMany {
                path: dir.to_owned(),
                max: FILES_MAX,
            });
        }
    }
    files.sort();
    Ok(files)
}

fn is_configuration(name: &str) -> bool {
    let left_behind = name.ends_with('~')
        || name.starts_with(".#")
        || (name.starts_with('#') && name.ends_with('#'));
    !left_behind && (name.ends_with(".hcl") || name.ends_with(".json"))
}
