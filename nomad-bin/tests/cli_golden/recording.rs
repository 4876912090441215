//! The files of `golden/cli`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

/// One recorded command.
#[derive(Deserialize)]
pub(crate) struct Recording {
    #[serde(skip)]
    pub(crate) name: String,
    pub(crate) set: String,
    pub(crate) order: u64,
    pub(crate) cmd: Vec<String>,
    pub(crate) rc: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    #[serde(default)]
    pub(crate) files: BTreeMap<String, bool>,
    #[serde(default)]
    pub(crate) case: Case,
}

/// What to feed, and how to compare.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Case {
    pub(crate) stdin: Option<String>,
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) env: BTreeMap<String, String>,
    /// Seconds to wait before the command.
    pub(crate) wait: f64,
    pub(crate) until: Option<String>,
    pub(crate) capture: BTreeMap<String, String>,
    pub(crate) sort: bool,
    pub(crate) mode: String,
    pub(crate) mask: Vec<(String, String)>,
}

/// All recordings in the order of their run.
pub(crate) fn recordings(folder: &Path) -> Vec<Recording> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let text = std::fs::read_to_string(&path).unwrap();
            let mut recording: Recording = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            recording.name = path.file_stem().unwrap().to_string_lossy().into_owned();
            all.push(recording);
        }
    }
    all.sort_by(|a, b| (&a.set, a.order).cmp(&(&b.set, b.order)));
    all
}
