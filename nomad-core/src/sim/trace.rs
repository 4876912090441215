//! One line per event, in fixed columns, so that a person can read a run and a test can compare two.

use std::fmt::{self, Write};

use crate::units::Timestamp;

/// The lines of a run.
#[derive(Debug, Default)]
pub struct Trace {
    start: Timestamp,
    text: String,
    echo: bool,
}

impl Trace {
    /// An empty trace whose clock starts at `start`; with `echo` lines also go where `print` says.
    #[must_use]
    pub fn starting(start: Timestamp, echo: bool) -> Self {
        Self {
            start,
            text: String::new(),
            echo,
        }
    }

    /// Appends `   12.345678 who      what          detail`. Answers the line when it is to be
    /// echoed.
    pub fn line(
        &mut self,
        now: Timestamp,
        who: &str,
        what: &str,
        detail: fmt::Arguments<'_>,
    ) -> Option<&str> {
        let micros = now.since(self.start).0 / 1_000;
        let (secs, rest) = (micros / 1_000_000, micros % 1_000_000);
        let begin = self.text.len();
        // Writing to a text cannot fail.
        let _ = writeln!(
            self.text,
            "{secs:>6}.{rest:06} {who:<8} {what:<14} {detail}"
        );
        self.text.get(begin..).filter(|_| self.echo)
    }

    /// Everything so far.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}
