//! Number to text: the shortest decimal that reads back as the same number at its precision,
//! without an exponent and without trailing zeros.

use super::natural::Natural;
use super::value::Number;
use std::fmt;

/// The highest power of five that one limb holds.
const FIVES_PER_LIMB: u32 = 27;

/// Decimal digits with the place of the point: `0.d1 d2 d3... * 10^point`.
#[derive(Clone, Debug)]
pub(super) struct Decimal {
    pub(super) digits: Vec<u8>,
    pub(super) point: i64,
}

impl Decimal {
    /// The exact decimal form of `mantissa * 2^exponent`.
    fn exact(mantissa: &Natural, exponent: i64) -> Self {
        let (digits, shift10) = if exponent >= 0 {
            (
                mantissa
                    .shift_left(usize::try_from(exponent).unwrap_or(0))
                    .decimal_digits(),
                0,
            )
        } else {
            // m / 2^k = m * 5^k / 10^k
            let fives = u32::try_from(-exponent).unwrap_or(u32::MAX);
            let mut scaled = mantissa.clone();
            let mut left = fives;
            while left > 0 {
                let chunk = left.min(FIVES_PER_LIMB);
                scaled = scaled.multiply_add(5_u64.pow(chunk), 0);
                left -= chunk;
            }
            (scaled.decimal_digits(), i64::from(fives))
        };
        let point = i64::try_from(digits.len()).unwrap_or(0) - shift10;
        Self { digits, point }.trimmed()
    }

    fn trimmed(mut self) -> Self {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.point = 0;
        }
        self
    }

    fn digit(&self, at: usize) -> u8 {
        self.digits.get(at).copied().unwrap_or(0)
    }

    /// Keeps `count` digits, rounding half to even.
    pub(super) fn rounded(self, count: usize) -> Self {
        if count >= self.digits.len() {
            return self;
        }
        let half = self.digit(count) == 5 && count + 1 == self.digits.len();
        let up = if half {
            count > 0 && self.digit(count - 1) % 2 == 1
        } else {
            self.digit(count) >= 5
        };
        if up {
            self.rounded_up(count)
        } else {
            self.rounded_down(count)
        }
    }

    fn rounded_down(mut self, count: usize) -> Self {
        self.digits.truncate(count);
        self.trimmed()
    }

    fn rounded_up(mut self, count: usize) -> Self {
        self.digits.truncate(count);
        while self.digits.last() == Some(&9) {
            self.digits.pop();
        }
        match self.digits.last_mut() {
            Some(last) => *last += 1,
            None => {
                self.digits.push(1);
                self.point += 1;
            }
        }
        self
    }
}

impl Number {
    /// The shortest decimal that reads back as this number.
    pub(super) fn shortest(&self) -> Decimal {
        let exact = Decimal::exact(&self.mantissa, self.exponent);
        if self.mantissa.is_zero() {
            return exact;
        }
        // Neighbours half a unit of the last place away, as in the classic algorithm.
        let wanted = self.precision as usize + 1;
        let shift = wanted.saturating_sub(self.mantissa.bit_len());
        let wide = self.mantissa.shift_left(shift);
        let exponent = self.exponent - super::value::bits_i64(shift);
        let one = Natural::from_u64(1);
        let lower = Decimal::exact(&wide.subtract(&one), exponent);
        let upper = Decimal::exact(&wide.add(&one), exponent);
        pick_shortest(exact, &lower, &upper, !wide.bit(1))
    }

    /// The exact decimal, rounded to `places` digits after the point.
    pub(super) fn decimal_places(&self, places: usize) -> Decimal {
        let exact = Decimal::exact(&self.mantissa, self.exponent);
        let wanted = exact.point + i64::try_from(places).unwrap_or(i64::MAX);
        match usize::try_from(wanted) {
            Ok(count) => exact.rounded(count),
            Err(_) => Decimal {
                digits: Vec::new(),
                point: 0,
            },
        }
    }

