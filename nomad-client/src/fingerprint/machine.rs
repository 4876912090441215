//! The machine as files.

use std::fs;
use std::path::{Path, PathBuf};

/// Where the machine's files are read: `/`, or a directory that pretends to be it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    root: PathBuf,
}

impl Machine {
    /// This machine.
    #[must_use]
    pub fn this() -> Self {
        Self::at("/")
    }

    /// A directory with `proc`, `sys` and `etc` in it.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The place of a file such as `proc/meminfo`.
    pub(super) fn path(&self, inside: impl AsRef<Path>) -> PathBuf {
        self.root.join(inside)
    }

    /// A file's text without surrounding blanks; `None` when it cannot be read or is empty.
    pub(super) fn text(&self, inside: impl AsRef<Path>) -> Option<String> {
        let text = fs::read_to_string(self.path(inside)).ok()?;
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A file's text as a number.
    pub(super) fn number(&self, inside: impl AsRef<Path>) -> Option<u64> {
        self.text(inside)?.parse().ok()
    }

    /// The value behind `key` in a file of `key: value` lines.
    pub(super) fn field(&self, inside: impl AsRef<Path>, key: &str) -> Option<String> {
        self.text(inside)?.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            (name.trim() == key).then(|| value.trim().to_owned())
        })
    }
}
