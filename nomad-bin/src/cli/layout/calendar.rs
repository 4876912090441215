//! Instants as people read them: RFC 3339 with the zone's offset.

use super::Zone;
use crate::api::Moment;

/// Seconds per day.
const DAY: i64 = 86_400;

/// A point in the calendar, of whatever zone the seconds were shifted to.
pub(crate) struct Calendar {
    pub(crate) year: i64,
    pub(crate) month: u32,
    pub(crate) day: u32,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
}

impl Calendar {
    /// From seconds since 1970 (Howard Hinnant's `civil_from_days`).
    pub(crate) fn from_seconds(seconds: i64) -> Self {
        let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        Self {
            year: yoe + era * 400 + i64::from(month <= 2),
            month: u32::try_from(month).unwrap_or(1),
            day: u32::try_from(doy - (153 * mp + 2) / 5 + 1).unwrap_or(1),
            hour: rest / 3_600,
            minute: rest / 60 % 60,
            second: rest % 60,
        }
    }
}

impl Moment {
    /// RFC 3339 with seconds and the zone's offset; empty for "never".
    pub(crate) fn absolute(self, zone: &Zone) -> String {
        if self.is_never() {
            return String::new();
        }
        let seconds = self.0.div_euclid(1_000_000_000);
        let offset = zone.offset_at(seconds);
        let c = Calendar::from_seconds(seconds + offset);
        let place = match offset {
            0 => "Z".to_owned(),
            _ => {
                let sign = if offset < 0 { '-' } else { '+' };
                let minutes = offset.abs() / 60;
                format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        };
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{place}",
            c.year, c.month, c.day, c.hour, c.minute, c.second
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_with_the_offset_of_their_zone() {
        let moment = Moment(1_936_000_000_999_000_000);
        assert_eq!(moment.absolute(&Zone::utc()), "2031-05-08T09:46:40Z");
        assert_eq!(
            moment.absolute(&Zone::fixed(7_200)),
            "2031-05-08T11:46:40+02:00"
        );
        assert_eq!(
            moment.absolute(&Zone::fixed(-12_600)),
            "2031-05-08T06:16:40-03:30"
        );
        assert_eq!(Moment(0).absolute(&Zone::utc()), "");
    }
}
