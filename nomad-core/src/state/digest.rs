//! A fingerprint of the whole state: servers at the same index compare it.

use std::fmt;
use std::io;

use super::State;

/// 128 bits over every row of every table, in order of key. Equal states have equal digests; it is
/// no protection against somebody who wants two states to collide.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(u128);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// FNV-1a with 128 bits (Fowler, Noll, Vo; draft-eastlake-fnv).
struct Fnv(u128);

const FNV_OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const FNV_PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

impl io::Write for Fnv {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(FNV_PRIME);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl State {
    /// The fingerprint of the state as it stands. It reads every row: milliseconds per ten
    /// thousand allocations.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut fnv = Fnv(FNV_OFFSET);
        // Writing to `Fnv` cannot fail, and every key of the image is text or a number.
        let written = serde_json::to_writer(&mut fnv, &self.image());
        debug_assert!(written.is_ok(), "the image of a state is always JSON");
        Digest(fnv.0)
    }
}
