//! Query parameters: splitting, decoding, and those common to all endpoints (spec/api-cli 1.3).

use nomad_core::units::{Index, Span};

use super::error::HttpError;

/// Longest a blocking query may wait.
pub(super) const WAIT_MAX: Span = Span::from_secs(300);

/// The query of a request: names and values, decoded, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Query(Vec<(String, String)>);

/// Undoes `%XX`, and `+` for a blank when `plus` is set; a broken escape stays as it is.
pub(super) fn percent_decode(text: &str, plus: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let pair = bytes
            .get(at + 1..at + 3)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        let escaped = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (byte, escaped) {
            (b'%', Some(value)) => {
                out.push(value);
                at += 3;
                continue;
            }
            (b'+', _) if plus => out.push(b' '),
            _ => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Reads a bool as the original does.
pub(super) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

impl Query {
    /// Splits the text after the `?`.
    pub(super) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (percent_decode(name, true), percent_decode(value, true))
                })
                .collect(),
        )
    }

    /// The first value of `name`.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The first value of `name`, or nothing at all.
    pub(super) fn text(&self, name: &str) -> &str {
        self.value(name).unwrap_or_default()
    }

    /// A flag that is false when absent.
    pub(super) fn flag(&self, name: &str) -> Result<bool, HttpError> {
        Ok(self.maybe_flag(name)?.unwrap_or(false))
    }

    /// A flag, or nothing when absent or empty.
    pub(super) fn maybe_flag(&self, name: &str) -> Result<Option<bool>, HttpError> {
        match self.value(name) {
            None | Some("") => Ok(None),
            Some(text) => parse_bool(text).map(Some).ok_or_else(|| {
                HttpError::bad(format!(
                    "Failed to parse value of {name:?} ({text}) as a bool: true or false is needed"
                ))
            }),
        }
    }

    /// A number, or nothing when absent or empty.
    pub(super) fn number<N: std::str::FromStr>(&self, name: &str) -> Result<Option<N>, HttpError> {
        match self.value(name) {
            None | Some("") => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| {
                HttpError::bad(format!(
                    "Failed to parse value of {name:?} ({text}) as a number"
                ))
            }),
        }
    }

    /// The parameters common to all reads.
    pub(super) fn common(&self) -> Result<Common, HttpError> {
        let index = match self.value("index") {
            None | Some("") => 0,
            Some(text) => text.parse().map_err(|_| HttpError::bad("Invalid index"))?,
        };
        let wait = match self.value("wait") {
            None | Some("") => WAIT_MAX,
            Some(text) => {
                parse_duration(text).ok_or_else(|| HttpError::bad("Invalid wait time"))?
            }
        };
        let stale = match self.value("stale") {
            None => false,
            Some("") => true,
            Some(text) => parse_bool(text).ok_or_else(|| {
                HttpError::bad(format!(
                    "Failed to parse value of \"stale\" ({text}) as a bool"
                ))
            })?,
        };
        let wait = if wait <= Span::ZERO {
            WAIT_MAX
        } else {
            wait.min(WAIT_MAX)
        };
        Ok(Common {
            index: Index(index),
            wait,
            stale,
        })
    }
}

/// The parameters common to all reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Common {
    /// Wait until the answer is newer than this.
    pub index: Index,
    /// But no longer than this.
    pub wait: Span,
    /// Any server may answer.
    pub stale: bool,
}

/// Reads a duration as Go writes it: `30s`, `1h15m`, `300ms`, `1.5s`.
pub(super) fn parse_duration(text: &str) -> Option<Span> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(Span::ZERO);
    }
    let mut total = 0f64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at_checked(end)?;
        let number: f64 = number.parse().ok()?;
        let end = after
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(end)?;
        total += number * unit_nanos(unit)?;
        rest = after;
    }
    (total < i64::MAX as f64).then(|| Span(if negative { -total } else { total } as i64))
}

fn unit_nanos(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 1.0,
        "us" | "µs" | "μs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" => 60e9,
        "h" => 3600e9,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_go_reads_them() {
        assert_eq!(parse_duration("1h15m"), Some(Span::from_mins(75)));
        assert_eq!(parse_duration("1.5s"), Some(Span::from_millis(1500)));
        assert_eq!(parse_duration("300000ms"), Some(Span::from_mins(5)));
        assert_eq!(parse_duration("1"), None);
        assert_eq!(parse_duration(""), None);
        assert_eq!(parse_duration("5d"), None);
    }

    #[test]
    fn a_wait_longer_than_the_limit_is_clamped() {
        let common = Query::parse("index=3&wait=1h").common().unwrap();
        assert_eq!((common.index, common.wait), (Index(3), WAIT_MAX));
    }

    #[test]
    fn a_wait_without_unit_and_an_index_without_number_are_refused() {
        assert_eq!(
            Query::parse("wait=1").common().unwrap_err().text,
            "Invalid wait time"
        );
        assert_eq!(
            Query::parse("index=x").common().unwrap_err().text,
            "Invalid index"
        );
    }

    #[test]
    fn escapes_are_undone_once() {
        assert_eq!(percent_decode("a%2Fb%2520c+d", false), "a/b%20c+d");
        assert_eq!(percent_decode("100%", true), "100%");
    }
}
