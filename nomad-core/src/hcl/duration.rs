//! Durations as Go writes them: `1h30m`, `-1.5s`, `250ms`. No days.

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DurationError {
    /// The text is not a number with a unit.
    #[error("\"{0}\" is not a duration such as \"30s\" or \"1h30m\"")]
    Invalid(String),
    /// A number stands without its unit.
    #[error("\"{0}\" has no unit; write a duration such as \"{0}s\"")]
    MissingUnit(String),
    /// The unit is not one of ns, us, ms, s, m, h.
    #[error("\"{unit}\" in \"{text}\" is not a unit of time (ns, us, ms, s, m, h)")]
    UnknownUnit {
        /// The unit as written.
        unit: String,
        /// The whole text.
        text: String,
    },
    /// More than about 292 years.
    #[error("\"{0}\" is longer than 292 years")]
    OutOfRange(String),
}

/// Reads a duration, in nanoseconds.
///
/// # Errors
/// Says whether the number, its unit or the range is at fault.
pub fn go_duration(text: &str) -> Result<i64, DurationError> {
    let invalid = || DurationError::Invalid(text.to_owned());
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if unsigned == "0" {
        return Ok(0);
    }
    let mut rest = unsigned;
    let mut total: i128 = 0;
    if rest.is_empty() {
        return Err(invalid());
    }
    while !rest.is_empty() {
        let (number, after) = split_while(rest, |c| c.is_ascii_digit() || c == '.');
        let (unit, after) = split_while(after, |c| !c.is_ascii_digit() && c != '.');
        if !number.contains(|c: char| c.is_ascii_digit()) {
            return Err(invalid());
        }
        if unit.is_empty() {
            return Err(DurationError::MissingUnit(text.to_owned()));
        }
        let unit_ns = unit_nanoseconds(unit).ok_or_else(|| DurationError::UnknownUnit {
            unit: unit.to_owned(),
            text: text.to_owned(),
        })?;
        total += scaled(number, unit_ns).ok_or_else(invalid)?;
        if total > i128::from(u64::MAX) {
            return Err(DurationError::OutOfRange(text.to_owned()));
        }
        rest = after;
    }
    i64::try_from(if negative { -total } else { total })
        .map_err(|_| DurationError::OutOfRange(text.to_owned()))
}

fn split_while(text: &str, keep: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !keep(c)).unwrap_or(text.len()))
}

fn unit_nanoseconds(unit: &str) -> Option<i128> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

/// Digits with an optional fraction, times the unit, cut to whole nanoseconds.
fn scaled(number: &str, unit_ns: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.contains('.') {
        return None;
    }
    let read = |digits: &str| -> Option<i128> {
        if digits.is_empty() {
            Some(0)
        } else {
            digits.parse::<u64>().ok().map(i128::from)
        }
    };
    let kept: String = fraction.chars().take(15).collect();
    let scale = 10_i128.checked_pow(u32::try_from(kept.len()).ok()?)?;
    Some(read(whole)? * unit_ns + read(&kept)? * unit_ns / scale)
}

#[cfg(test)]
mod tests {
    use super::go_duration;

    #[test]
    fn durations_read_as_in_go() {
        for (text, ns) in [
            ("0", 0),
            ("30s", 30_000_000_000),
            ("1h15m", 4_500_000_000_000),
            ("10us", 10_000),
            ("+5s", 5_000_000_000),
            ("-1.5s", -1_500_000_000),
            (".5s", 500_000_000),
        ] {
            assert_eq!(go_duration(text).unwrap(), ns, "{text}");
        }
        for text in [
            "",
            "30",
            "5d",
            "soon",
            "s",
            "1..5s",
            "10 parsecs",
            "9999999999999h",
            ".",
        ] {
            assert!(go_duration(text).is_err(), "{text}");
        }
    }
}
