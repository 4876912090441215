//! A file's tree held against the table of keys; what fits goes into the configuration.

use std::collections::BTreeMap;

use nomad_core::hcl::{Diagnostic, Diagnostics, Source, did_you_mean, go_duration};
use nomad_core::units::Span;

use super::key::{Key, Kind, Place};
use super::keys;
use super::tree::{Entry, Form, Node};
use super::value::Value;
use crate::agent::AgentConfig;

/// Takes one file over into a configuration.
///
/// # Errors
///
/// Everything that does not fit; the configuration must not be used then.
pub(super) fn take(
    source: &Source,
    tree: &[Entry],
    config: &mut AgentConfig,
) -> Result<(), Diagnostics> {
    let mut reader = Reader {
        source,
        config,
        found: Diagnostics::default(),
    };
    reader.block("", keys::AGENT, false, tree);
    if reader.found.has_errors() {
        Err(reader.found)
    } else {
        Ok(())
    }
}

struct Reader<'a> {
    source: &'a Source,
    config: &'a mut AgentConfig,
    found: Diagnostics,
}

impl Reader<'_> {
    fn block(&mut self, path: &str, keys: &'static [Key], open: bool, entries: &[Entry]) {
        let mut seen: BTreeMap<&str, &Entry> = BTreeMap::new();
        for entry in entries {
            let path = join(path, &entry.name);
            let Some(key) = keys.iter().find(|key| key.name == entry.name) else {
                if open {
                    self.remark(&path, entry, "is not known here and has no effect");
                } else {
                    self.unknown(&path, keys, entry);
                }
                continue;
            };
            let repeats = matches!(
                key.kind,
                Kind::Block(_) | Kind::Open(_) | Kind::Named(..) | Kind::Map | Kind::Tree
            );
            if let Some(first) = seen.insert(&entry.name, entry).filter(|_| !repeats) {
                self.twice(&path, first, entry);
            }
            self.key(&path, key, entry);
        }
    }

    fn key(&mut self, path: &str, key: &'static Key, entry: &Entry) {
        match key.kind {
            Kind::Block(keys) | Kind::Open(keys) => {
                let open = matches!(key.kind, Kind::Open(_));
                for fields in self.blocks(path, &entry.node) {
                    self.put(path, key, entry, Value::Entered);
                    self.block(path, keys, open, fields);
                }
            }
            Kind::Named(keys, needed) => {
                for names in self.blocks(path, &entry.node) {
                    for named in names {
                        self.named(&join(path, &named.name), keys, needed, named);
                    }
                }
            }
            kind => match value(kind, &entry.node) {
                Ok(value) => self.put(path, key, entry, value),
                Err(why) => self.wrong(path, &entry.node, why),
            },
        }
    }

    fn named(&mut self, path: &str, keys: &'static [Key], needed: &[&'static str], named: &Entry) {
        for fields in self.blocks(path, &named.node) {
            for key in needed {
                if !fields.iter().any(|field| field.name == *key) {
                    let text = format!("{path} has no {key}");
                    self.found
                        .push(Diagnostic::at(self.source, named.at.clone(), text));
                }
            }
            self.block(path, keys, false, fields);
        }
    }

    /// The blocks at a key: one, or the list of them that JSON has.
    fn blocks<'n>(&mut self, path: &str, node: &'n Node) -> Vec<&'n [Entry]> {
        match &node.form {
            Form::Fields(fields) => vec![fields],
            Form::List(list) => list
                .iter()
                .flat_map(|node| self.blocks(path, node))
                .collect(),
            form => {
                let why = format!("it must be a block, not {}", form.word());
                self.wrong(path, node, why);
                Vec::new()
            }
        }
    }

    fn put(&mut self, path: &str, key: &Key, entry: &Entry, value: Value) {
        match key.place {
            Place::Nowhere => {}
            Place::Idle => self.remark(path, entry, "is accepted, and has no effect yet"),
            Place::NotYet if value.is_on() => {
                let text = format!("{path} is not supported yet");
                let finding = Diagnostic::at(self.source, entry.at.clone(), text)
                    .with_detail("without it the agent would be less safe than this file asks for")
                    .with_hints([format!("remove {path}, or set it to false")]);
                self.found.push(finding);
            }
            Place::NotYet => {}
            Place::Set(place) => {
                if let Err(why) = place(self.config, value) {
                    self.wrong(path, &entry.node, why);
                }
            }
        }
    }

    fn remark(&mut self, path: &str, entry: &Entry, what: &str) {
        let at = self.source.position(entry.at.start);
        let file = self.source.name();
        self.config
            .remarks
            .push(format!("{file}:{}:{}: {path} {what}", at.line, at.column));
    }

    fn unknown(&mut self, path: &str, keys: &'static [Key], entry: &Entry) {
        let hint = did_you_mean(&entry.name, keys.iter().map(|key| key.name));
        let finding = Diagnostic::at(
            self.source,
            entry.at.clone(),
            format!("unexpected key {path}"),
        );
        self.found.push(finding.with_hints(hint));
    }

    fn twice(&mut self, path: &str, first: &Entry, entry: &Entry) {
        let line = self.source.position(first.at.start).line;
        let finding = Diagnostic::at(
            self.source,
            entry.at.clone(),
            format!("unexpected key {path}: it is given twice"),
        );
        self.found
            .push(finding.with_detail(format!("the first is on line {line}")));
    }

    fn wrong(&mut self, path: &str, node: &Node, why: String) {
        let finding = Diagnostic::at(
            self.source,
            node.at.clone(),
            format!("{path} cannot be this"),
        );
        self.found.push(finding.with_detail(why));
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// A node as its key wants it; the text says why it cannot be.
fn value(kind: Kind, node: &Node) -> Result<Value, String> {
    let form = &node.form;
    Ok(match kind {
        Kind::Text => Value::Text(text(form)?),
        Kind::Choice(known) => Value::Text(chosen(text(form)?, known)?),
        Kind::Secret => Value::Text(secret(text(form)?)?),
        Kind::Ports => Value::Text(ports(text(form)?)?),
        Kind::Size => Value::Text(size(text(form)?)?),
        Kind::Whole(min, max) => Value::Whole(whole(form, min, max)?),
        Kind::Real => Value::Text(real(form)?),
        Kind::Switch => Value::Switch(switch(form)?),
        Kind::Span => Value::Span(span(&text(form)?)?),
        Kind::Texts => Value::Texts(texts(form)?),
        Kind::Choices(known) => Value::Texts(all(texts(form)?, |text| chosen(text, known))?),
        Kind::Filters => Value::Texts(all(texts(form)?, filter)?),
        Kind::Map => Value::Map(map(form)?),
        Kind::Tree => Value::Tree(one_tree(form)),
        Kind::Block(_) | Kind::Open(_) | Kind::Named(..) => Value::Entered,
    })
}

/// Whatever stands there; the list of blocks that JSON may have is one block.
fn one_tree(form: &Form) -> serde_json::Value {
    let Form::List(list) = form else {
        return form.json();
    };
    let fields = list.iter().filter_map(|node| match node.form.json() {
        serde_json::Value::Object(fields) => Some(fields),
        _ => None,
    });
    serde_json::Value::Object(fields.flatten().collect())
}

/// Numbers and switches may stand for texts, as texts for them.
fn text(form: &Form) -> Result<String, String> {
    match form {
        Form::Text(text) => Ok(text.clone()),
        Form::Whole(number) => Ok(number.to_string()),
        Form::Real(number) => Ok(number.to_string()),
        Form::Switch(on) => Ok(on.to_string()),
        other => Err(format!("it must be a text, not {}", other.word())),
    }
}

fn chosen(text: String, known: &[&str]) -> Result<String, String> {
    if text.is_empty() || known.iter().any(|name| name.eq_ignore_ascii_case(&text)) {
        return Ok(text);
    }
    Err(format!(
        "{text:?} is not one of these: {}",
        known.join(", ")
    ))
}

fn secret(text: String) -> Result<String, String> {
    let body = text.trim_end_matches('=');
    let plain = body
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/'));
    let bytes = body.len() * 3 / 4;
    if text.is_empty() || (plain && text.len().is_multiple_of(4) && matches!(bytes, 16 | 24 | 32)) {
        return Ok(text);
    }
    Err("Invalid encryption key: it must be base64 of 16, 24 or 32 bytes".to_owned())
}

fn ports(text: String) -> Result<String, String> {
    nomad_core::fit::parse_ports(&text).map_err(|error| error.to_string())?;
    Ok(text)
}

fn size(text: String) -> Result<String, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    let unit = text.get(digits.len()..).unwrap_or("").trim().to_uppercase();
    let known = [
        "", "B", "K", "M", "G", "T", "KB", "MB", "GB", "TB", "KIB", "MIB", "GIB", "TIB",
    ];
    if digits.parse::<f64>().is_ok() && known.contains(&unit.as_str()) {
        return Ok(text);
    }
    Err(format!("{text:?} is not a size such as \"100GB\""))
}

