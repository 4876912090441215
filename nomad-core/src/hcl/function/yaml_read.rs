//! `yamldecode`: block and flow collections, plain, quoted and block texts, anchors and aliases,
//! comments. One document; tags and complex keys are not supported yet and are errors.

use super::registry::{Answer, Call, Refusal};
use crate::hcl::limits::VALUE_WEIGHT_MAX;
use crate::hcl::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Deepest nesting of YAML text.
pub(super) const YAML_DEPTH_MAX: usize = 64;

pub(super) fn yamldecode(call: &Call<'_>) -> Answer {
    let mut reader = Reader::new(call.text(0)).map_err(Refusal::whole)?;
    let value = reader.document().map_err(Refusal::whole)?;
    if value.weight() > VALUE_WEIGHT_MAX {
        return Err(Refusal::whole("the value is too large"));
    }
    Ok(value)
}

/// A line with something on it.
#[derive(Clone, Debug)]
struct Line {
    number: usize,
    indent: usize,
    text: String,
}

struct Reader {
    lines: Vec<Line>,
    at: usize,
    anchors: BTreeMap<String, Value>,
    raw: Vec<String>,
    depth: usize,
    merged: usize,
}

type Read<T> = Result<T, String>;

impl Reader {
    fn new(text: &str) -> Read<Self> {
        let raw: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut lines = Vec::new();
        for (number, line) in raw.iter().enumerate() {
            let body = line.trim_start_matches(' ');
            if body.starts_with('\t') && !body.trim().is_empty() {
                return Err(format!("line {}: a tab cannot be indentation", number + 1));
            }
            lines.push(Line {
                number: number + 1,
                indent: line.len() - body.len(),
                text: body.trim_end().to_owned(),
            });
        }
        Ok(Self {
            lines,
            at: 0,
            anchors: BTreeMap::new(),
            raw,
            depth: 0,
            merged: 0,
        })
    }

    fn document(&mut self) -> Read<Value> {
        self.skip_blank();
        while self.peek().is_some_and(|line| line.text.starts_with('%')) {
            self.at += 1;
            self.skip_blank();
        }
        if let Some(line) = self.lines.get_mut(self.at)
            && (line.text == "---" || line.text.starts_with("--- "))
        {
            line.text = line.text.trim_start_matches('-').trim_start().to_owned();
            self.skip_blank();
        }
        let value = self.node(0)?;
        self.skip_blank();
        match self.peek() {
            Some(line) if line.text == "..." => Ok(value),
            Some(line) => Err(format!("line {}: text after the value", line.number)),
            None => Ok(value),
        }
    }

    fn peek(&self) -> Option<&Line> {
        self.lines.get(self.at)
    }

    fn skip_blank(&mut self) {
        while self
            .peek()
            .is_some_and(|line| without_comment(&line.text).is_empty())
        {
            self.at += 1;
        }
    }

    /// The value that begins on the next line, indented at least by `indent`.
    fn node(&mut self, indent: usize) -> Read<Value> {
        self.depth += 1;
        if self.depth > YAML_DEPTH_MAX {
            return Err(format!("more than {YAML_DEPTH_MAX} levels of nesting"));
        }
        self.skip_blank();
        let value = match self.peek() {
            Some(line) if line.indent >= indent && !is_document_mark(line) => {
                let line = line.clone();
                if is_item(&line.text) {
                    self.sequence(line.indent)
                } else if split_key(&line.text).is_some() {
                    self.mapping(line.indent)
                } else {
                    self.at += 1;
                    self.inline(&line.text, indent, line.number)
                }
            }
            _ => Ok(Value::Null),
        };
        self.depth -= 1;
        value
    }

    fn sequence(&mut self, indent: usize) -> Read<Value> {
        let mut list = Vec::new();
        loop {
            self.skip_blank();
            let Some(line) = self.lines.get_mut(self.at) else {
                break;
            };
            if line.indent != indent || !is_item(&line.text) {
                break;
            }
            // What follows the dash counts as a line of its own, further in.
            let rest = line.text.get(1..).unwrap_or("").to_owned();
            let body = rest.trim_start_matches(' ');
            if without_comment(body).is_empty() {
                self.at += 1;
                list.push(self.node(indent + 1)?);
            } else {
                line.indent = indent + 1 + rest.len() - body.len();
                line.text = body.to_owned();
                list.push(self.node(indent + 1)?);
            }
        }
        Ok(Value::tuple(list))
    }

