//! An instant as the API sends it.

use serde::de::{self, Deserialize, Deserializer, Visitor};

/// Nanoseconds since 1970 UTC; 0 means "never". Read from unix nanoseconds, from RFC 3339 text, or from null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) i64);

/// Nanoseconds per second.
const SECOND: i64 = 1_000_000_000;
/// Seconds per day.
const DAY: i64 = 86_400;

/// Days since 1970 of a date in the Gregorian calendar.
pub(crate) fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let yoe = year.rem_euclid(400);
    let mp = (month + 9) % 12;
    let doy = (153 * mp + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

impl Moment {
    /// Whole seconds since 1970, rounded to the nearest.
    pub(crate) fn seconds(self) -> i64 {
        (self.0 + SECOND / 2).div_euclid(SECOND)
    }

    /// "Never"? Also the zero of Go's time type.
    pub(crate) fn is_never(self) -> bool {
        self.0 == 0
    }

    /// Reads RFC 3339.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
        let days = days_of(number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let clock = number(11, 13)? * 3_600 + number(14, 16)? * 60 + number(17, 19)?;
        let rest = text.get(19..)?;
        let place = rest.find(['Z', 'z', '+', '-'])?;
        let (fraction, place) = rest.split_at(place);
        let digits = fraction.strip_prefix('.').unwrap_or("");
        let nanos: i64 = format!("{digits:0<9}").get(..9)?.parse().ok()?;
        let offset = match place.get(..1)? {
            "Z" | "z" => 0,
            sign => {
                let hours: i64 = place.get(1..3)?.parse().ok()?;
                let minutes: i64 = place.get(4..6)?.parse().ok()?;
                let seconds = hours * 3_600 + minutes * 60;
                if sign == "-" { -seconds } else { seconds }
            }
        };
        let seconds = days * DAY + clock - offset;
        seconds
            .checked_mul(SECOND)
            .map(|whole| Self(whole + nanos))
            .or(Some(Self(0)))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Moment;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("unix nanoseconds or an RFC 3339 time")
            }
            fn visit_i64<E>(self, nanos: i64) -> Result<Moment, E> {
                Ok(Moment(nanos))
            }
            fn visit_u64<E>(self, nanos: u64) -> Result<Moment, E> {
                Ok(Moment(i64::try_from(nanos).unwrap_or(i64::MAX)))
            }
            fn visit_unit<E>(self) -> Result<Moment, E> {
                Ok(Moment(0))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Moment, E> {
                Moment::parse(text).ok_or_else(|| E::custom(format!("\"{text}\" is not a time")))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_texts_and_null_are_read() {
        let read = |text: &str| serde_json::from_str::<Moment>(text).unwrap();
        let moment = Moment(1_936_000_000 * SECOND);
        assert_eq!(read("1936000000000000000"), moment);
        assert_eq!(read("\"2031-05-08T11:46:40+02:00\""), moment);
        assert_eq!(
            read("\"2031-05-08T09:46:40.25Z\""),
            Moment(moment.0 + 250_000_000)
        );
        assert_eq!(read("null"), Moment(0));
        assert!(read("\"0001-01-01T00:00:00Z\"").is_never());
        assert!(serde_json::from_str::<Moment>("\"soon\"").is_err());
    }
}
