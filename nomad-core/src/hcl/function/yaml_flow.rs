//! Collections of YAML in brackets: `[a, b]`, `{k: v}`.

use super::yaml_read::{YAML_DEPTH_MAX, without_comment};
use super::yaml_scalar::{plain, quoted};
use crate::hcl::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a text in brackets gives.
pub(super) enum Flow {
    /// The value, with nothing but a comment after it.
    Done(Value),
    /// The bracket or quote is still open at the end.
    More,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    depth: usize,
    anchors: &'a BTreeMap<String, Value>,
}

/// `None`: the end was reached inside.
type Part<T> = Result<Option<T>, String>;

/// Reads a bracket or quote from the beginning of a text.
pub(super) fn read(
    text: &str,
    line: usize,
    anchors: &BTreeMap<String, Value>,
) -> Result<Flow, String> {
    let mut reader = Reader {
        text,
        at: 0,
        line,
        depth: 0,
        anchors,
    };
    let Some(value) = reader.value()? else {
        return Ok(Flow::More);
    };
    let rest = reader.rest().trim_start();
    if !without_comment(rest).is_empty() {
        return Err(format!("line {line}: text after a value: \"{rest}\""));
    }
    Ok(Flow::Done(value))
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn skip(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, mark: char) -> bool {
        self.skip();
        let found = self.rest().starts_with(mark);
        if found {
            self.at += mark.len_utf8();
        }
        found
    }

    fn value(&mut self) -> Part<Value> {
        self.skip();
        self.depth += 1;
        if self.depth > YAML_DEPTH_MAX {
            return Err(format!("more than {YAML_DEPTH_MAX} levels of nesting"));
        }
        let value = match self.rest().chars().next() {
            None => Ok(None),
            Some('[') => self.list(),
            Some('{') => self.map(),
            Some('"' | '\'') => Ok(self.quoted().map(Value::from)),
            Some('*') => {
                self.at += 1;
                let name = self.word();
                match self.anchors.get(name) {
                    Some(value) => Ok(Some(value.clone())),
                    None => Err(format!("line {}: there is no anchor \"{name}\"", self.line)),
                }
            }
            Some(_) => Ok(Some(plain(self.word()))),
        };
        self.depth -= 1;
        value
    }

    fn quoted(&mut self) -> Option<String> {
        let rest = self.rest();
        let (text, length) = quoted(&mut rest.char_indices(), rest)?;
        self.at += length;
        Some(text)
    }

    /// A plain text up to a mark of the bracket.
    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest
            .char_indices()
            .find(|(at, c)| {
                let next = rest.get(at + c.len_utf8()..).unwrap_or("");
                matches!(c, ',' | ']' | '}' | '[' | '{')
                    || (*c == ':' && (next.is_empty() || next.starts_with([' ', ',', '}', ']'])))
            })
            .map_or(rest.len(), |(at, _)| at);
        self.at += end;
        rest.get(..end).unwrap_or("").trim()
    }

    fn list(&mut self) -> Part<Value> {
        self.at += 1;
        let mut list = Vec::new();
        loop {
            if self.take(']') {
                return Ok(Some(Value::tuple(list)));
            }
            if self.rest().is_empty() {
                return Ok(None);
            }
            let Some(value) = self.value()? else {
                return Ok(None);
            };
            list.push(value);
            if !self.take(',') && !self.rest().starts_with(']') {
                return self.unfinished("]");
            }
        }
    }

    fn map(&mut self) -> Part<Value> {
        self.at += 1;
        let mut map: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        loop {
            if self.take('}') {
                return Ok(Some(Value::object(map)));
            }
            let key = match self.rest().chars().next() {
                None => return Ok(None),
                Some('"' | '\'') => match self.quoted() {
                    Some(key) => key,
                    None => return Ok(None),
                },
                Some(_) => self.word().to_owned(),
            };
            let value = if self.take(':') {
                self.skip();
                match self.rest().starts_with([',', '}']) {
                    true => Value::Null,
                    false => match self.value()? {
                        Some(value) => value,
                        None => return Ok(None),
                    },
                }
            } else {
                Value::Null
            };
            map.insert(Arc::from(key), value);
            if !self.take(',') && !self.rest().starts_with('}') {
                return self.unfinished("}");
            }
        }
    }

    fn unfinished(&self, mark: &str) -> Part<Value> {
        if self.rest().is_empty() {
            return Ok(None);
        }
        Err(format!(
            "line {}: \",\" or \"{mark}\" is expected before \"{}\"",
            self.line,
            self.rest()
        ))
    }
}