    fn mapping(&mut self, indent: usize) -> Read<Value> {
        let mut map: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        loop {
            self.skip_blank();
            let Some(line) = self.peek().cloned() else {
                break;
            };
            if line.indent != indent || is_item(&line.text) || is_document_mark(&line) {
                break;
            }
            let Some((key, rest)) = split_key(&line.text) else {
                return Err(format!(
                    "line {}: a key with \":\" is expected",
                    line.number
                ));
            };
            let key = self.key(&key, line.number)?;
            self.at += 1;
            let value = self.entry(rest.trim_start(), indent, line.number)?;
            if &*key == "<<" {
                self.merged += value.as_fields().map_or(0, BTreeMap::len);
                if self.merged > MERGED_MAX {
                    return Err(format!("line {}: too many merged entries", line.number));
                }
                for (name, item) in value.as_fields().into_iter().flatten() {
                    map.entry(Arc::clone(name)).or_insert_with(|| item.clone());
                }
            } else {
                map.insert(key, value);
            }
        }
        if let Some(line) = self.peek()
            && line.indent > indent
            && !is_document_mark(line)
        {
            return Err(format!("line {}: unexpected indentation", line.number));
        }
        Ok(Value::object(map))
    }

    fn key(&self, text: &str, line: usize) -> Read<Arc<str>> {
        if text.starts_with('?') {
            return Err(format!("line {line}: not supported yet: complex keys"));
        }
        let value = super::yaml_scalar::scalar(text, line)?;
        match crate::hcl::convert(&value, &crate::hcl::Type::String) {
            Ok(Value::String(key)) => Ok(key),
            _ => Ok(Arc::from(text)),
        }
    }

    /// The value after a key: on the same line, or on the lines below.
    fn entry(&mut self, rest: &str, indent: usize, line: usize) -> Read<Value> {
        if !without_comment(rest).is_empty() {
            return self.inline(rest, indent + 1, line);
        }
        self.skip_blank();
        // A list may stand at the indentation of its key.
        match self.peek() {
            Some(next) if next.indent == indent && is_item(&next.text) => self.sequence(indent),
            _ => self.node(indent + 1),
        }
    }

    /// A value that begins in the middle of a line.
    fn inline(&mut self, text: &str, indent: usize, line: usize) -> Read<Value> {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix('&') {
            let (name, rest) = rest.split_once(' ').unwrap_or((rest, ""));
            let value = match without_comment(rest).is_empty() {
                true => self.node(indent)?,
                false => self.inline(rest, indent, line)?,
            };
            self.anchors.insert(name.to_owned(), value.clone());
            return Ok(value);
        }
        if let Some(name) = text.strip_prefix('*') {
            let name = without_comment(name);
            return self
                .anchors
                .get(name)
                .cloned()
                .ok_or_else(|| format!("line {line}: there is no anchor \"{name}\""));
        }
        if text.starts_with('!') {
            return Err(format!("line {line}: not supported yet: tags"));
        }
        if text.starts_with(['|', '>']) {
            return self.block_text(text, indent, line);
        }
        if text.starts_with(['[', '{', '"', '\'']) {
            return self.flow(text, line);
        }
        let mut joined = without_comment(text).to_owned();
        // A plain text goes on over lines that are further in.
        while let Some(next) = self.peek().cloned() {
            let more = without_comment(&next.text);
            let ends = next.indent < indent.max(1) || is_document_mark(&next);
            if more.is_empty() || ends || split_key(more).is_some() {
                break;
            }
            joined.push(' ');
            joined.push_str(more);
            self.at += 1;
        }
        super::yaml_scalar::scalar(&joined, line)
    }

