//! Lengths of time: "1h5m ago", and Go's "58m12s".

use super::Moment;

/// Units of relative times, in seconds: a year has 360 days, a month 30.
const UNITS: [(i64, &str); 6] = [
    (31_104_000, "y"),
    (2_592_000, "mo"),
    (86_400, "d"),
    (3_600, "h"),
    (60, "m"),
    (1, "s"),
];

/// `1h5m ago`, `5m from now`: at most the two largest units that are not zero (spec/api-cli 3.2).
pub(crate) fn ago(then: Moment, now: Moment) -> String {
    if then.is_never() {
        return String::new();
    }
    let seconds = now.seconds() - then.seconds();
    let word = if seconds < 0 { "from now" } else { "ago" };
    format!("{} {word}", short(seconds.abs()))
}

fn short(mut seconds: i64) -> String {
    let mut text = String::new();
    let mut parts = 0;
    for (unit, name) in UNITS {
        let count = seconds / unit;
        seconds %= unit;
        if count > 0 && parts < 2 {
            text.push_str(&format!("{count}{name}"));
            parts += 1;
        }
    }
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

/// A length as Go prints it: `1h0m5s`, `1.5s`, `250ms`.
pub(crate) fn go_duration(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let nanos = nanos.unsigned_abs();
    let fraction = |value: u64, unit: u64, name: &str| {
        let digits = format!("{:0width$}", value % unit, width = unit.ilog10() as usize);
        let digits = digits.trim_end_matches('0');
        let point = if digits.is_empty() || unit == 1 {
            ""
        } else {
            "."
        };
        let digits = if unit == 1 { "" } else { digits };
        format!("{sign}{}{point}{digits}{name}", value / unit)
    };
    match nanos {
        0 => "0s".to_owned(),
        1..=999 => format!("{sign}{nanos}ns"),
        1_000..=999_999 => fraction(nanos, 1_000, "µs"),
        1_000_000..=999_999_999 => fraction(nanos, 1_000_000, "ms"),
        _ => {
            let minutes = nanos / 60_000_000_000;
            let seconds = fraction(nanos % 60_000_000_000, 1_000_000_000, "s");
            let seconds = seconds.trim_start_matches('-');
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{sign}{seconds}"),
                (0, m) => format!("{sign}{m}m{seconds}"),
                (h, m) => format!("{sign}{h}h{m}m{seconds}"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_largest_units_are_shown() {
        let at = |seconds: i64| Moment(1_000_000_000_000_000_000 + seconds * 1_000_000_000);
        let now = at(0);
        assert_eq!(ago(at(-3_905), now), "1h5m ago");
        assert_eq!(ago(at(-3 * 86_400), now), "3d ago");
        assert_eq!(ago(at(-(64 * 86_400)), now), "2mo4d ago");
        assert_eq!(ago(at(-86_405), now), "1d5s ago");
        assert_eq!(ago(now, now), "0s ago");
        assert_eq!(ago(at(300), now), "5m from now");
        assert_eq!(ago(Moment(0), now), "");
    }

    #[test]
    fn durations_look_like_those_of_go() {
        for (nanos, text) in [
            (0, "0s"),
            (1, "1ns"),
            (1_500, "1.5µs"),
            (250_000_000, "250ms"),
            (1_500_000_000, "1.5s"),
            (60_000_000_000, "1m0s"),
            (3_492_000_000_000, "58m12s"),
            (3_605_000_000_000, "1h0m5s"),
            (-2_000_000_000, "-2s"),
        ] {
            assert_eq!(go_duration(nanos), text);
        }
    }
}
