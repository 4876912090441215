//! Findings as people read them: file:line:column, the line itself, a caret, what was expected
//! and what to do. Used for job files and for agent configuration alike.

use super::limits::{DIAGNOSTICS_MAX, SNIPPET_CHARS_MAX};
use super::source::{Position, Source};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Whether a finding stops the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The text is refused.
    Error,
    /// The text is taken; the author should know.
    Warning,
}

/// One finding in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// Name of the file.
    pub file: Arc<str>,
    /// Line and column; `None` where the file as a whole is meant.
    pub position: Option<Position>,
    /// One line that says what is wrong.
    pub summary: String,
    /// Why, or what was expected; may be empty.
    pub detail: String,
    /// The source line and a line with a caret below it.
    pub snippet: Option<Snippet>,
    /// What to do about it, one sentence each.
    pub hints: Vec<String>,
}

/// The part of a source line that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// The line, shortened around the place when long.
    pub line: String,
    /// Characters of `line` before the first caret.
    pub indent: usize,
    /// Number of carets, at least 1.
    pub carets: usize,
}

impl Diagnostic {
    /// An error about a span of a source.
    #[must_use]
    pub fn at(source: &Source, span: Range<usize>, summary: impl Into<String>) -> Self {
        let position = source.position(span.start);
        Self {
            severity: Severity::Error,
            file: Arc::clone(source.name()),
            position: Some(position),
            summary: summary.into(),
            detail: String::new(),
            snippet: Some(Snippet::cut(source, &span, position)),
            hints: Vec::new(),
        }
    }

    /// An error about a file as a whole.
    #[must_use]
    pub fn about(file: &str, summary: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            file: Arc::from(file),
            position: None,
            summary: summary.into(),
            detail: String::new(),
            snippet: None,
            hints: Vec::new(),
        }
    }

    /// Adds why, or what was expected.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_hints(mut self, hints: impl IntoIterator<Item = String>) -> Self {
        self.hints.extend(hints);
        self
    }

    /// The same finding as a warning.
    #[must_use]
    pub fn as_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Line of the finding, 0 where the file as a whole is meant.
    #[must_use]
    pub fn line(&self) -> usize {
        self.position.map_or(0, |position| position.line)
    }

    /// Column of the finding, 0 where the file as a whole is meant.
    #[must_use]
    pub fn column(&self) -> usize {
        self.position.map_or(0, |position| position.column)
    }
}

impl Snippet {
    fn cut(source: &Source, span: &Range<usize>, position: Position) -> Self {
        let line = source.line(position.line);
        let column = position.column - 1;
        let first = column.saturating_sub(SNIPPET_CHARS_MAX * 2 / 3);
        let length = line.chars().count();
        let mut shown: String = line
            .chars()
            .skip(first)
            .take(SNIPPET_CHARS_MAX)
            .map(visible)
            .collect();
        let cut_before = first > 0;
        if cut_before {
            shown.insert(0, '…');
        }
        if first + SNIPPET_CHARS_MAX < length {
            shown.push('…');
        }
        let indent = column - first + usize::from(cut_before);
        let wide = source
            .slice(span)
            .lines()
            .next()
            .map_or(0, |text| text.chars().count());
        let room = shown.chars().count().saturating_sub(indent);
        Self {
            line: shown,
            indent,
            carets: wide.min(room).max(1),
        }
    }
}

/// Tabs as one blank, so that the caret stands below its character; control characters as dots.
fn visible(character: char) -> char {
    match character {
        '\t' => ' ',
        c if c.is_control() => '·',
        c => c,
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(out, "{word}: {}", self.summary)?;
        let gutter = self
            .position
            .map_or(1, |position| position.line.to_string().len());
        let blank = " ".repeat(gutter);
        match self.position {
            Some(Position { line, column }) => {
                write!(out, "\n{blank}--> {}:{line}:{column}", self.file)?;
                if let Some(snippet) = &self.snippet {
                    write!(out, "\n{blank} |\n{line} | {}", snippet.line)?;
                    let carets = "^".repeat(snippet.carets);
                    write!(out, "\n{blank} | {}{carets}", " ".repeat(snippet.indent))?;
                }
            }
            None => write!(out, "\n{blank}--> {}", self.file)?,
        }
        for line in self.detail.lines() {
            write!(out, "\n{blank} = {line}")?;
        }
        for hint in &self.hints {
            write!(out, "\n{blank} = help: {hint}")?;
        }
        Ok(())
    }
}

/// The findings of one file, in the order in which they were found, at most
/// [`DIAGNOSTICS_MAX`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds a finding; one at the same place with the same words is dropped.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.is_full() && !self.list.contains(&diagnostic) {
            self.list.push(diagnostic);
        }
    }

    /// True once no further finding is taken.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.list.len() >= DIAGNOSTICS_MAX
    }

    /// True where at least one finding is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// The findings.
    #[must_use]
    pub fn list(&self) -> &[Diagnostic] {
        &self.list
    }

    /// Takes the findings of another list.
    pub fn append(&mut self, other: Self) {
        for diagnostic in other.list {
            self.push(diagnostic);
        }
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            list: vec![diagnostic],
        }
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, diagnostic) in self.list.iter().enumerate() {
            if at > 0 {
                out.write_str("\n\n")?;
            }
            write!(out, "{diagnostic}")?;
        }
        Ok(())
    }
}