    /// A collection or quoted text that may run over several lines.
    fn flow(&mut self, text: &str, line: usize) -> Read<Value> {
        let mut joined = text.to_owned();
        loop {
            match super::yaml_flow::read(&joined, line, &self.anchors)? {
                super::yaml_flow::Flow::Done(value) => return Ok(value),
                super::yaml_flow::Flow::More => {
                    let Some(next) = self.peek().cloned() else {
                        return Err(format!("line {line}: a bracket or quote is not closed"));
                    };
                    if joined.len() > FLOW_BYTES_MAX {
                        return Err(format!("line {line}: a value over too many lines"));
                    }
                    self.at += 1;
                    joined.push(' ');
                    joined.push_str(&next.text);
                }
            }
        }
    }

    /// `|` keeps line breaks, `>` joins lines.
    fn block_text(&mut self, header: &str, indent: usize, line: usize) -> Read<Value> {
        let header = without_comment(header);
        let folded = header.starts_with('>');
        let chomping = header.chars().find(|c| matches!(c, '-' | '+'));
        let explicit = header
            .chars()
            .find_map(|c| c.to_digit(10))
            .map(|digit| digit as usize);
        let mut lines: Vec<&str> = Vec::new();
        let mut own = explicit.map(|digit| indent.saturating_sub(1) + digit);
        let raw = std::mem::take(&mut self.raw);
        for text in raw.iter().skip(line) {
            let blanks = text.len() - text.trim_start_matches(' ').len();
            if !text.trim().is_empty() {
                let own = *own.get_or_insert(blanks);
                if blanks < own.max(indent) {
                    break;
                }
            }
            lines.push(
                text.get(own.unwrap_or(usize::MAX).min(text.len())..)
                    .unwrap_or(""),
            );
            self.at += 1;
        }
        let text = block_lines(&lines, folded, chomping);
        self.raw = raw;
        Ok(Value::from(text))
    }
}

/// Longest value in brackets that runs over several lines: it is read again with each line.
const FLOW_BYTES_MAX: usize = 1 << 13;
/// Most entries that merge keys (`<<`) copy.
const MERGED_MAX: usize = 100_000;

fn block_lines(lines: &[&str], folded: bool, chomping: Option<char>) -> String {
    let kept = lines
        .iter()
        .rposition(|line| !line.is_empty())
        .map_or(0, |last| last + 1);
    let mut text = String::new();
    let mut breaks = 0;
    for (at, line) in lines.iter().take(kept).enumerate() {
        let indented = line.starts_with([' ', '\t']);
        if line.is_empty() {
            breaks += 1;
            continue;
        }
        if at > 0 && folded && !indented && breaks == 0 && !text.is_empty() {
            text.push(' ');
        } else if at > 0 {
            let count = if folded && !indented && !text.is_empty() {
                breaks
            } else {
                breaks + 1
            };
            text.push_str(&"\n".repeat(count));
        }
        text.push_str(line);
        breaks = 0;
    }
    match chomping {
        Some('-') => {}
        Some(_) => text.push_str(&"\n".repeat(lines.len() - kept + 1)),
        None if kept > 0 => text.push('\n'),
        None => {}
    }
    text
}

fn is_document_mark(line: &Line) -> bool {
    line.indent == 0 && (line.text == "---" || line.text.starts_with("--- ") || line.text == "...")
}

fn is_item(text: &str) -> bool {
    text == "-" || text.starts_with("- ")
}

/// A line without its comment.
pub(super) fn without_comment(text: &str) -> &str {
    if text.starts_with('#') {
        return "";
    }
    text.find(" #")
        .and_then(|at| text.get(..at))
        .unwrap_or(text)
        .trim_end()
}

/// Key and rest of a line `key: rest`.
fn split_key(text: &str) -> Option<(String, &str)> {
    if text.starts_with(['[', '{', '|', '>', '&', '*', '#']) {
        return None;
    }
    let from = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => 1 + text.get(1..)?.find(quote)? + 1,
        _ => 0,
    };
    let rest = text.get(from..)?;
    let colon = rest.match_indices(':').map(|(at, _)| at).find(|at| {
        rest.get(at + 1..)
            .is_none_or(|after| after.is_empty() || after.starts_with([' ', '\t']))
    })?;
    if from > 0 && !rest.get(..colon)?.trim().is_empty() {
        return None;
    }
    if from == 0 && rest.get(..colon)?.contains(" #") {
        return None;
    }
    Some((
        text.get(..from + colon)?.trim().to_owned(),
        rest.get(colon + 1..)?,
    ))
}
