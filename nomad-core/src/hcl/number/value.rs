//! The number type itself: sign, mantissa, binary exponent and precision; comparisons and exact
//! conversions to and from machine numbers.

use super::natural::Natural;
use std::cmp::Ordering;

/// Mantissa bits of a number that was written in a file.
pub(super) const FULL_PRECISION: u32 = 512;
/// Mantissa bits of a number that a function made from a machine integer.
const INTEGER_PRECISION: u32 = 64;
/// Mantissa bits of a number that a function made from a machine float.
const FLOAT_PRECISION: u32 = 53;

/// A finite number or an infinity: `±mantissa * 2^exponent`, the mantissa odd or zero.
///
/// ```
/// use nomad_core::hcl::Number;
/// let tenth: Number = "0.1".parse().unwrap();
/// let fifth: Number = "0.2".parse().unwrap();
/// assert_eq!(tenth.add(&fifth).unwrap().to_string(), "0.3");
/// ```
#[derive(Clone, Debug)]
pub struct Number {
    pub(super) negative: bool,
    pub(super) infinite: bool,
    pub(super) mantissa: Natural,
    pub(super) exponent: i64,
    pub(super) precision: u32,
}

impl Number {
    /// The number 0.
    #[must_use]
    pub fn zero() -> Self {
        Self::from_parts(false, Natural::default(), 0, INTEGER_PRECISION)
    }

    /// Plus or minus infinity, the result of a division by zero.
    #[must_use]
    pub fn infinity(negative: bool) -> Self {
        Self {
            negative,
            infinite: true,
            ..Self::zero()
        }
    }

    /// Builds a number, rounding the mantissa half to even to `precision` bits.
    pub(super) fn from_parts(
        negative: bool,
        mantissa: Natural,
        exponent: i64,
        precision: u32,
    ) -> Self {
        let excess = mantissa.bit_len().saturating_sub(precision as usize);
        let (mantissa, exponent) = if excess == 0 {
            (mantissa, exponent)
        } else {
            (round_off(&mantissa, excess), exponent + bits_i64(excess))
        };
        let zeros = if mantissa.is_zero() {
            0
        } else {
            mantissa.trailing_zeros()
        };
        let exponent = if mantissa.is_zero() {
            0
        } else {
            exponent + bits_i64(zeros)
        };
        Self {
            negative: negative && !mantissa.is_zero(),
            infinite: false,
            mantissa: mantissa.shift_right(zeros),
            exponent,
            precision,
        }
    }

    /// The number that a machine float stands for; not-a-number becomes 0.
    #[must_use]
    pub fn from_f64(value: f64) -> Self {
        if value.is_infinite() {
            return Self::infinity(value < 0.0);
        }
        if value.is_nan() || value == 0.0 {
            return Self {
                precision: FLOAT_PRECISION,
                ..Self::zero()
            };
        }
        let bits = value.to_bits();
        let fraction = bits & ((1 << 52) - 1);
        let biased = i64::try_from((bits >> 52) & 0x7ff).unwrap_or(0);
        let (mantissa, exponent) = if biased == 0 {
            (fraction, -1074)
        } else {
            (fraction | (1 << 52), biased - 1075)
        };
        Self::from_parts(
            value < 0.0,
            Natural::from_u64(mantissa),
            exponent,
            FLOAT_PRECISION,
        )
    }

    /// True for plus and minus infinity.
    #[must_use]
    pub fn is_infinite(&self) -> bool {
        self.infinite
    }

    /// True for numbers below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// True for zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        !self.infinite && self.mantissa.is_zero()
    }

    /// True where nothing stands after the decimal point.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.infinite && self.exponent >= 0
    }

    /// The same number with the other sign.
    #[must_use]
    pub fn negate(&self) -> Self {
        Self {
            negative: !self.negative && !self.is_zero(),
            ..self.clone()
        }
    }

    /// The number without its sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        Self {
            negative: false,
            ..self.clone()
        }
    }

    /// The value as `i64` where it is whole and fits.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        let magnitude = i128::from(self.magnitude_u64()?);
        i64::try_from(if self.negative { -magnitude } else { magnitude }).ok()
    }

    /// The value as `u64` where it is whole, not negative and fits.
    #[must_use]
    pub fn to_u64(&self) -> Option<u64> {
        if self.negative {
            None
        } else {
            self.magnitude_u64()
        }
    }

    fn magnitude_u64(&self) -> Option<u64> {
        if !self.is_whole() || self.mantissa.bit_len() + usize::try_from(self.exponent).ok()? > 64 {
            return None;
        }
        self.mantissa
            .shift_left(usize::try_from(self.exponent).ok()?)
            .to_u64()
    }

    /// The nearest machine float.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        if self.infinite {
            return if self.negative {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            };
        }
        self.to_string().parse().unwrap_or(0.0)
    }

    /// Whole part, towards zero.
    #[must_use]
    pub fn truncate(&self) -> Self {
        if self.infinite || self.exponent >= 0 {
            return self.clone();
        }
        let drop = usize::try_from(-self.exponent).unwrap_or(usize::MAX);
        Self::from_parts(
            self.negative,
            self.mantissa.shift_right(drop),
            0,
            self.precision,
        )
    }

    /// Orders by value; infinities are outermost.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.compare_magnitude(other),
            (true, true) => other.compare_magnitude(self),
        }
    }

    fn compare_magnitude(&self, other: &Self) -> Ordering {
        if self.infinite || other.infinite {
            return self.infinite.cmp(&other.infinite);
        }
        let (left, right, _) = align(self, other);
        left.compare(&right)
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.compare(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        let magnitude = Natural::from_u64(value.unsigned_abs());
        Self::from_parts(value < 0, magnitude, 0, INTEGER_PRECISION)
    }
}

impl From<u128> for Number {
    fn from(value: u128) -> Self {
        Self::from_parts(false, Natural::from_u128(value), 0, FULL_PRECISION)
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        Self::from(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

/// Both mantissas shifted to the smaller exponent, and that exponent.
pub(super) fn align(left: &Number, right: &Number) -> (Natural, Natural, i64) {
    let exponent = if left.mantissa.is_zero() {
        right.exponent
    } else if right.mantissa.is_zero() {
        left.exponent
    } else {
        left.exponent.min(right.exponent)
    };
    let shifted = |number: &Number| {
        let by = usize::try_from(number.exponent - exponent).unwrap_or(0);
        number.mantissa.shift_left(by)
    };
    (shifted(left), shifted(right), exponent)
}

/// Drops `excess` low bits, rounding half to even.
fn round_off(mantissa: &Natural, excess: usize) -> Natural {
    let kept = mantissa.shift_right(excess);
    let half = mantissa.bit(excess - 1);
    let beyond_half = mantissa.trailing_zeros() < excess - 1;
    if half && (beyond_half || kept.bit(0)) {
        kept.multiply_add(1, 1)
    } else {
        kept
    }
}

pub(super) fn bits_i64(bits: usize) -> i64 {
    i64::try_from(bits).unwrap_or(i64::MAX)
}
