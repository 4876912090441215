//! Expressions: operands, operators, brackets.

use super::scan::{Scan, Step, is_word_start};

const OPERATORS: [&str; 13] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "%",
];

impl Scan<'_> {
    /// A text that is one expression.
    pub(super) fn whole_expression(&mut self) -> Step {
        self.skip(true)?;
        self.expression(true)?;
        self.skip(true)?;
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self
                .fault(self.next_token(), "more text after the value")
                .detail("a single value is expected")),
        }
    }

    /// An expression; line breaks inside count as blanks where `newlines`.
    pub(super) fn expression(&mut self, newlines: bool) -> Step {
        self.deeper(|scan| scan.conditional(newlines))
    }

    fn conditional(&mut self, newlines: bool) -> Step {
        self.operation(newlines)?;
        self.skip(newlines)?;
        if !self.take("?") {
            return Ok(());
        }
        self.skip(newlines)?;
        self.expression(newlines)?;
        self.skip(newlines)?;
        if !self.take(":") {
            return Err(self
                .fault(self.next_token(), "conditional without its second value")
                .detail("a conditional is written condition ? a : b; \":\" is expected here"));
        }
        self.skip(newlines)?;
        self.expression(newlines)
    }

    fn operation(&mut self, newlines: bool) -> Step {
        loop {
            self.operand(newlines)?;
            let end = self.at;
            self.skip(newlines)?;
            let comment = self.looks_at("//") || self.looks_at("/*");
            let operator = OPERATORS
                .iter()
                .find(|mark| !comment && self.looks_at(mark));
            match operator {
                Some(mark) => {
                    self.take(mark);
                    self.skip(newlines)?;
                }
                None => {
                    self.at = end;
                    return Ok(());
                }
            }
        }
    }

    fn operand(&mut self, newlines: bool) -> Step {
        while matches!(self.peek(), Some('-' | '!')) {
            self.bump();
            self.skip(newlines)?;
        }
        self.term()?;
        self.steps(newlines)
    }

    fn term(&mut self) -> Step {
        match self.peek() {
            Some('"') => self.quoted(),
            Some('[') => self.list(),
            Some('{') => self.object(),
            Some('(') => {
                self.bump();
                self.skip(true)?;
                self.expression(true)?;
                self.skip(true)?;
                self.close(")", "parenthesis")
            }
            Some('0'..='9') => {
                self.number();
                Ok(())
            }
            Some('<') if self.looks_at("<<") => self.heredoc(),
            Some('\'') => Err(self
                .fault(self.here(1), "single quote")
                .detail("texts stand in double quotes (\")")),
            Some(c) if is_word_start(c) => self.name_or_call(),
            _ => Err(self
                .fault(self.next_token(), "value is missing")
                .detail("a value is expected here: text in quotes, a number, true, false, null, a list, a map, a name or a call")),
        }
    }

    fn number(&mut self) {
        let digits = |scan: &mut Self| {
            while matches!(scan.peek(), Some('0'..='9')) {
                scan.bump();
            }
        };
        digits(self);
        let fraction = self
            .rest()
            .chars()
            .nth(1)
            .is_some_and(|c| c.is_ascii_digit());
        if self.looks_at(".") && fraction {
            self.bump();
            digits(self);
        }
        let exponent = self.rest().trim_start_matches(['e', 'E']);
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if matches!(self.peek(), Some('e' | 'E'))
            && exponent.starts_with(|c: char| c.is_ascii_digit())
        {
            self.bump();
            if matches!(self.peek(), Some('+' | '-')) {
                self.bump();
            }
            digits(self);
        }
    }

    fn name_or_call(&mut self) -> Step {
        self.word();
        while self.take("::") {
            self.word();
        }
        if self.peek() == Some('(') {
            self.arguments()
        } else {
            Ok(())
        }
    }

    fn arguments(&mut self) -> Step {
        self.bump();
        loop {
            self.skip(true)?;
            if self.take(")") {
                return Ok(());
            }
            self.expression(true)?;
            self.skip(true)?;
            if self.take("...") {
                self.skip(true)?;
                return self.close(")", "argument list");
            }
            if !self.take(",") && self.peek() != Some(')') {
                return Err(self
                    .fault(self.next_token(), "argument list is not closed")
                    .detail(
                        "a comma between arguments, or \")\" after the last, is expected here",
                    ));
            }
        }
    }

    fn close(&mut self, mark: &str, what: &str) -> Step {
        if self.take(mark) {
            return Ok(());
        }
        Err(self
            .fault(self.next_token(), &format!("{what} is not closed"))
            .detail(format!("\"{mark}\" is expected here")))
    }

    /// Attribute access, indexes and splats after a term.
    fn steps(&mut self, newlines: bool) -> Step {
        loop {
            let end = self.at;
            self.skip(newlines)?;
            if self.looks_at("...") {
                self.at = end;
                return Ok(());
            }
            if self.take(".") {
                match self.peek() {
                    Some('*') => self.bump(),
                    Some('0'..='9') => self.number(),
                    Some(c) if is_word_start(c) => {
                        self.word();
                    }
                    _ => {
                        return Err(self
                            .fault(self.next_token(), "name after the dot is missing")
                            .detail("after a dot follows the name of an attribute"));
                    }
                }
            } else if self.take("[") {
                self.skip(true)?;
                if !self.take("*") {
                    self.expression(true)?;
                }
                self.skip(true)?;
                self.close("]", "index")?;
            } else {
                self.at = end;
                return Ok(());
            }
        }
    }

    fn list(&mut self) -> Step {
        self.bump();
        self.skip(true)?;
        if self.at_for() {
            return self.for_loop("]");
        }
        loop {
            self.skip(true)?;
            if self.take("]") {
                return Ok(());
            }
            self.expression(true)?;
            self.skip(true)?;
            if !self.take(",") && self.peek() != Some(']') {
                return Err(self.fault(self.next_token(), "list is not closed").detail(
                    "a comma between elements, or \"]\" after the last, is expected here",
                ));
            }
        }
    }

    fn object(&mut self) -> Step {
        self.bump();
        self.skip(true)?;
        if self.at_for() {
            return self.for_loop("}");
        }
        loop {
            self.skip(true)?;
            if self.take("}") {
                return Ok(());
            }
            self.expression(false)?;
            self.skip(false)?;
            if !self.take("=") && !self.take(":") {
                return Err(self
                    .fault(self.next_token(), "value of a key is missing")
                    .detail("\"=\" and a value are expected after the key of a map"));
            }
            self.skip(false)?;
            self.expression(false)?;
            self.skip(false)?;
            if !self.take(",") && !matches!(self.peek(), Some('}' | '\n')) {
                return Err(self.fault(self.next_token(), "map is not closed").detail(
                    "a comma, a line break, or \"}\" after the last entry is expected here",
                ));
            }
        }
    }

    fn at_for(&self) -> bool {
        self.rest()
            .strip_prefix("for")
            .is_some_and(|rest| rest.starts_with([' ', '\t', '\n']))
    }

    fn for_loop(&mut self, end: &str) -> Step {
        self.word();
        self.loop_header()?;
        self.skip(true)?;
        if !self.take(":") {
            return Err(self
                .fault(self.next_token(), "loop without its result")
                .detail("a loop is written [for x in list : value]; \":\" is expected here"));
        }
        self.skip(true)?;
        self.expression(true)?;
        self.skip(true)?;
        if self.take("=>") {
            self.skip(true)?;
            self.expression(true)?;
            self.skip(true)?;
        }
        self.take("...");
        self.skip(true)?;
        if self.rest().starts_with("if") {
            self.word();
            self.skip(true)?;
            self.expression(true)?;
            self.skip(true)?;
        }
        self.close(end, "loop")
    }

    /// `x in list` or `key, value in map`.
    pub(super) fn loop_header(&mut self) -> Step {
        for more in [true, false] {
            self.skip(true)?;
            if self.word().is_empty() {
                return Err(self
                    .fault(self.next_token(), "name in a loop is missing")
                    .detail("a loop names its elements: for x in list"));
            }
            self.skip(true)?;
            if !more || !self.take(",") {
                break;
            }
        }
        if self.word() != "in" {
            return Err(self
                .fault(self.next_token(), "loop without \"in\"")
                .detail("a loop is written: for x in list"));
        }
        self.skip(true)?;
        self.expression(true)
    }
}