fn whole(form: &Form, min: i64, max: i64) -> Result<i64, String> {
    let number = match form {
        Form::Whole(number) => Some(*number),
        Form::Real(number) if number.fract() == 0.0 => format!("{number:.0}").parse().ok(),
        Form::Text(text) => text.trim().parse().ok(),
        _ => None,
    };
    match number {
        Some(number) if (min..=max).contains(&number) => Ok(number),
        Some(number) => Err(format!("{number} is not between {min} and {max}")),
        None => Err(format!("it must be a whole number, not {}", shown(form))),
    }
}

fn real(form: &Form) -> Result<String, String> {
    let text = text(form)?;
    match text.parse::<f64>() {
        Ok(_) => Ok(text),
        Err(_) => Err(format!("it must be a number, not {text:?}")),
    }
}

fn switch(form: &Form) -> Result<bool, String> {
    match form {
        Form::Switch(on) => Ok(*on),
        Form::Text(text) if matches!(text.as_str(), "true" | "1" | "t" | "T" | "TRUE" | "True") => {
            Ok(true)
        }
        Form::Text(text)
            if matches!(
                text.as_str(),
                "false" | "0" | "f" | "F" | "FALSE" | "False" | ""
            ) =>
        {
            Ok(false)
        }
        Form::Whole(number @ (0 | 1)) => Ok(*number == 1),
        other => Err(format!("it must be true or false, not {}", shown(other))),
    }
}

