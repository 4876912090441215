//! Functions of text.

use super::registry::{Answer, Call, Function, Kind, Refusal, Text, function, takes, variadic};
use crate::hcl::grapheme;
use crate::hcl::limits::REGEX_BYTES_MAX;
use crate::hcl::number::Number;
use crate::hcl::value::Value;
use regex::RegexBuilder;

const STR: super::registry::Parameter = takes("str", Kind::Text);

pub(super) const FUNCTIONS: &[Function] = &[
    function("chomp", &[STR], |call| {
        Ok(Value::text(call.text(0).trim_end_matches(['\r', '\n'])))
    }),
    function("indent", &[takes("spaces", Kind::Number), STR], indent),
    variadic(
        "join",
        &[takes("separator", Kind::Text)],
        takes("lists", Kind::TextList),
        join,
    ),
    function("lower", &[STR], |call| {
        Ok(Value::from(call.text(0).to_lowercase()))
    }),
    function(
        "regex_replace",
        &[
            STR,
            takes("pattern", Kind::Text),
            takes("replace", Kind::Text),
        ],
        regex_replace,
    ),
    function(
        "replace",
        &[
            STR,
            takes("substr", Kind::Text),
            takes("replace", Kind::Text),
        ],
        replace,
    ),
    function("reverse", &[STR], reverse),
    function("split", &[takes("separator", Kind::Text), STR], split),
    function("strlen", &[STR], |call| {
        Ok(Value::Number(Number::from(grapheme::count(call.text(0)))))
    }),
    function("strrev", &[STR], reverse),
    function(
        "substr",
        &[
            STR,
            takes("offset", Kind::Number),
            takes("length", Kind::Number),
        ],
        substr,
    ),
    function("title", &[STR], title),
    function("trim", &[STR, takes("cutset", Kind::Text)], |call| {
        let set: std::collections::BTreeSet<char> = call.text(1).chars().collect();
        Ok(Value::text(call.text(0).trim_matches(|c| set.contains(&c))))
    }),
    function("trimprefix", &[STR, takes("prefix", Kind::Text)], |call| {
        let text = call.text(0);
        Ok(Value::text(text.strip_prefix(call.text(1)).unwrap_or(text)))
    }),
    function("trimspace", &[STR], |call| {
        Ok(Value::text(call.text(0).trim()))
    }),
    function("trimsuffix", &[STR, takes("suffix", Kind::Text)], |call| {
        let text = call.text(0);
        Ok(Value::text(text.strip_suffix(call.text(1)).unwrap_or(text)))
    }),
    function("upper", &[STR], |call| Ok(Value::from(upper(call.text(0))))),
];

/// Character by character: a letter without a single capital (as "ß") stays.
fn upper(text: &str) -> String {
    text.chars().map(upper_char).collect()
}

fn upper_char(letter: char) -> char {
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => letter,
    }
}

fn indent(call: &Call<'_>) -> Answer {
    let spaces = usize::try_from(call.whole(0)?)
        .map_err(|_| Refusal::argument(0, "the number of spaces must not be negative"))?;
    if spaces > crate::hcl::limits::FORMAT_WIDTH_MAX {
        return Err(Refusal::argument(0, "the number of spaces is too large"));
    }
    let blank = " ".repeat(spaces);
    let mut text = Text::default();
    for (at, line) in call.text(1).split('\n').enumerate() {
        if at > 0 {
            text.push("\n")?;
            text.push(&blank)?;
        }
        text.push(line)?;
    }
    Ok(text.into_value())
}

fn join(call: &Call<'_>) -> Answer {
    if call.arguments.len() < 2 {
        return Err(Refusal::whole("at least one list is required"));
    }
    let mut text = Text::default();
    let mut first = true;
    for (at, list) in call.arguments.iter().enumerate().skip(1) {
        for (place, item) in list.as_items().unwrap_or(&[]).iter().enumerate() {
            let Some(part) = item.as_text() else {
                return Err(Refusal::argument(at, format!("element {place} is null")));
            };
            if !first {
                text.push(call.text(0))?;
            }
            first = false;
            text.push(part)?;
        }
    }
    Ok(text.into_value())
}

