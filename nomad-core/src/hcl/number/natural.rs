//! Whole numbers without a sign and without a limit of size, as the mantissas of
//! [`Number`](super::Number) need them. Limbs are little-endian and have no leading zeros.

use std::cmp::Ordering;

/// A whole number >= 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Natural {
    limbs: Vec<u64>,
}

const LIMB_BITS: usize = 64;

impl Natural {
    pub(super) fn from_u64(value: u64) -> Self {
        Self { limbs: vec![value] }.trimmed()
    }

    pub(super) fn from_u128(value: u128) -> Self {
        Self {
            limbs: vec![low(value), low(value >> LIMB_BITS)],
        }
        .trimmed()
    }

    fn trimmed(mut self) -> Self {
        while self.limbs.last() == Some(&0) {
            self.limbs.pop();
        }
        self
    }

    pub(super) fn is_zero(&self) -> bool {
        self.limbs.is_empty()
    }

    /// Number of bits up to the highest one that is set.
    pub(super) fn bit_len(&self) -> usize {
        self.limbs.last().map_or(0, |top| {
            self.limbs.len() * LIMB_BITS - top.leading_zeros() as usize
        })
    }

    pub(super) fn trailing_zeros(&self) -> usize {
        let mut zeros = 0;
        for limb in &self.limbs {
            if *limb != 0 {
                return zeros + limb.trailing_zeros() as usize;
            }
            zeros += LIMB_BITS;
        }
        zeros
    }

    pub(super) fn bit(&self, at: usize) -> bool {
        self.limbs
            .get(at / LIMB_BITS)
            .is_some_and(|limb| (limb >> (at % LIMB_BITS)) & 1 == 1)
    }

    pub(super) fn to_u64(&self) -> Option<u64> {
        match self.limbs.as_slice() {
            [] => Some(0),
            [one] => Some(*one),
            _ => None,
        }
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        self.limbs
            .len()
            .cmp(&other.limbs.len())
            .then_with(|| self.limbs.iter().rev().cmp(other.limbs.iter().rev()))
    }

    pub(super) fn add(&self, other: &Self) -> Self {
        let (long, short) = if self.limbs.len() >= other.limbs.len() {
            (self, other)
        } else {
            (other, self)
        };
        let mut carry = 0_u128;
        let mut limbs = Vec::with_capacity(long.limbs.len() + 1);
        let shorts = short.limbs.iter().copied().chain(std::iter::repeat(0));
        for (a, b) in long.limbs.iter().zip(shorts) {
            let sum = u128::from(*a) + u128::from(b) + carry;
            limbs.push(low(sum));
            carry = sum >> LIMB_BITS;
        }
        limbs.push(low(carry));
        Self { limbs }.trimmed()
    }

    /// `self - other`; zero where `other` is the larger one.
    pub(super) fn subtract(&self, other: &Self) -> Self {
        let mut borrow = false;
        let mut limbs = Vec::with_capacity(self.limbs.len());
        let others = other.limbs.iter().copied().chain(std::iter::repeat(0));
        for (a, b) in self.limbs.iter().zip(others) {
            let (first, under_1) = a.overflowing_sub(b);
            let (second, under_2) = first.overflowing_sub(u64::from(borrow));
            limbs.push(second);
            borrow = under_1 || under_2;
        }
        if borrow {
            return Self::default();
        }
        Self { limbs }.trimmed()
    }

    pub(super) fn multiply(&self, other: &Self) -> Self {
        let mut limbs = vec![0_u64; self.limbs.len() + other.limbs.len() + 1];
        for (at, a) in self.limbs.iter().enumerate() {
            let mut carry = 0_u128;
            let others = other.limbs.iter().copied().chain(std::iter::repeat(0));
            for (slot, b) in limbs.iter_mut().skip(at).zip(others) {
                let sum = u128::from(*slot) + u128::from(*a) * u128::from(b) + carry;
                *slot = low(sum);
                carry = sum >> LIMB_BITS;
            }
        }
        Self { limbs }.trimmed()
    }

