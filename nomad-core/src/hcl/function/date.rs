//! Functions of points in time, written as RFC 3339 text. The clock is not asked.

use super::registry::{Answer, Call, Function, Kind, Refusal, function, takes};
use crate::hcl::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    function(
        "formatdate",
        &[takes("format", Kind::Text), takes("time", Kind::Text)],
        formatdate,
    ),
    function(
        "timeadd",
        &[
            takes("timestamp", Kind::Text),
            takes("duration", Kind::Text),
        ],
        timeadd,
    ),
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
const DAY_SECONDS: i64 = 86_400;
const SECOND_NS: i128 = 1_000_000_000;

/// A point in time as it is written: local date and time, and the offset from UTC.
#[derive(Clone, Copy, Debug)]
struct Moment {
    /// Days since 1970-01-01, local.
    day: i64,
    /// Seconds since local midnight.
    second: i64,
    nanosecond: i64,
    /// Seconds east of UTC.
    offset: i64,
}

impl Moment {
    /// Reads `2006-01-02T15:04:05[.999]Z` or with `+07:00` for the zone.
    fn read(text: &str) -> Result<Self, String> {
        let mut rest = Reader { rest: text };
        let year = rest.digits(4, "year", 0..=9999)?;
        rest.expect('-', "month")?;
        let month = rest.digits(2, "month", 1..=12)?;
        rest.expect('-', "day")?;
        let day = rest.digits(2, "day", 1..=days_in_month(year, month))?;
        rest.expect('T', "time (after a \"T\")")?;
        let hour = rest.digits(2, "hour", 0..=23)?;
        rest.expect(':', "minute")?;
        let minute = rest.digits(2, "minute", 0..=59)?;
        rest.expect(':', "second")?;
        let second = rest.digits(2, "second", 0..=59)?;
        let nanosecond = rest.fraction();
        let offset = rest.zone()?;
        Ok(Self {
            day: days_from_civil(year, month, day),
            second: hour * 3600 + minute * 60 + second,
            nanosecond,
            offset,
        })
    }

    fn plus(self, nanoseconds: i128) -> Self {
        let total = (i128::from(self.day) * i128::from(DAY_SECONDS) + i128::from(self.second))
            * SECOND_NS
            + i128::from(self.nanosecond)
            + nanoseconds;
        let seconds = i64::try_from(total.div_euclid(SECOND_NS)).unwrap_or(0);
        Self {
            day: seconds.div_euclid(DAY_SECONDS),
            second: seconds.rem_euclid(DAY_SECONDS),
            nanosecond: i64::try_from(total.rem_euclid(SECOND_NS)).unwrap_or(0),
            offset: self.offset,
        }
    }

    fn date(&self) -> (i64, i64, i64) {
        civil_from_days(self.day)
    }

    fn hour(&self) -> i64 {
        self.second / 3600
    }

    fn minute(&self) -> i64 {
        self.second / 60 % 60
    }

