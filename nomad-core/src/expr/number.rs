//! Numbers as the original reads them.

/// A 64-bit integer: optional sign, decimal digits.
#[must_use]
pub fn parse_int(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// A float: decimal or hexadecimal, exponent, `Inf`, `NaN`, `_` between digits. Out of range is no
/// float.
#[must_use]
pub fn parse_float(text: &str) -> Option<f64> {
    let (sign, body) = match text.strip_prefix('-') {
        Some(body) => (-1.0, body),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = body.to_ascii_lowercase();
    if matches!(lower.as_str(), "inf" | "infinity") {
        return Some(sign * f64::INFINITY);
    }
    if lower == "nan" {
        return (body.len() == text.len()).then_some(f64::NAN);
    }
    let hex = lower.strip_prefix("0x");
    let digits = hex.unwrap_or(&lower);
    let plain = without_underscores(digits, hex.is_some())?;
    let value = match hex {
        Some(_) => parse_hex(&plain)?,
        None => {
            let known = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | '+' | '-');
            plain
                .chars()
                .all(known)
                .then(|| plain.parse::<f64>().ok())??
        }
    };
    value.is_finite().then_some(sign * value)
}

/// Removes underscores; none unless each stands between digits (or after the `0x`).
fn without_underscores(text: &str, hex: bool) -> Option<String> {
    if !text.contains('_') {
        return Some(text.to_owned());
    }
    let is_digit = |c: char| c.is_ascii_digit() || (hex && c.is_ascii_hexdigit());
    let mut before = hex;
    let mut chars = text.chars().peekable();
    let mut plain = String::with_capacity(text.len());
    while let Some(c) = chars.next() {
        if c == '_' {
            if !before || !chars.peek().copied().is_some_and(is_digit) {
                return None;
            }
        } else {
            plain.push(c);
        }
        before = is_digit(c);
    }
    Some(plain)
}

/// `1f.8p-2`: hexadecimal mantissa, decimal power of two.
fn parse_hex(text: &str) -> Option<f64> {
    let (mantissa, power) = text.split_once('p')?;
    let power: i32 = power.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value = 0.0;
    for c in whole.chars() {
        value = value * 16.0 + f64::from(c.to_digit(16)?);
    }
    let mut place = 1.0 / 16.0;
    for c in fraction.chars() {
        value += f64::from(c.to_digit(16)?) * place;
        place /= 16.0;
    }
    Some(value * 2f64.powi(power))
}

/// A whole amount of a unit: what `strconv.ParseBool` takes for true or false.
#[must_use]
pub fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}
