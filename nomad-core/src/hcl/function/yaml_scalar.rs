//! Plain and quoted texts of YAML: what is null, a bool, a number, a date, or text.

use crate::hcl::number::Number;
use crate::hcl::value::Value;

/// The value of a text: quoted ones are text, plain ones by their form.
pub(super) fn scalar(text: &str, line: usize) -> Result<Value, String> {
    let text = text.trim();
    if text.starts_with(['"', '\'']) {
        let mut chars = text.char_indices();
        let (value, end) = quoted(&mut chars, text)
            .ok_or_else(|| format!("line {line}: a quote is not closed"))?;
        if !text.get(end..).unwrap_or("").trim().is_empty() {
            return Err(format!("line {line}: text after a closing quote"));
        }
        return Ok(Value::from(value));
    }
    if text.starts_with(['@', '`', '%', ']', '}', ',']) {
        return Err(format!("line {line}: \"{text}\" does not begin a value"));
    }
    Ok(plain(text))
}

/// A plain text by its form (YAML 1.1 with the octal numbers of 1.2).
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" => {
            return Value::Bool(true);
        }
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" => {
            return Value::Bool(false);
        }
        ".inf" | ".Inf" | ".INF" | "+.inf" => return Value::Number(Number::infinity(false)),
        "-.inf" | "-.Inf" | "-.INF" => return Value::Number(Number::infinity(true)),
        _ => {}
    }
    if let Some(number) = number(text) {
        return Value::Number(number);
    }
    match date(text) {
        Some(moment) => Value::from(moment),
        None => Value::text(text),
    }
}

fn number(text: &str) -> Option<Number> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let plain: String = digits.chars().filter(|c| *c != '_').collect();
    let based = |digits: &str, base| u128::from_str_radix(digits, base).ok().map(Number::from);
    let number = if let Some(hex) = plain.strip_prefix("0x") {
        based(hex, 16)?
    } else if let Some(octal) = plain.strip_prefix("0o") {
        based(octal, 8)?
    } else if let Some(binary) = plain.strip_prefix("0b") {
        based(binary, 2)?
    } else if plain.len() > 1 && plain.starts_with('0') && plain.bytes().all(|b| b.is_ascii_digit())
    {
        based(&plain, 8).or_else(|| plain.parse().ok())?
    } else {
        plain.parse().ok()?
    };
    Some(if negative { number.negate() } else { number })
}

/// A date becomes its first moment in RFC 3339 form; a moment stays.
fn date(text: &str) -> Option<String> {
    let digits = |range: std::ops::Range<usize>| {
        text.get(range)
            .is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let dashes = text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
    if !(digits(0..4) && dashes && digits(5..7) && digits(8..10)) {
        return None;
    }
    match text.get(10..)? {
        "" => Some(format!("{text}T00:00:00Z")),
        rest if rest.starts_with(['T', 't']) && rest.len() >= 10 => Some(text.to_owned()),
        _ => None,
    }
}

/// A quoted text and the place after it; `None` where the quote is not closed.
pub(super) fn quoted(chars: &mut std::str::CharIndices<'_>, text: &str) -> Option<(String, usize)> {
    let (_, quote) = chars.next()?;
    let mut out = String::new();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            if quote == '\'' && text.get(at + 1..)?.starts_with('\'') {
                chars.next();
                out.push('\'');
                continue;
            }
            return Some((out, at + 1));
        }
        if c == '\\' && quote == '"' {
            let (_, escape) = chars.next()?;
            out.push(match escape {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                '0' => '\0',
                'a' => '\u{7}',
                'b' => '\u{8}',
                'e' => '\u{1b}',
                'f' => '\u{c}',
                'v' => '\u{b}',
                'x' => code(chars, 2)?,
                'u' => code(chars, 4)?,
                'U' => code(chars, 8)?,
                other => other,
            });
        } else {
            out.push(c);
        }
    }
    None
}

fn code(chars: &mut std::str::CharIndices<'_>, digits: usize) -> Option<char> {
    let hex: String = chars.by_ref().take(digits).map(|(_, c)| c).collect();
    u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32)
}
