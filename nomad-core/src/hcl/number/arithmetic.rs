//! The operators: sum, difference, product, quotient, remainder, whole powers. `None` stands for
//! a result that does not exist (infinity minus infinity, 0 / 0) or is out of bounds.

use super::natural::Natural;
use super::value::{Number, align, bits_i64};
use std::cmp::Ordering;

/// Largest binary exponent, in either direction, that a result may have. Far beyond any use, and
/// small enough that printing one number stays cheap.
const EXPONENT_MAX: i64 = 2_048;

impl Number {
    /// `self + other`.
    #[must_use]
    pub fn add(&self, other: &Self) -> Option<Self> {
        match (self.infinite, other.infinite) {
            (true, true) if self.negative != other.negative => return None,
            (true, _) => return Some(self.clone()),
            (false, true) => return Some(other.clone()),
            (false, false) => {}
        }
        let (left, right, exponent) = align(self, other);
        let (negative, sum) = if self.negative == other.negative {
            (self.negative, left.add(&right))
        } else if left.compare(&right) == Ordering::Less {
            (other.negative, right.subtract(&left))
        } else {
            (self.negative, left.subtract(&right))
        };
        bounded(Self::from_parts(
            negative,
            sum,
            exponent,
            self.joint_precision(other),
        ))
    }

    /// `self - other`.
    #[must_use]
    pub fn subtract(&self, other: &Self) -> Option<Self> {
        self.add(&other.negate())
    }

    /// `self * other`.
    #[must_use]
    pub fn multiply(&self, other: &Self) -> Option<Self> {
        let negative = self.negative != other.negative;
        if self.infinite || other.infinite {
            let undefined = self.is_zero() || other.is_zero();
            return (!undefined).then(|| Self::infinity(negative));
        }
        let product = self.mantissa.multiply(&other.mantissa);
        let exponent = self.exponent + other.exponent;
        bounded(Self::from_parts(
            negative,
            product,
            exponent,
            self.joint_precision(other),
        ))
    }

    /// `self / other`; a division by zero is an infinity.
    #[must_use]
    pub fn divide(&self, other: &Self) -> Option<Self> {
        let negative = self.negative != other.negative;
        match (self.infinite, other.infinite) {
            (true, true) => return None,
            (true, false) => return Some(Self::infinity(negative)),
            (false, true) => return Some(Self::zero()),
            (false, false) => {}
        }
        if other.is_zero() {
            return (!self.is_zero()).then(|| Self::infinity(negative));
        }
        let precision = self.joint_precision(other);
        let wanted = precision as usize + 2 + other.mantissa.bit_len();
        let shift = wanted.saturating_sub(self.mantissa.bit_len());
        let (quotient, rest) = self.mantissa.shift_left(shift).divide(&other.mantissa);
        // One more bit says that something was cut off, so that rounding sees it.
        let quotient = quotient.multiply_add(2, u64::from(!rest.is_zero()));
        let exponent = self.exponent - other.exponent - bits_i64(shift) - 1;
        bounded(Self::from_parts(negative, quotient, exponent, precision))
    }

    /// What is left of `self` after taking away whole multiples of `other`; has the sign of
    /// `self`. Modulo zero leaves the number as it is.
    #[must_use]
    pub fn remainder(&self, other: &Self) -> Option<Self> {
        if other.is_zero() || other.infinite {
            return Some(self.clone());
        }
        if self.infinite {
            return None;
        }
        let (left, right, exponent) = align(self, other);
        let (_, rest) = left.divide(&right);
        Some(Self::from_parts(
            self.negative,
            rest,
            exponent,
            self.joint_precision(other),
        ))
    }

    /// The largest whole number that is not above `self`.
    #[must_use]
    pub fn floor(&self) -> Option<Self> {
        let whole = self.truncate();
        if self.negative && whole != *self {
            whole.subtract(&Self::from(1_i64))
        } else {
            Some(whole)
        }
    }

    /// The smallest whole number that is not below `self`.
    #[must_use]
    pub fn ceil(&self) -> Option<Self> {
        self.negate().floor().map(|floor| floor.negate())
    }

    /// `mantissa * 10^exponent10` at full precision.
    pub(super) fn from_decimal(
        negative: bool,
        digits: Natural,
        exponent10: i32,
        precision: u32,
    ) -> Self {
        let power = Natural::power_of_ten(exponent10.unsigned_abs());
        if exponent10 >= 0 {
            return Self::from_parts(negative, digits.multiply(&power), 0, precision);
        }
        let shift = (precision as usize + 2 + power.bit_len()).saturating_sub(digits.bit_len());
        let (quotient, rest) = digits.shift_left(shift).divide(&power);
        let quotient = quotient.multiply_add(2, u64::from(!rest.is_zero()));
        Self::from_parts(negative, quotient, -bits_i64(shift) - 1, precision)
    }

    fn joint_precision(&self, other: &Self) -> u32 {
        self.precision.max(other.precision)
    }
}

fn bounded(number: Number) -> Option<Number> {
    (number.exponent.abs() <= EXPONENT_MAX && number.mantissa.bit_len() as i64 <= EXPONENT_MAX)
        .then_some(number)
}
