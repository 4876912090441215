//! Drawn numbers of this process: hashes under keys that the system drew. Not fit for secrets.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use nomad_core::hcl::RandomSource;

/// A number that no other call has.
pub(crate) fn number() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Random bytes for `uuidv4()` and its like in job files.
pub(crate) struct Random;

impl RandomSource for Random {
    fn sixteen_bytes(&self) -> [u8; 16] {
        ((u128::from(number()) << 64) | u128::from(number())).to_be_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        assert_ne!(Random.sixteen_bytes(), Random.sixteen_bytes());
    }
}
