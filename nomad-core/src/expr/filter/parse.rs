//! From text to an expression.

use super::{Expr, Test};

/// Longest filter that is read, in bytes.
const TEXT_MAX: usize = 8192;
/// Deepest nesting of parentheses, `not` and `any`.
const DEPTH_MAX: usize = 64;

const OPERATORS: &str = r#""!=", "==", "contains", "in", "is", "matches", "not" or [ \t\r\n]"#;
const VALUES: &str = r#""-", "0", "\"", "`", [ \t\r\n], [1-9] or [a-zA-Z]"#;
const SELECTORS: &str =
    r#""(", "-", "0", "\"", "`", "all", "any", "not", [ \t\r\n], [1-9] or [a-zA-Z]"#;
const ENDS: &str = r#""and", "or", [ \t\r\n] or EOF"#;

/// Why a filter cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// Something else was expected.
    #[error("{line}:{column} ({offset}): no match found, expected: {expected}")]
    Expected {
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// Bytes before it.
        offset: usize,
        /// What may stand there.
        expected: &'static str,
    },
    /// It is too long.
    #[error("1:1 (0): the expression has {length} bytes, at most {TEXT_MAX} are read")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// It is nested too deeply.
    #[error("1:1 (0): the expression is nested more than {DEPTH_MAX} deep")]
    TooDeep,
}

