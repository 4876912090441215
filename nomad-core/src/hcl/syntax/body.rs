//! Bodies: arguments and blocks, each on a line of its own.

use super::scan::{Scan, Step, is_word_start};
use std::ops::Range;

impl Scan<'_> {
    /// A whole file.
    pub(super) fn file(&mut self) -> Step {
        self.body(None)
    }

    /// Lines up to the closing brace of the block that was opened, or to the end of the file.
    fn body(&mut self, opened: Option<Range<usize>>) -> Step {
        loop {
            self.skip(true)?;
            if self.lost {
                return Ok(());
            }
            match (self.peek(), &opened) {
                (None, Some(brace)) => {
                    return Err(self
                        .fault(brace.clone(), "block is never closed")
                        .detail(
                            "the closing brace of this block is missing before the end of the file",
                        )
                        .hint("a brace may also be missing further inside"));
                }
                (None, None) => return Ok(()),
                (Some('}'), Some(_)) => return Ok(()),
                (Some('}'), None) => {
                    return Err(self
                        .fault(self.here(1), "closing brace without a block")
                        .detail("no block is open here; an argument or a block is expected"));
                }
                (Some('"'), _) => {
                    return Err(self
                        .fault(self.here(1), "name in quotes")
                        .detail("names of arguments stand without quotes")
                        .hint("for a name with other characters write the map as an argument: env = { \"a.b\" = 1 }"));
                }
                (Some(c), _) if is_word_start(c) => self.line()?,
                (Some(_), _) => {
                    return Err(self
                        .fault(self.next_token(), "not an argument or a block")
                        .detail("a line begins with the name of an argument or a block"));
                }
            }
        }
    }

    /// One argument or block with the end of its line.
    fn line(&mut self) -> Step {
        let start = self.at;
        self.word();
        let name = start..self.at;
        self.skip(false)?;
        match self.peek() {
            Some('=') if !self.looks_at("==") => self.argument()?,
            Some('{') => self.block()?,
            Some(c) if c == '"' || is_word_start(c) => {
                self.labels()?;
                self.block()?;
            }
            _ => {
                return Err(self
                    .fault(name, "not an argument or a block")
                    .detail("after the name follows \"=\" and a value, or a block in braces that begin on this line"));
            }
        }
        self.end_of_line()
    }

    fn end_of_line(&mut self) -> Step {
        self.skip(false)?;
        match self.peek() {
            None | Some('\n') => Ok(()),
            Some('}') if self.lost => Ok(()),
            Some(_) => Err(self
                .fault(self.next_token(), "more text on the line")
                .detail(
                    "an argument or a block ends with its line; a line break is expected here",
                )),
        }
    }

    fn argument(&mut self) -> Step {
        self.take("=");
        self.skip(false)?;
        self.expression(false)
    }

    fn labels(&mut self) -> Step {
        loop {
            self.skip(false)?;
            match self.peek() {
                Some('"') => self.label()?,
                Some('{') => return Ok(()),
                Some(c) if is_word_start(c) => {
                    self.word();
                }
                _ => {
                    return Err(self
                        .fault(self.next_token(), "block without its brace")
                        .detail("after the labels of a block follows \"{\" on the same line"));
                }
            }
        }
    }

    /// A label in quotes, without templates.
    fn label(&mut self) -> Step {
        self.take("\"");
        loop {
            match self.peek() {
                Some('"') => {
                    self.bump();
                    return Ok(());
                }
                None | Some('\n') => return Err(self.open_quote()),
                Some('\\') => self.escape()?,
                _ if self.looks_at("${") || self.looks_at("%{") => {
                    return Err(self
                        .fault(self.here(2), "template in a label")
                        .detail("labels are plain text; values cannot be put in here")
                        .hint("a job may have its id computed: id = \"...\" inside the block"));
                }
                _ => self.bump(),
            }
        }
    }

    fn block(&mut self) -> Step {
        let brace = self.here(1);
        self.take("{");
        self.skip(false)?;
        match self.peek() {
            Some('}') => {
                self.bump();
                Ok(())
            }
            Some('\n') | None => {
                self.deeper(|scan| scan.body(Some(brace)))?;
                self.take("}");
                Ok(())
            }
            Some(_) => self.one_line_block(),
        }
    }

    /// The rest of `{ name = value }`.
    fn one_line_block(&mut self) -> Step {
        let start = self.at;
        self.word();
        let name = if start == self.at {
            self.next_token()
        } else {
            start..self.at
        };
        self.skip(false)?;
        if self.peek() != Some('=') || self.looks_at("==") {
            return Err(self
                .fault(name, "not a single argument")
                .detail("a block on one line holds one argument, name = value, and nothing else")
                .hint("put nested blocks on lines of their own"));
        }
        self.argument()?;
        self.skip(false)?;
        if self.take("}") {
            return Ok(());
        }
        Err(self
            .fault(
                self.next_token(),
                "more than one argument in a block on one line",
            )
            .detail("the closing brace is expected here")
            .hint("put each argument on a line of its own"))
    }
}
