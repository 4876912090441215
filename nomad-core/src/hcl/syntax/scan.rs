//! A place in a text and the steps that all parts of the recognizer share.

use crate::hcl::fault::Fault;
use std::ops::Range;

/// Levels of nesting after which the recognizer gives up and the parser's own words are shown.
const DEPTH_MAX: usize = 80;

/// Finding the first error: `Ok` where there is none so far.
pub(super) type Step = Result<(), Box<Fault>>;

/// A place in a text.
pub(super) struct Scan<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    depth: usize,
    /// True once the recognizer gave up; nothing is reported from then on.
    pub(super) lost: bool,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let at = if text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        Self {
            text,
            at,
            depth: 0,
            lost: false,
        }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn looks_at(&self, mark: &str) -> bool {
        self.rest().starts_with(mark)
    }

    /// Steps over one character.
    pub(super) fn bump(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    /// Steps over a mark where it comes next.
    pub(super) fn take(&mut self, mark: &str) -> bool {
        let found = self.looks_at(mark);
        if found {
            self.at += mark.len();
        }
        found
    }

    /// Steps over a name; empty where none comes next.
    pub(super) fn word(&mut self) -> &'a str {
        let rest = self.rest();
        if !rest.starts_with(is_word_start) {
            return "";
        }
        let end = rest.find(|c| !is_word_part(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or("")
    }

    /// Steps over blanks and comments, and over line breaks where these mean nothing.
    pub(super) fn skip(&mut self, newlines: bool) -> Step {
        loop {
            match self.peek() {
                Some(' ' | '\t' | '\r') => self.bump(),
                Some('\n') if newlines => self.bump(),
                Some('#') => self.skip_line(),
                Some('/') if self.looks_at("//") => self.skip_line(),
                Some('/') if self.looks_at("/*") => {
                    let Some(end) = self.rest().find("*/") else {
                        return Err(self
                            .fault(self.here(2), "comment is never closed")
                            .detail("a comment that begins with /* ends with */"));
                    };
                    self.at += end + 2;
                }
                _ => return Ok(()),
            }
        }
    }

    fn skip_line(&mut self) {
        let rest = self.rest();
        self.at += rest.find('\n').unwrap_or(rest.len());
    }

    /// The next bytes as a span, not beyond the line.
    pub(super) fn here(&self, bytes: usize) -> Range<usize> {
        self.at..(self.at + bytes).min(self.text.len())
    }

    /// The span of what comes next: a word, or one character.
    pub(super) fn next_token(&self) -> Range<usize> {
        let mut ahead = Scan {
            text: self.text,
            at: self.at,
            depth: 0,
            lost: false,
        };
        if ahead.word().is_empty() {
            ahead.bump();
        }
        self.at..ahead.at
    }

    pub(super) fn fault(&self, span: Range<usize>, summary: &str) -> Box<Fault> {
        Fault::new(span, summary)
    }

    /// Runs a part one level deeper; beyond the limit everything counts as right.
    pub(super) fn deeper(&mut self, part: impl FnOnce(&mut Self) -> Step) -> Step {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            self.lost = true;
            self.at = self.text.len();
            return Ok(());
        }
        let step = part(self);
        self.depth -= 1;
        if self.lost { Ok(()) } else { step }
    }
}

pub(super) fn is_word_start(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn is_word_part(c: char) -> bool {
    is_word_start(c) || c == '-' || c.is_numeric()
}