pub(super) fn parse(text: &str) -> Result<Expr, ParseError> {
    if text.len() > TEXT_MAX {
        return Err(ParseError::TooLong { length: text.len() });
    }
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
    };
    let expr = reader.or()?;
    reader.blanks();
    if reader.rest().is_empty() {
        Ok(expr)
    } else {
        Err(reader.expected(ENDS))
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

/// A word, a number or a quoted text.
struct Value {
    text: String,
    is_quoted: bool,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn expected(&self, expected: &'static str) -> ParseError {
        let before = self.text.get(..self.at).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let in_line = before.get(line_start..).unwrap_or_default();
        ParseError::Expected {
            line: before.matches('\n').count() + 1,
            column: in_line.chars().count() + 1,
            offset: self.at,
            expected,
        }
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        self.at += blank;
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Takes `word` when it stands here as a whole word.
    fn word(&mut self, word: &str) -> bool {
        let after = self.rest().strip_prefix(word);
        let is_whole = after.is_some_and(|after| !after.starts_with(is_word));
        if is_whole {
            self.at += word.len();
        }
        is_whole
    }

    fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, ParseError>,
    ) -> Result<T, ParseError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(ParseError::TooDeep);
        }
        let found = read(self);
        self.depth -= 1;
        found
    }

    fn or(&mut self) -> Result<Expr, ParseError> {
        let mut left = self.and()?;
        loop {
            let before = self.at;
            self.blanks();
            if !self.word("or") {
                self.at = before;
                return Ok(left);
            }
            left = Expr::Or(Box::new(left), Box::new(self.and()?));
        }
    }

    fn and(&mut self) -> Result<Expr, ParseError> {
        let mut left = self.unary()?;
        loop {
            let before = self.at;
            self.blanks();
            if !self.word("and") {
                self.at = before;
                return Ok(left);
            }
            left = Expr::And(Box::new(left), Box::new(self.unary()?));
        }
    }

    fn unary(&mut self) -> Result<Expr, ParseError> {
        self.blanks();
        if self.word("not") {
            let inner = self.deeper(Self::unary)?;
            return Ok(Expr::Not(Box::new(inner)));
        }
        if self.eat("(") {
            let inner = self.deeper(Self::or)?;
            self.blanks();
            return match self.eat(")") {
                true => Ok(inner),
                false => Err(self.expected(r#"")", "and", "or" or [ \t\r\n]"#)),
            };
        }
        let before = self.at;
        for (word, every) in [("any", false), ("all", true)] {
            if self.word(word) {
                self.blanks();
                if self.peek().is_some_and(|c| c.is_ascii_alphabetic()) {
                    return self.deeper(|reader| reader.each(every));
                }
                self.at = before;
            }
        }
        self.comparison()
    }

    fn each(&mut self, every: bool) -> Result<Expr, ParseError> {
        let path = self.selector()?;
        self.blanks();
        if !self.word("as") {
            return Err(self.expected(r#""as" or [ \t\r\n]"#));
        }
        self.blanks();
        let first = self.name()?;
        self.blanks();
        let second = if self.eat(",") {
            self.blanks();
            Some(self.name()?)
        } else {
            None
        };
        self.blanks();
        if !self.eat("{") {
            return Err(self.expected(r#""{" or [ \t\r\n]"#));
        }
        let inner = Box::new(self.or()?);
        self.blanks();
        if !self.eat("}") {
            return Err(self.expected(r#""and", "or", "}" or [ \t\r\n]"#));
        }
        Ok(Expr::Each {
            every,
            path,
            names: (first, second),
            inner,
        })
    }

    /// `selector op value`, or `value in selector`.
    fn comparison(&mut self) -> Result<Expr, ParseError> {
        let before = self.at;
        let left = self.value(SELECTORS)?;
        if left.is_quoted || !starts_selector(&left.text) {
            return self.membership(before, left);
        }
        let after_word = self.at;
        self.at = before;
        let path = self.selector()?;
        self.blanks();
        if let Some(test) = self.operator()? {
            if matches!(test, Test::Empty | Test::NotEmpty) {
                let value = String::new();
                return Ok(Expr::Match { path, test, value });
            }
            self.blanks();
            let value = self.value(VALUES)?.text;
            return Ok(Expr::Match { path, test, value });
        }
        let failed = self.at;
        self.at = after_word;
        match self.member_word() {
            Some(test) => self.member(left, test),
            None => {
                self.at = failed;
                Err(self.expected(OPERATORS))
            }
        }
    }

    /// After a text in quotes: `in`, or a selector that was written as a JSON pointer.
    fn membership(&mut self, before: usize, left: Value) -> Result<Expr, ParseError> {
        if let Some(test) = self.member_word() {
            return self.member(left, test);
        }
        if !left.text.starts_with('/') {
            self.blanks();
            return Err(self.expected(r#""in", "not" or [ \t\r\n]"#));
        }
        self.blanks();
        let path = pointer(&left.text);
        match self.operator()? {
            Some(test @ (Test::Empty | Test::NotEmpty)) => {
                let value = String::new();
                Ok(Expr::Match { path, test, value })
            }
            Some(test) => {
                self.blanks();
                let value = self.value(VALUES)?.text;
                Ok(Expr::Match { path, test, value })
            }
            None => {
                self.at = self.at.max(before);
                Err(self.expected(OPERATORS))
            }
        }
    }

    fn member_word(&mut self) -> Option<Test> {
        let before = self.at;
        self.blanks();
        let negated = self.word("not");
        self.blanks();
        if self.word("in") {
            return Some(if negated {
                Test::NotContains
            } else {
                Test::Contains
            });
        }
        self.at = before;
        None
    }

    fn member(&mut self, value: Value, test: Test) -> Result<Expr, ParseError> {
        self.blanks();
        let path = if self.peek() == Some('"') {
            pointer(&self.value(VALUES)?.text)
        } else {
            self.selector()?
        };
        let value = value.text;
        Ok(Expr::Match { path, test, value })
    }

    fn operator(&mut self) -> Result<Option<Test>, ParseError> {
        if self.eat("==") {
            return Ok(Some(Test::Equal));
        }
        if self.eat("!=") {
            return Ok(Some(Test::NotEqual));
        }
        if self.word("is") {
            return self.emptiness().map(Some);
        }
        let before = self.at;
        let negated = self.word("not");
        self.blanks();
        let found = if self.word("contains") {
            Some((Test::Contains, Test::NotContains))
        } else if self.word("matches") {
            Some((Test::Matches, Test::NotMatches))
        } else {
            None
        };
        if found.is_none() {
            self.at = before;
        }
        Ok(found.map(|(plain, not)| if negated { not } else { plain }))
    }

    fn emptiness(&mut self) -> Result<Test, ParseError> {
        self.blanks();
        let negated = self.word("not");
        self.blanks();
        match (self.word("empty"), negated) {
            (true, false) => Ok(Test::Empty),
            (true, true) => Ok(Test::NotEmpty),
            (false, false) => Err(self.expected(r#""empty", "not" or [ \t\r\n]"#)),
            (false, true) => Err(self.expected(r#""empty" or [ \t\r\n]"#)),
        }
    }

    fn name(&mut self) -> Result<String, ParseError> {
        let rest = self.rest();
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default().to_owned();
        if name.is_empty() {
            return Err(self.expected("[a-zA-Z]"));
        }
        self.at += end;
        Ok(name)
    }

    fn selector(&mut self) -> Result<Vec<String>, ParseError> {
        let mut path = vec![self.name()?];
        loop {
            if self.eat("[") {
                let key = self.value(r#""\"" or "`""#)?;
                path.push(key.text);
                if !self.eat("]") {
                    return Err(self.expected(r#""]""#));
                }
            } else if self.eat(".") {
                let quoted = self.peek() == Some('"');
                let key = if quoted {
                    self.value(VALUES)?.text
                } else {
                    self.name()?
                };
                path.push(key);
            } else {
                return Ok(path);
            }
        }
    }

    fn value(&mut self, expected: &'static str) -> Result<Value, ParseError> {
        if self.eat("`") {
            let rest = self.rest();
            let Some((text, _)) = rest.split_once('`') else {
                return Err(self.expected("\"`\""));
            };
            let text = text.to_owned();
            self.at += text.len() + 1;
            return Ok(Value {
                text,
                is_quoted: true,
            });
        }
        if self.peek() == Some('"') {
            return self.quoted();
        }
        let rest = self.rest();
        let is_value = |c: char| is_word(c) || matches!(c, '.' | '-');
        let end = rest.find(|c| !is_value(c)).unwrap_or(rest.len());
        let text = rest.get(..end).unwrap_or_default().to_owned();
        if text.is_empty() {
            return Err(self.expected(expected));
        }
        self.at += end;
        Ok(Value {
            text,
            is_quoted: false,
        })
    }

    /// A text in double quotes, with the escapes of JSON.
    fn quoted(&mut self) -> Result<Value, ParseError> {
        let mut texts = serde_json::Deserializer::from_str(self.rest()).into_iter::<String>();
        let found = texts.next();
        let length = texts.byte_offset();
        match found {
            Some(Ok(text)) => {
                self.at += length;
                Ok(Value {
                    text,
                    is_quoted: true,
                })
            }
            _ => Err(self.expected(r#""\"""#)),
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn starts_selector(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn pointer(text: &str) -> Vec<String> {
    let pieces = text.split('/').skip(1);
    pieces
        .map(|piece| piece.replace("~1", "/").replace("~0", "~"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::Filter;
    use serde_json::json;

    fn keeps(text: &str) -> bool {
        let job = json!({
            "ID": "list-1", "Priority": 41, "Stop": false, "Weight": 0.5,
            "Datacenters": ["dc1", "dc2"], "Constraints": null,
            "Meta": {"n": "1", "a.b": "x"},
            "TaskGroups": [{"Name": "g", "Count": 2}],
        });
        Filter::parse(text).unwrap().keeps(&job).unwrap()
    }

    fn complaint(text: &str) -> String {
        Filter::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn every_operator_decides() {
        for text in [
            r#"ID == "list-1""#,
            "ID == list-1",
            "ID == `list-1`",
            r#"ID != "x""#,
            r#"ID contains "list""#,
            r#""list" in ID"#,
            r#"ID matches "list-[0-2]""#,
            r#"ID not matches "^x""#,
            "Priority == 41",
            "Stop == false",
            "Weight == 0.5",
            r#"Meta.n == "1""#,
            r#"Meta["a.b"] == x"#,
            "Meta contains n",
            r#"Meta is not empty"#,
            "Constraints is empty",
            r#""dc1" in Datacenters"#,
            r#""dc3" not in Datacenters"#,
            "dc1 in Datacenters",
            r#""/ID" == "list-1""#,
            r#"any Datacenters as d { d == "dc1" }"#,
            r#"all Meta as k, v { v != "" }"#,
            r#"any TaskGroups as g { g.Count == 2 }"#,
            r#"not (ID == x) and (Priority == 1 or Priority == 41)"#,
        ] {
            assert!(keeps(text), "{text}");
        }
    }

    #[test]
    fn what_is_not_so_is_not_kept() {
        for text in [
            r#"ID == "LIST-1""#,
            r#"Meta.other == "1""#,
            "Priority == 42",
            "not Stop == false",
            r#"all Datacenters as d { d == "dc1" }"#,
        ] {
            assert!(!keeps(text), "{text}");
        }
    }

    #[test]
    fn there_are_no_operators_of_order() {
        assert_eq!(
            complaint(r#"Type == "batch" and Priority > 41"#),
            r#"1:30 (29): no match found, expected: "!=", "==", "contains", "in", "is", "matches", "not" or [ \t\r\n]"#,
        );
        assert_eq!(
            complaint("ID =="),
            r#"1:6 (5): no match found, expected: "-", "0", "\"", "`", [ \t\r\n], [1-9] or [a-zA-Z]"#,
        );
    }

    #[test]
    fn an_unknown_field_and_a_wrong_value_are_errors() {
        let job = json!({"ID": "a", "Priority": 1, "Meta": {}});
        let told = |text: &str| {
            Filter::parse(text)
                .unwrap()
                .keeps(&job)
                .unwrap_err()
                .to_string()
        };
        assert!(told("Nonsense == x").contains(r#"struct field with name "Nonsense""#));
        assert!(told("Priority == high").contains(r#"parsing "high": invalid syntax"#));
        assert!(told(r#"ID matches "[""#).contains(r#"compile regular expression "[""#));
    }

    #[test]
    fn depth_is_limited() {
        let text = format!("{}ID == a{}", "(".repeat(100), ")".repeat(100));
        assert!(complaint(&text).contains("nested more than"));
    }
}
