//! The folder of a job file, for `file()` and its kin, and randomness for `uuidv4()`.

use std::io::Read;
use std::path::{Path, PathBuf};

use nomad_core::hcl::limits::FILE_BYTES_MAX;
use nomad_core::hcl::{FileSource, FileSourceError};

/// Most entries that one `fileset()` looks at.
const ENTRIES_MAX: usize = 100_000;

/// The folder that relative paths of a job file begin at.
pub(crate) struct JobFolder {
    folder: PathBuf,
}

impl JobFolder {
    /// The folder of a job file as typed; stdin has the working directory.
    pub(crate) fn of(typed: &str) -> Self {
        let parent = Path::new(typed)
            .parent()
            .map(Path::to_owned)
            .unwrap_or_default();
        Self {
            folder: if typed == "-" { PathBuf::new() } else { parent },
        }
    }

    fn resolve(&self, path: &str) -> PathBuf {
        // An absolute path stays as it is; an empty folder is the working directory.
        self.folder.join(path)
    }
}

fn failed(path: &str, reason: impl std::fmt::Display) -> FileSourceError {
    FileSourceError {
        reason: format!("could not read \"{path}\": {reason}"),
    }
}

impl FileSource for JobFolder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileSourceError> {
        let file = std::fs::File::open(self.resolve(path)).map_err(|e| failed(path, e))?;
        let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
        let mut bytes = Vec::new();
        file.take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|e| failed(path, e))?;
        if bytes.len() > FILE_BYTES_MAX {
            return Err(failed(path, format!("larger than {FILE_BYTES_MAX} bytes")));
        }
        Ok(bytes)
    }

    fn exists(&self, path: &str) -> Result<bool, FileSourceError> {
        self.resolve(path).try_exists().map_err(|e| failed(path, e))
    }

    fn glob(&self, base: &str, pattern: &str) -> Result<Vec<String>, FileSourceError> {
        let root = self.resolve(base);
        let pattern: Vec<&str> = pattern.split('/').collect();
        let mut found = Vec::new();
        let mut folders = vec![PathBuf::new()];
        let mut seen = 0;
        while let Some(folder) = folders.pop() {
            let entries = std::fs::read_dir(root.join(&folder)).map_err(|e| failed(base, e))?;
            for entry in entries {
                let entry = entry.map_err(|e| failed(base, e))?;
                seen += 1;
                if seen > ENTRIES_MAX {
                    return Err(failed(base, format!("more than {ENTRIES_MAX} entries")));
                }
                let relative = folder.join(entry.file_name());
                // Links are not followed, so a loop cannot trap the walk.
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push(relative);
                    continue;
                }
                let text = relative.to_string_lossy().into_owned();
                if path_matches(&pattern, &text.split('/').collect::<Vec<_>>()) {
                    found.push(text);
                }
            }
        }
        found.sort();
        Ok(found)
    }

    fn absolute(&self, path: &str) -> Result<String, FileSourceError> {
        let whole = std::path::absolute(self.resolve(path)).map_err(|e| failed(path, e))?;
        Ok(whole.to_string_lossy().into_owned())
    }

    fn expand_home(&self, path: &str) -> Result<String, FileSourceError> {
        match (path.strip_prefix('~'), std::env::var("HOME")) {
            (Some(rest), Ok(home)) if rest.is_empty() || rest.starts_with('/') => {
                Ok(format!("{home}{rest}"))
            }
            (Some(_), Err(_)) => Err(failed(path, "HOME is not set")),
            _ => Ok(path.to_owned()),
        }
    }
}

/// Whether path segments match pattern segments; `**` stands for any number of them.
fn path_matches(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => {
            (0..=path.len()).any(|skip| path_matches(rest, path.get(skip..).unwrap_or_default()))
        }
        (Some((pattern, patterns)), Some((name, names))) => {
            let (pattern, name): (Vec<char>, Vec<char>) =
                (pattern.chars().collect(), name.chars().collect());
            name_matches(&pattern, &name) && path_matches(patterns, names)
        }
        _ => false,
    }
}

/// `*` and `?` within one name.
fn name_matches(pattern: &[char], name: &[char]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) => {
            (0..=name.len()).any(|skip| name_matches(rest, name.get(skip..).unwrap_or_default()))
        }
        (Some(('?', pattern)), Some((_, name))) => name_matches(pattern, name),
        (Some((wanted, pattern)), Some((found, name))) => {
            wanted == found && name_matches(pattern, name)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_beside_the_job_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("a/b")).unwrap();
        for name in ["one.txt", "a/two.txt", "a/b/three.md"] {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        let job = folder.path().join("x.nomad.hcl");
        let files = JobFolder::of(job.to_str().unwrap());
        assert_eq!(files.read("a/two.txt").unwrap(), b"a/two.txt");
        assert!(files.exists("one.txt").unwrap() && !files.exists("two.txt").unwrap());
        assert_eq!(files.glob(".", "*.txt").unwrap(), ["one.txt"]);
        assert_eq!(
            files.glob(".", "**/*.txt").unwrap(),
            ["a/two.txt", "one.txt"]
        );
        assert_eq!(files.glob("a", "?/*").unwrap(), ["b/three.md"]);
        assert!(
            files
                .read("zz")
                .unwrap_err()
                .to_string()
                .contains("could not read \"zz\"")
        );
        assert!(files.absolute("one.txt").unwrap().ends_with("/one.txt"));
    }
}
