//! Noticing that a job file was saved.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// How often files are looked at.
const EVERY: Duration = Duration::from_millis(250);

/// The job files and when each was last changed.
pub(super) struct Watch {
    files: Vec<(PathBuf, Option<SystemTime>)>,
}

fn changed_at(path: &PathBuf) -> Option<SystemTime> {
    std::fs::metadata(path)
        .and_then(|meta| meta.modified())
        .ok()
}

impl Watch {
    pub(super) fn new(paths: &[String]) -> Self {
        let files = paths.iter().map(PathBuf::from);
        Self {
            files: files
                .map(|path| (path.clone(), changed_at(&path)))
                .collect(),
        }
    }

    /// Waits until a file is saved, and answers which. A file that is missing for a moment, as
    /// editors leave it, is not saved yet.
    pub(super) async fn saved(&mut self) -> usize {
        loop {
            tokio::time::sleep(EVERY).await;
            for (at, (path, before)) in self.files.iter_mut().enumerate() {
                let now = changed_at(path);
                if now.is_some() && now != *before {
                    *before = now;
                    return at;
                }
            }
        }
    }
}
