//! Where recordings lie, how they are read, how a kind's figures are printed and judged.

use serde_json::Value;
use std::path::PathBuf;

/// A folder of recordings, or `None`, said aloud.
pub(crate) fn folder(variable: &str, default: &str) -> Option<PathBuf> {
    let from_workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(default);
    let folder = std::env::var_os(variable).map_or(from_workspace, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!(
        "skipped: {variable} names no folder ({} is missing)",
        folder.display()
    );
    None
}

/// The rows of a file of recordings; none where the folder is missing.
pub(crate) fn rows(path: &str) -> Option<Vec<Value>> {
    let file = folder("NOMAD_GOLDEN", "../shared/golden")?.join(path);
    let text = std::fs::read_to_string(file).unwrap();
    Some(
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
    )
}

/// Counts of one kind, with what differs.
pub(crate) struct Tally {
    kind: &'static str,
    same: usize,
    total: usize,
    differences: Vec<String>,
}

impl Tally {
    pub(crate) fn new(kind: &'static str) -> Self {
        Self {
            kind,
            same: 0,
            total: 0,
            differences: Vec::new(),
        }
    }

    pub(crate) fn count(&mut self, same: bool, difference: impl FnOnce() -> String) {
        self.total += 1;
        if same {
            self.same += 1;
        } else {
            self.differences.push(difference());
        }
    }

    /// Prints the figures and the first differences, and holds the floor.
    pub(crate) fn finish(self, floor: f64) {
        let shown = std::env::var("NOMAD_SHOW")
            .ok()
            .and_then(|count| count.parse().ok());
        for difference in self.differences.iter().take(shown.unwrap_or(5)) {
            println!("  {difference}");
        }
        println!("conformance {}: {}/{}", self.kind, self.same, self.total);
        let ratio = self.same as f64 / (self.total.max(1)) as f64;
        assert!(
            ratio >= floor,
            "{}: {ratio:.4} is below the floor {floor}",
            self.kind
        );
    }
}

/// The first `line,column` of a recorded message.
pub(crate) fn recorded_place(error: &str) -> Option<(usize, usize)> {
    let after = error.split("input.hcl:").nth(1)?;
    let (line, rest) = after.split_once(',')?;
    let column: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((line.parse().ok()?, column.parse().ok()?))
}

/// Whether one of our findings has the place of the recorded first one (`None`: it has none). All
/// causes are found in one pass, in the order of the file; the reference has orders of its own.
pub(crate) fn same_place(
    error: &nomad_core::spec::SpecError,
    recorded: Option<(usize, usize)>,
) -> bool {
    let ours = error
        .diagnostics
        .list()
        .iter()
        .filter_map(|one| one.position);
    recorded.is_none_or(|recorded| ours.into_iter().any(|at| (at.line, at.column) == recorded))
}

/// The inputs of a recorded row: its `variables` are a file of the API.
pub(crate) fn inputs(variables: &str) -> nomad_core::spec::Inputs<'static> {
    let file = nomad_core::spec::VarFile {
        name: "input.hcl".to_owned(),
        text: variables.to_owned(),
    };
    nomad_core::spec::Inputs {
        var_files: vec![file],
        random: Some(&Fixed),
        ..nomad_core::spec::Inputs::default()
    }
}

/// No randomness in tests.
struct Fixed;

impl nomad_core::hcl::RandomSource for Fixed {
    fn sixteen_bytes(&self) -> [u8; 16] {
        [7; 16]
    }
}