    /// `self * factor + addend`.
    pub(super) fn multiply_add(&self, factor: u64, addend: u64) -> Self {
        let mut carry = u128::from(addend);
        let mut limbs = Vec::with_capacity(self.limbs.len() + 1);
        for limb in &self.limbs {
            let sum = u128::from(*limb) * u128::from(factor) + carry;
            limbs.push(low(sum));
            carry = sum >> LIMB_BITS;
        }
        limbs.push(low(carry));
        Self { limbs }.trimmed()
    }

    /// Quotient and rest of the division by a small number, which must not be 0.
    pub(super) fn divide_small(&self, divisor: u64) -> (Self, u64) {
        let divisor = u128::from(divisor.max(1));
        let mut rest = 0_u128;
        let mut limbs = Vec::with_capacity(self.limbs.len());
        for limb in self.limbs.iter().rev() {
            let part = (rest << LIMB_BITS) | u128::from(*limb);
            limbs.push(low(part / divisor));
            rest = part % divisor;
        }
        limbs.reverse();
        (Self { limbs }.trimmed(), low(rest))
    }

    /// Quotient and rest, bit by bit: divisions are rare and the operands short.
    pub(super) fn divide(&self, divisor: &Self) -> (Self, Self) {
        let mut quotient = Self {
            limbs: vec![0; self.limbs.len()],
        };
        let mut rest = Self::default();
        if divisor.is_zero() {
            return (quotient.trimmed(), rest);
        }
        for at in (0..self.bit_len()).rev() {
            rest = rest.multiply_add(2, u64::from(self.bit(at)));
            if rest.compare(divisor) != Ordering::Less {
                rest = rest.subtract(divisor);
                if let Some(limb) = quotient.limbs.get_mut(at / LIMB_BITS) {
                    *limb |= 1 << (at % LIMB_BITS);
                }
            }
        }
        (quotient.trimmed(), rest)
    }

    pub(super) fn shift_left(&self, bits: usize) -> Self {
        if self.is_zero() {
            return Self::default();
        }
        let mut limbs = vec![0; bits / LIMB_BITS];
        let shift = bits % LIMB_BITS;
        let mut carry = 0_u64;
        for limb in &self.limbs {
            let wide = u128::from(*limb) << shift;
            limbs.push(low(wide) | carry);
            carry = low(wide >> LIMB_BITS);
        }
        limbs.push(carry);
        Self { limbs }.trimmed()
    }

    pub(super) fn shift_right(&self, bits: usize) -> Self {
        let shift = bits % LIMB_BITS;
        let kept = self.limbs.iter().skip(bits / LIMB_BITS);
        let above = kept.clone().skip(1).copied().chain(std::iter::once(0));
        let limbs = kept
            .zip(above)
            .map(|(limb, next)| low(((u128::from(next) << LIMB_BITS) | u128::from(*limb)) >> shift))
            .collect();
        Self { limbs }.trimmed()
    }

    pub(super) fn power_of_ten(exponent: u32) -> Self {
        let mut power = Self::from_u64(1);
        for _ in 0..exponent {
            power = power.multiply_add(10, 0);
        }
        power
    }

    /// The decimal digits, most significant first; empty for zero.
    pub(super) fn decimal_digits(&self) -> Vec<u8> {
        const CHUNK: u64 = 10_000_000_000_000_000_000;
        const CHUNK_DIGITS: usize = 19;
        let mut digits = Vec::new();
        let mut left = self.clone();
        while !left.is_zero() {
            let (quotient, mut rest) = left.divide_small(CHUNK);
            for _ in 0..CHUNK_DIGITS {
                digits.push(u8::try_from(rest % 10).unwrap_or(0));
                rest /= 10;
            }
            left = quotient;
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        digits.reverse();
        digits
    }
}

/// The low limb of a wide value.
fn low(wide: u128) -> u64 {
    (wide & u128::from(u64::MAX)) as u64
}
