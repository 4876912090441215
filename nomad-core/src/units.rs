//! Units: instants, spans, indexes and amounts of machine.
//!
//! Each is a number with a name. Arithmetic that could overflow saturates, because every value
//! may come from outside.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An instant: nanoseconds since the Unix epoch. Zero means "never".
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The zero instant, which stands for "not set".
    pub const ZERO: Self = Self(0);

    /// The instant `secs` seconds after the epoch.
    #[must_use]
    pub const fn from_unix_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000_000))
    }

    /// Nanoseconds since the epoch.
    #[must_use]
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch.
    #[must_use]
    pub const fn as_unix_secs(self) -> i64 {
        self.0.div_euclid(1_000_000_000)
    }

    /// True for the zero instant.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// This instant moved by `span`.
    #[must_use]
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// The instant in RFC 3339, UTC, with as many decimals as it needs.
    ///
    /// Days are turned into a date by the algorithm of Howard Hinnant's "chrono-compatible
    /// low-level date algorithms" (`civil_from_days`).
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let (secs, nanos) = (
            self.0.div_euclid(1_000_000_000),
            self.0.rem_euclid(1_000_000_000),
        );
        let (days, rest) = (secs.div_euclid(86_400), secs.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
        let mut fraction = String::new();
        if nanos > 0 {
            fraction = format!(".{nanos:09}");
            fraction.truncate(fraction.trim_end_matches('0').len());
        }
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
    }

    /// The span from `earlier` to this instant.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

/// Year, month and day of the day `days` after the epoch.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_shifted + 2) / 5 + 1;
    let month = if month_shifted < 10 {
        month_shifted + 3
    } else {
        month_shifted - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// A length of time in nanoseconds, as the public JSON carries it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Span(pub i64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// `secs` seconds.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000_000))
    }

    /// `millis` milliseconds.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// `mins` minutes.
    #[must_use]
    pub const fn from_mins(mins: i64) -> Self {
        Self::from_secs(mins.saturating_mul(60))
    }

    /// `hours` hours.
    #[must_use]
    pub const fn from_hours(hours: i64) -> Self {
        Self::from_mins(hours.saturating_mul(60))
    }

    /// The span in nanoseconds.
    #[must_use]
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// The span in seconds, with fraction.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// As the standard library's duration; negative spans become zero.
    #[must_use]
    pub fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_nanos(u64::try_from(self.0).unwrap_or(0))
    }

    /// True for no time at all.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// This span taken `times` times.
    #[must_use]
    pub const fn times(self, times: i64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

impl fmt::Display for Span {
    /// Prints as Go prints durations: `1h0m0s`, `1m30s`, `1.5s`, `250ms`, `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        match nanos {
            0 => f.write_str("0s"),
            1..1_000 => write!(f, "{nanos}ns"),
            1_000..1_000_000 => write!(f, "{}µs", Fraction(nanos, 1_000)),
            1_000_000..1_000_000_000 => write!(f, "{}ms", Fraction(nanos, 1_000_000)),
            _ => {
                let (hours, rest) = (nanos / 3_600_000_000_000, nanos % 3_600_000_000_000);
                let (mins, rest) = (rest / 60_000_000_000, rest % 60_000_000_000);
                if hours > 0 {
                    write!(f, "{hours}h{mins}m")?;
                } else if mins > 0 {
                    write!(f, "{mins}m")?;
                }
                write!(f, "{}s", Fraction(rest, 1_000_000_000))
            }
        }
    }
}

/// `nanos / unit` with as many decimals as it needs.
struct Fraction(u64, u64);

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, mut rest, mut unit) = (self.0 / self.1, self.0 % self.1, self.1);
        write!(f, "{whole}")?;
        if rest > 0 {
            f.write_str(".")?;
        }
        while rest > 0 {
            unit /= 10;
            write!(f, "{}", rest / unit)?;
            rest %= unit;
        }
        Ok(())
    }
}

macro_rules! number {
    ($(#[$meta:meta])* $name:ident($inner:ty)) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize,
            Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number!(
    /// Position in the replicated log; grows with every write (spec/scheduler 2.1).
    Index(u64)
);
number!(
    /// A job's version: 0 for the first registration.
    JobVersion(u64)
);

impl Index {
    /// The index after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The index before this one; 0 stays 0.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_print_as_go_prints_durations() {
        let cases = [
            (Span::ZERO, "0s"),
            (Span::from_millis(250), "250ms"),
            (Span::from_millis(1500), "1.5s"),
            (Span::from_secs(90), "1m30s"),
            (Span::from_hours(1), "1h0m0s"),
            (Span(-1_000), "-1µs"),
            (Span(1), "1ns"),
        ];
        for (span, text) in cases {
            assert_eq!(span.to_string(), text);
        }
    }

    #[test]
    fn instants_print_in_rfc_3339() {
        assert_eq!(
            Timestamp::from_unix_secs(1_760_000_000).to_rfc3339(),
            "2025-10-09T08:53:20Z"
        );
        assert_eq!(
            Timestamp(951_782_400_500_000_000).to_rfc3339(),
            "2000-02-29T00:00:00.5Z"
        );
        assert_eq!(Timestamp(-1).to_rfc3339(), "1969-12-31T23:59:59.999999999Z");
    }

    #[test]
    fn time_arithmetic_saturates() {
        assert_eq!(
            Timestamp(i64::MAX).plus(Span::from_secs(1)),
            Timestamp(i64::MAX)
        );
    }
}
