//! Quoted texts and heredocs with their interpolations and directives.

use super::scan::{Scan, Step};
use crate::hcl::fault::Fault;
use std::ops::Range;

/// A directive that waits for its end.
struct Open {
    word: &'static str,
    span: Range<usize>,
}

impl Scan<'_> {
    /// A quoted text.
    pub(super) fn quoted(&mut self) -> Step {
        self.take("\"");
        let mut open = Vec::new();
        loop {
            match self.peek() {
                Some('"') => {
                    self.unfinished(&open)?;
                    self.bump();
                    return Ok(());
                }
                None | Some('\n') => return Err(self.open_quote()),
                Some('\\') => self.escape()?,
                Some(_) => self.template_part(&mut open)?,
            }
            if self.lost {
                return Ok(());
            }
        }
    }

    pub(super) fn open_quote(&self) -> Box<Fault> {
        self.fault(self.here(1), "text without its closing quote")
            .detail("a quoted text must end on the line on which it begins")
            .hint("write \\n for a line break, or use a heredoc (<<EOF)")
    }

    /// One escape sequence.
    pub(super) fn escape(&mut self) -> Step {
        let start = self.at;
        self.bump();
        let digits = match self.peek() {
            Some('n' | 'r' | 't' | '"' | '\\') => 0,
            Some('u') => 4,
            Some('U') => 8,
            other => {
                let end = self.at + other.map_or(0, char::len_utf8);
                return Err(self
                    .fault(start..end, "unknown escape sequence")
                    .detail("known are \\n \\r \\t \\\" \\\\ \\uXXXX \\UXXXXXXXX")
                    .hint("write a backslash as \\\\"));
            }
        };
        self.bump();
        let code = self.rest().get(..digits).unwrap_or("");
        let value = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
        if digits > 0 && value.is_none() {
            let end = (self.at + digits).min(self.text.len());
            return Err(self
                .fault(start..end, "unknown escape sequence")
                .detail(format!(
                    "\\u and \\U take 4 and 8 hexadecimal digits of a character; \"{code}\" is none"
                )));
        }
        self.at += digits;
        Ok(())
    }

    /// One character, escape mark, interpolation or directive.
    fn template_part(&mut self, open: &mut Vec<Open>) -> Step {
        if self.take("$${") || self.take("%%{") {
            return Ok(());
        }
        let start = self.at;
        if self.take("${") {
            self.take("~");
            self.skip(true)?;
            self.expression(true)?;
            self.skip(true)?;
            self.take("~");
            return self.end_of_part("interpolation");
        }
        if self.take("%{") {
            self.take("~");
            return self.directive(start, open);
        }
        self.bump();
        Ok(())
    }

    fn end_of_part(&mut self, what: &str) -> Step {
        if self.take("}") || self.lost {
            return Ok(());
        }
        Err(self
            .fault(self.next_token(), &format!("{what} is not closed"))
            .detail("\"}\" is expected here")
            .hint("write $${ for the characters ${ themselves, as in shell scripts"))
    }

    fn directive(&mut self, start: usize, open: &mut Vec<Open>) -> Step {
        self.skip(true)?;
        let word = self.word();
        let span = start..self.at;
        match word {
            "if" => {
                self.skip(true)?;
                self.expression(true)?;
                open.push(Open { word: "if", span });
            }
            "for" => {
                self.loop_header()?;
                open.push(Open { word: "for", span });
            }
            "else" if open.last().is_some_and(|one| one.word == "if") => {}
            "endif" if open.last().is_some_and(|one| one.word == "if") => {
                open.pop();
            }
            "endfor" if open.last().is_some_and(|one| one.word == "for") => {
                open.pop();
            }
            "else" | "endif" | "endfor" => {
                return Err(self
                    .fault(span, &format!("%{{ {word} }} without its beginning"))
                    .detail("no directive is open here that it belongs to"));
            }
            _ => {
                return Err(self
                    .fault(span, "unknown directive")
                    .detail("known are if, else, endif, for, endfor")
                    .hint("write %%{ for the characters %{ themselves"));
            }
        }
        self.skip(true)?;
        self.take("~");
        self.end_of_part("directive")
    }

    fn unfinished(&self, open: &[Open]) -> Step {
        let Some(one) = open.last() else {
            return Ok(());
        };
        let line = self
            .text
            .get(..one.span.start)
            .unwrap_or("")
            .matches('\n')
            .count()
            + 1;
        Err(self
            .fault(self.here(1), "text ends inside a directive")
            .detail(format!(
                "%{{ end{} }} is missing for the directive on line {line}",
                one.word
            )))
    }

    /// A heredoc from its marker to the line with its name.
    pub(super) fn heredoc(&mut self) -> Step {
        let start = self.at;
        self.take("<<");
        self.take("-");
        let name = self.word();
        self.take("\r");
        if name.is_empty() || !self.take("\n") {
            return Err(self
                .fault(start..start + 2, "heredoc without its name")
                .detail(
                    "after << follows the name that ends the text, and nothing else on the line",
                ));
        }
        let mut open = Vec::new();
        loop {
            let line = self.rest().lines().next().unwrap_or("");
            if line.trim() == name {
                self.unfinished(&open)?;
                let blanks = line.len() - line.trim_start().len();
                self.at += blanks + name.len();
                return Ok(());
            }
            if self.rest().is_empty() {
                return Err(self
                    .fault(self.here(0), "heredoc is never closed")
                    .detail(format!("no line holds only \"{name}\"")));
            }
            while !matches!(self.peek(), None | Some('\n')) {
                self.template_part(&mut open)?;
            }
            self.bump();
            if self.lost {
                return Ok(());
            }
        }
    }
}
