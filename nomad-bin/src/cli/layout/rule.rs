//! The rule at the end of a zone file, for times after its last listed change: `CET-1CEST,M3.5.0,M10.5.0/3`
//! (POSIX TZ text, as RFC 8536 writes it).

use super::calendar::Calendar;
use crate::api::days_of;

/// A zone's offsets in all years after its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    standard: i64,
    summer: Option<Summer>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Summer {
    offset: i64,
    begins: Change,
    ends: Change,
}

/// `Mm.w.d/time`: weekday `d` of week `w` (5 = last) in month `m`, at a local time.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    month: i64,
    week: i64,
    weekday: i64,
    seconds: i64,
}

impl Rule {
    /// Reads the text; `None` for forms that zone files do not use.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (standard, rest) = name_and_offset(text)?;
        if rest.is_empty() {
            return Some(Self {
                standard,
                summer: None,
            });
        }
        let comma = rest.find(',')?;
        let (name, changes) = rest.split_at(comma);
        let offset = match name_and_offset(name) {
            Some((offset, _)) if name.contains(|c: char| c.is_ascii_digit()) => offset,
            _ => standard + 3_600,
        };
        let mut changes = changes.trim_start_matches(',').split(',');
        let begins = Change::parse(changes.next()?)?;
        let ends = Change::parse(changes.next()?)?;
        Some(Self {
            standard,
            summer: Some(Summer {
                offset,
                begins,
                ends,
            }),
        })
    }

    /// Seconds east of UTC at a time.
    pub(super) fn offset_at(&self, seconds: i64) -> i64 {
        let Some(summer) = &self.summer else {
            return self.standard;
        };
        let year = Calendar::from_seconds(seconds + self.standard).year;
        let begins = summer.begins.in_year(year) - self.standard;
        let ends = summer.ends.in_year(year) - summer.offset;
        let is_summer = if begins < ends {
            (begins..ends).contains(&seconds)
        } else {
            !(ends..begins).contains(&seconds)
        };
        if is_summer {
            summer.offset
        } else {
            self.standard
        }
    }
}

impl Change {
    fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_once('/').unwrap_or((text, "2"));
        let mut parts = date.strip_prefix('M')?.split('.').map(str::parse::<i64>);
        let mut next = || parts.next()?.ok();
        let (month, week, weekday) = (next()?, next()?, next()?);
        Some(Self {
            month,
            week,
            weekday,
            seconds: clock(time)?,
        })
    }

    /// Local seconds since 1970 at which the change comes.
    fn in_year(&self, year: i64) -> i64 {
        let first = days_of(year, self.month, 1);
        let (next_year, next_month) = if self.month == 12 {
            (year + 1, 1)
        } else {
            (year, self.month + 1)
        };
        let length = days_of(next_year, next_month, 1) - first;
        // 1970-01-01 was a Thursday (4).
        let to_weekday = (self.weekday - (first + 4)).rem_euclid(7);
        let mut day = to_weekday + 7 * (self.week - 1);
        while day >= length {
            day -= 7;
        }
        (first + day) * 86_400 + self.seconds
    }
}

/// `CET-1...`: offset east of UTC, and what follows.
fn name_and_offset(text: &str) -> Option<(i64, &str)> {
    let rest = match text.strip_prefix('<') {
        Some(quoted) => quoted.get(quoted.find('>')? + 1..)?,
        None => text.trim_start_matches(|c: char| c.is_ascii_alphabetic()),
    };
    let end = rest
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '-' | '+')))
        .unwrap_or(rest.len());
    let (offset, rest) = rest.split_at(end);
    Some((-clock(offset)?, rest))
}

/// `[+-]h[:m[:s]]` in seconds.
fn clock(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.trim_start_matches('+')),
    };
    let mut seconds = 0;
    for (part, unit) in digits.split(':').zip([3_600, 60, 1]) {
        seconds += part.parse::<i64>().ok()? * unit;
    }
    Some(sign * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summer_begins_and_ends_on_the_last_sundays() {
        let rule = Rule::parse("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let at = |text: &str| rule.offset_at(super::super::Moment::parse(text).unwrap().seconds());
        assert_eq!(at("2031-03-30T00:59:59Z"), 3_600);
        assert_eq!(at("2031-03-30T01:00:00Z"), 7_200);
        assert_eq!(at("2031-10-26T00:59:59Z"), 7_200);
        assert_eq!(at("2031-10-26T01:00:00Z"), 3_600);
    }

    #[test]
    fn southern_and_fixed_zones_are_understood() {
        let rule = Rule::parse("AEST-10AEDT,M10.1.0,M4.1.0/3").unwrap();
        let at = |text: &str| rule.offset_at(super::super::Moment::parse(text).unwrap().seconds());
        assert_eq!(at("2031-01-15T00:00:00Z"), 39_600);
        assert_eq!(at("2031-07-15T00:00:00Z"), 36_000);
        assert_eq!(Rule::parse("<+0530>-5:30").unwrap().offset_at(0), 19_800);
        assert_eq!(Rule::parse("UTC0").unwrap().offset_at(0), 0);
    }
}