    /// Decimal text with exactly `places` digits after the point, as `%.2f` prints it.
    #[must_use]
    pub fn to_fixed(&self, places: usize) -> String {
        if self.infinite {
            return self.to_string();
        }
        let decimal = self.decimal_places(places);
        let mut text = String::new();
        if self.negative {
            text.push('-');
        }
        push_whole(&mut text, &decimal);
        if places > 0 {
            text.push('.');
            for at in 0..places {
                text.push(fraction_digit(&decimal, at));
            }
        }
        text
    }

    /// Text in scientific form as `%e` prints it, with `places` digits after the point
    /// (`None`: as many as needed).
    #[must_use]
    pub fn to_scientific(&self, places: Option<usize>) -> String {
        if self.infinite {
            return self.to_string();
        }
        let decimal = match places {
            Some(places) => Decimal::exact(&self.mantissa, self.exponent).rounded(places + 1),
            None => self.shortest(),
        };
        let mut text = String::from(if self.negative { "-" } else { "" });
        text.push(as_char(decimal.digit(0)));
        let places = places.unwrap_or(decimal.digits.len().saturating_sub(1));
        if places > 0 {
            text.push('.');
            text.extend((1..=places).map(|at| as_char(decimal.digit(at))));
        }
        let exponent = if decimal.digits.is_empty() {
            0
        } else {
            decimal.point - 1
        };
        let sign = if exponent < 0 { '-' } else { '+' };
        text + &format!("e{sign}{:02}", exponent.abs())
    }

    /// The decimal exponent of the leading digit, as `%g` needs it.
    #[must_use]
    pub fn leading_exponent(&self) -> i64 {
        let shortest = self.shortest();
        if shortest.digits.is_empty() {
            0
        } else {
            shortest.point - 1
        }
    }
}

fn pick_shortest(exact: Decimal, lower: &Decimal, upper: &Decimal, inclusive: bool) -> Decimal {
    for (at, digit) in exact.digits.iter().enumerate() {
        let (low, high) = (lower.digit(at), upper.digit(at));
        let down = low != *digit || (inclusive && at + 1 == lower.digits.len());
        let up = *digit != high && (inclusive || digit + 1 < high || at + 1 < upper.digits.len());
        match (down, up) {
            (true, true) => return exact.clone().rounded(at + 1),
            (true, false) => return exact.clone().rounded_down(at + 1),
            (false, true) => return exact.clone().rounded_up(at + 1),
            (false, false) => {}
        }
    }
    exact
}

fn push_whole(text: &mut String, decimal: &Decimal) {
    if decimal.point <= 0 {
        text.push('0');
    }
    for at in 0..usize::try_from(decimal.point).unwrap_or(0) {
        text.push(as_char(decimal.digit(at)));
    }
}

/// The digit at `at` places after the decimal point.
fn fraction_digit(decimal: &Decimal, at: usize) -> char {
    let at = decimal.point + i64::try_from(at).unwrap_or(i64::MAX - decimal.point.max(0));
    usize::try_from(at).map_or('0', |at| as_char(decimal.digit(at)))
}

fn as_char(digit: u8) -> char {
    char::from(b'0' + digit)
}

impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.infinite {
            return out.write_str(if self.negative { "-Inf" } else { "+Inf" });
        }
        if let Some(small) = self.to_i64() {
            return write!(out, "{small}");
        }
        let decimal = self.shortest();
        let mut text = String::from(if self.negative { "-" } else { "" });
        push_whole(&mut text, &decimal);
        let places = i64::try_from(decimal.digits.len()).unwrap_or(0) - decimal.point;
        if places > 0 {
            text.push('.');
            for at in 0..usize::try_from(places).unwrap_or(0) {
                text.push(fraction_digit(&decimal, at));
            }
        }
        out.write_str(&text)
    }
}
