//! Decimal text to number: optional sign, digits, fraction, exponent. No hexadecimal, no blanks.

use super::natural::Natural;
use super::value::{FULL_PRECISION, Number};
use std::str::FromStr;

/// Longest text of a number.
const TEXT_BYTES_MAX: usize = 1_024;
/// Largest decimal exponent, in either direction.
const EXPONENT10_MAX: i32 = 1_600;
/// Largest exponent as written after the `e`.
const WRITTEN_EXPONENT_MAX: i32 = 600;

/// Why a text is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadNumberError {
    /// The text is not a decimal number.
    #[error("a number is required")]
    NotANumber,
    /// The text is longer, or the number larger or smaller, than this program computes with.
    #[error("the number is out of the range that is computed with")]
    OutOfRange,
}

impl FromStr for Number {
    type Err = ReadNumberError;

    fn from_str(text: &str) -> Result<Self, ReadNumberError> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(ReadNumberError::OutOfRange);
        }
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (digits, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, read_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() {
            return Err(ReadNumberError::NotANumber);
        }
        let mut mantissa = Natural::default();
        for digit in whole.chars().chain(fraction.chars()) {
            let digit = digit.to_digit(10).ok_or(ReadNumberError::NotANumber)?;
            mantissa = mantissa.multiply_add(10, u64::from(digit));
        }
        let exponent = exponent - i32::try_from(fraction.len()).unwrap_or(i32::MAX);
        if exponent.abs() > EXPONENT10_MAX {
            return Err(ReadNumberError::OutOfRange);
        }
        Ok(Self::from_decimal(
            negative,
            mantissa,
            exponent,
            FULL_PRECISION,
        ))
    }
}

fn read_exponent(text: &str) -> Result<i32, ReadNumberError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ReadNumberError::NotANumber);
    }
    let exponent: i32 = text.parse().map_err(|_| ReadNumberError::OutOfRange)?;
    if exponent.abs() > WRITTEN_EXPONENT_MAX {
        return Err(ReadNumberError::OutOfRange);
    }
    Ok(exponent)
}