fn span(text: &str) -> Result<Span, String> {
    if text.is_empty() {
        return Ok(Span::ZERO);
    }
    go_duration(text)
        .map(Span)
        .map_err(|error| format!("can't parse time duration {text}: {error}"))
}

fn texts(form: &Form) -> Result<Vec<String>, String> {
    match form {
        Form::List(list) => list.iter().map(|node| text(&node.form)).collect(),
        Form::Fields(_) => Err("it must be a list of texts, not a block".to_owned()),
        other => Ok(vec![text(other)?]),
    }
}

fn all(
    texts: Vec<String>,
    check: impl Fn(String) -> Result<String, String>,
) -> Result<Vec<String>, String> {
    texts.into_iter().map(check).collect()
}

fn filter(text: String) -> Result<String, String> {
    if text.starts_with(['+', '-']) {
        return Ok(text);
    }
    Err(format!(
        "Filter rule must begin with either '+' or '-': {text:?}"
    ))
}

fn map(form: &Form) -> Result<BTreeMap<String, String>, String> {
    match form {
        Form::Fields(fields) => fields
            .iter()
            .map(|field| Ok((field.name.clone(), text(&field.node.form)?)))
            .collect(),
        Form::List(list) => {
            let mut all = BTreeMap::new();
            for node in list {
                all.extend(map(&node.form)?);
            }
            Ok(all)
        }
        other => Err(format!("it must be a block of texts, not {}", other.word())),
    }
}

fn shown(form: &Form) -> String {
    match form {
        Form::Text(text) => format!("{text:?}"),
        Form::Real(number) => number.to_string(),
        Form::Whole(number) => number.to_string(),
        other => other.word().to_owned(),
    }
}