    fn zone_text(&self, colon: bool) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs() / 60;
        let colon = if colon { ":" } else { "" };
        format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
    }

    fn rfc3339(&self) -> String {
        let (year, month, day) = self.date();
        let zone = if self.offset == 0 {
            "Z".to_owned()
        } else {
            self.zone_text(true)
        };
        format!(
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}{zone}",
            self.hour(),
            self.minute(),
            self.second % 60
        )
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn digits(
        &mut self,
        count: usize,
        what: &str,
        allowed: std::ops::RangeInclusive<i64>,
    ) -> Result<i64, String> {
        let refuse = || format!("\"{}\" does not begin with a {what}", self.rest);
        let number = self
            .rest
            .get(..count)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok())
            .filter(|number| allowed.contains(number))
            .ok_or_else(refuse)?;
        self.rest = self.rest.get(count..).unwrap_or("");
        Ok(number)
    }

    fn expect(&mut self, mark: char, before: &str) -> Result<(), String> {
        match self.rest.strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                Ok(())
            }
            None => Err(format!("the {before} is missing")),
        }
    }

    fn fraction(&mut self) -> i64 {
        let Some(rest) = self.rest.strip_prefix('.') else {
            return 0;
        };
        let count = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = rest.split_at(count);
        self.rest = rest;
        let nine: String = digits.chars().chain("000000000".chars()).take(9).collect();
        nine.parse().unwrap_or(0)
    }

    fn zone(&mut self) -> Result<i64, String> {
        if self.rest == "Z" {
            return Ok(0);
        }
        let sign = match self.rest.chars().next() {
            Some('+') => 1,
            Some('-') => -1,
            _ => return Err("the zone (\"Z\" or \"+02:00\") is missing".to_owned()),
        };
        self.rest = self.rest.get(1..).unwrap_or("");
        let hours = self.digits(2, "zone hour", 0..=23)?;
        self.expect(':', "zone minute")?;
        let minutes = self.digits(2, "zone minute", 0..=59)?;
        if !self.rest.is_empty() {
            return Err(format!("there is text after the zone: \"{}\"", self.rest));
        }
        Ok(sign * (hours * 3600 + minutes * 60))
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn timeadd(call: &Call<'_>) -> Answer {
    let moment = Moment::read(call.text(0))
        .map_err(|reason| Refusal::whole(format!("not an RFC 3339 timestamp: {reason}")))?;
    let duration = super::super::duration::go_duration(call.text(1))
        .map(i128::from)
        .map_err(|reason| Refusal::whole(format!("not a duration: {reason}")))?;
    Ok(Value::from(moment.plus(duration).rfc3339()))
}

fn formatdate(call: &Call<'_>) -> Answer {
    let moment = Moment::read(call.text(1))
        .map_err(|reason| Refusal::argument(1, format!("not an RFC 3339 timestamp: {reason}")))?;
    let mut out = String::new();
    let mut chars = call.text(0).chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\'' {
            push_literal(&mut chars, &mut out)?;
        } else if c.is_ascii_alphabetic() {
            let mut verb = String::from(c);
            while let Some(same) = chars.next_if_eq(&c) {
                verb.push(same);
            }
            let part = format_verb(&verb, &moment).ok_or_else(|| {
                Refusal::argument(
                    0,
                    format!("there is no verb \"{verb}\"; quote text as 'text'"),
                )
            })?;
            out.push_str(&part);
        } else {
            out.push(c);
        }
    }
    Ok(Value::from(out))
}

fn push_literal(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    out: &mut String,
) -> Result<(), Refusal> {
    while let Some(c) = chars.next() {
        if c != '\'' {
            out.push(c);
        } else if chars.next_if_eq(&'\'').is_some() {
            out.push('\'');
        } else {
            return Ok(());
        }
    }
    Err(Refusal::argument(0, "a quoted text is not closed"))
}

fn format_verb(verb: &str, moment: &Moment) -> Option<String> {
    let (year, month, day) = moment.date();
    let hour = moment.hour();
    let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
    let name = |names: &[&str], at: i64, short: bool| {
        let name = usize::try_from(at)
            .ok()
            .and_then(|at| names.get(at).copied())
            .unwrap_or("");
        name.chars()
            .take(if short { 3 } else { usize::MAX })
            .collect::<String>()
    };
    let weekday = (moment.day + 4).rem_euclid(7);
    let half = if hour < 12 { "AM" } else { "PM" };
    let utc = moment.offset == 0;
    Some(match verb {
        "YYYY" => format!("{year:04}"),
        "YY" => format!("{:02}", year % 100),
        "M" => month.to_string(),
        "MM" => format!("{month:02}"),
        "MMM" => name(&MONTHS, month - 1, true),
        "MMMM" => name(&MONTHS, month - 1, false),
        "D" => day.to_string(),
        "DD" => format!("{day:02}"),
        "EEE" => name(&WEEKDAYS, weekday, true),
        "EEEE" => name(&WEEKDAYS, weekday, false),
        "h" => hour.to_string(),
        "hh" => format!("{hour:02}"),
        "H" => twelve.to_string(),
        "HH" => format!("{twelve:02}"),
        "m" => moment.minute().to_string(),
        "mm" => format!("{:02}", moment.minute()),
        "s" => (moment.second % 60).to_string(),
        "ss" => format!("{:02}", moment.second % 60),
        "AA" => half.to_owned(),
        "aa" => half.to_lowercase(),
        "Z" if utc => "Z".to_owned(),
        "Z" | "ZZZZZ" => moment.zone_text(true),
        "ZZZ" if utc => "UTC".to_owned(),
        "ZZZ" | "ZZZZ" => moment.zone_text(false),
        _ => return None,
    })
}