fn replace(call: &Call<'_>) -> Answer {
    let (text, old, new) = (call.text(0), call.text(1), call.text(2));
    let mut result = Text::default();
    let mut from = 0;
    for (at, found) in text.match_indices(old) {
        result.push(text.get(from..at).unwrap_or(""))?;
        result.push(new)?;
        from = at + found.len();
    }
    result.push(text.get(from..).unwrap_or(""))?;
    Ok(result.into_value())
}

fn regex_replace(call: &Call<'_>) -> Answer {
    let pattern = RegexBuilder::new(&ascii_classes(call.text(1)))
        .size_limit(REGEX_BYTES_MAX)
        .build()
        .map_err(|error| Refusal::argument(1, last_line(&error.to_string())))?;
    let (text, new) = (call.text(0), call.text(2));
    let mut result = Text::default();
    let mut from = 0;
    let mut piece = String::new();
    for found in pattern.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        result.push(text.get(from..whole.start()).unwrap_or(""))?;
        piece.clear();
        found.expand(new, &mut piece);
        result.push(&piece)?;
        from = whole.end();
    }
    result.push(text.get(from..).unwrap_or(""))?;
    Ok(result.into_value())
}

fn last_line(text: &str) -> String {
    text.lines()
        .last()
        .unwrap_or("not a regular expression")
        .to_owned()
}

/// In the RE2 dialect `\w`, `\d`, `\s` and `\b` mean ASCII.
fn ascii_classes(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('d') => out.push_str("[0-9]"),
            Some('D') => out.push_str("[^0-9]"),
            Some('w') => out.push_str("[0-9A-Za-z_]"),
            Some('W') => out.push_str("[^0-9A-Za-z_]"),
            Some('s') => out.push_str("[\\t\\n\\x0C\\r ]"),
            Some('S') => out.push_str("[^\\t\\n\\x0C\\r ]"),
            Some('b') => out.push_str("(?-u:\\b)"),
            Some(other) => {
                out.push('\\');
                out.push(other);
            }
            None => out.push('\\'),
        }
    }
    out
}

fn reverse(call: &Call<'_>) -> Answer {
    let clusters = grapheme::split(call.text(0));
    Ok(Value::from(clusters.into_iter().rev().collect::<String>()))
}

fn split(call: &Call<'_>) -> Answer {
    let (separator, text) = (call.text(0), call.text(1));
    let parts = if separator.is_empty() {
        text.chars().map(|c| Value::from(c.to_string())).collect()
    } else {
        text.split(separator).map(Value::text).collect()
    };
    Ok(Value::list(parts))
}

fn substr(call: &Call<'_>) -> Answer {
    let clusters = grapheme::split(call.text(0));
    let count = i64::try_from(clusters.len()).unwrap_or(i64::MAX);
    let (offset, length) = (call.whole(1)?, call.whole(2)?);
    let start = if offset < 0 {
        (count + offset).max(0)
    } else {
        offset.min(count)
    };
    let end = if length < 0 {
        count
    } else {
        start.saturating_add(length).min(count)
    };
    let skip = usize::try_from(start).unwrap_or(0);
    let take = usize::try_from(end - start).unwrap_or(0);
    Ok(Value::from(
        clusters
            .into_iter()
            .skip(skip)
            .take(take)
            .collect::<String>(),
    ))
}

fn title(call: &Call<'_>) -> Answer {
    let mut at_start = true;
    let titled = call.text(0).chars().map(|c| {
        let shown = if at_start { upper_char(c) } else { c };
        at_start = !(c == '_' || c.is_alphanumeric()) && (c.is_ascii() || c.is_whitespace());
        shown
    });
    Ok(Value::from(titled.collect::<String>()))
}
