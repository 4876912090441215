//! Where a command writes: results to stdout, complaints and hints to stderr, colors only on a terminal.

use std::io::{self, IsTerminal, Write};

/// A style for a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Titles of sections.
    Bold,
    /// Errors, removals.
    Red,
    /// Changes, warnings.
    Yellow,
    /// Additions, success.
    Green,
    /// Annotations.
    Cyan,
}

impl Style {
    const fn code(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Red => "31",
            Self::Yellow => "33",
            Self::Green => "32",
            Self::Cyan => "36",
        }
    }
}

/// Paints text, or leaves it as it is. Renderers take it as an argument, so they stay pure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paint {
    on: bool,
}

impl Paint {
    /// No colors.
    pub(crate) const OFF: Self = Self { on: false };
    /// Colors.
    pub(crate) const ON: Self = Self { on: true };

    /// The text in a style.
    pub(crate) fn text(self, style: Style, text: &str) -> String {
        if self.on && !text.is_empty() {
            format!("\u{1b}[{}m{text}\u{1b}[0m", style.code())
        } else {
            text.to_owned()
        }
    }

    /// The title of a section.
    pub(crate) fn title(self, text: &str) -> String {
        self.text(Style::Bold, text)
    }
}

/// The two streams of a command.
pub(crate) struct Ui {
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    /// Colors on stdout.
    pub(crate) paint: Paint,
    /// Stdout is a terminal.
    pub(crate) terminal: bool,
    err_terminal: bool,
}

impl Ui {
    /// The process's own streams. `color`: what flags and environment ask for, `None` when they are silent.
    pub(crate) fn standard(color: Option<bool>) -> Self {
        let terminal = io::stdout().is_terminal();
        let paint = if color.unwrap_or(terminal) {
            Paint::ON
        } else {
            Paint::OFF
        };
        Self {
            out: Box::new(io::stdout()),
            err: Box::new(io::stderr()),
            paint,
            terminal,
            err_terminal: io::stderr().is_terminal(),
        }
    }

    /// A line of results. A reader that went away is not an error of the command.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) {
        let _ = writeln!(self.out, "{}", text.as_ref());
    }

    /// Raw bytes of results; tells when the reader is gone, so that endless output can end.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.out.flush()
    }

    /// Raw bytes for stderr.
    pub(crate) fn error_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.err.write_all(bytes)?;
        self.err.flush()
    }

    /// A line of complaint.
    pub(crate) fn error(&mut self, text: impl AsRef<str>) {
        let paint = if self.err_terminal && self.paint == Paint::ON {
            Paint::ON
        } else {
            Paint::OFF
        };
        let _ = writeln!(self.err, "{}", paint.text(Style::Red, text.as_ref()));
    }

    /// A line on stderr that is no complaint.
    pub(crate) fn note(&mut self, text: impl AsRef<str>) {
        let _ = writeln!(self.err, "{}", text.as_ref());
    }

    /// Advice that only a person at a terminal wants.
    pub(crate) fn advise(&mut self, text: impl AsRef<str>) {
        if self.err_terminal {
            self.note(text);
        }
    }

    /// Asks a question on a terminal's stdin and reads one line.
    pub(crate) fn ask(&mut self, question: &str) -> io::Result<String> {
        write!(self.out, "{question} ")?;
        self.out.flush()?;
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }
}
