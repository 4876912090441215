//! Drawn numbers from a seed that the caller supplies.
//!
//! Machines that must draw ids hold one of these; equal seeds give equal sequences, which is what
//! lets the simulator replay a run byte for byte. It is not fit for secrets.

use crate::id::{AllocId, DeploymentId, EvalId, NodeId};

/// A splitmix64 generator (Steele, Lea and Flood, 2014): 64 bits of state, full period.
#[derive(Debug, Clone)]
pub struct Seed {
    state: u64,
}

impl Seed {
    /// Starts the sequence that belongs to `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Starts a second sequence that does not touch this one's later values.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self::new(self.next_u64())
    }

    /// The next 64 drawn bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit` (0 when `limit` is 0). The bias is below `limit / 2^64`.
    pub fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(limit)) >> 64) as u64
    }

    /// True in `numerator` of `denominator` cases.
    pub fn chance(&mut self, numerator: u64, denominator: u64) -> bool {
        self.below(denominator) < numerator
    }

    fn next_bytes(&mut self) -> [u8; 16] {
        let wide = (u128::from(self.next_u64()) << 64) | u128::from(self.next_u64());
        wide.to_be_bytes()
    }

    /// Draws an allocation id.
    pub fn alloc_id(&mut self) -> AllocId {
        AllocId::from_random(self.next_bytes())
    }

    /// Draws an evaluation id.
    pub fn eval_id(&mut self) -> EvalId {
        EvalId::from_random(self.next_bytes())
    }

    /// Draws a deployment id.
    pub fn deployment_id(&mut self) -> DeploymentId {
        DeploymentId::from_random(self.next_bytes())
    }

    /// Draws a node id.
    pub fn node_id(&mut self) -> NodeId {
        NodeId::from_random(self.next_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_draw_equal_ids() {
        assert_eq!(Seed::new(7).alloc_id(), Seed::new(7).alloc_id());
        assert_ne!(Seed::new(7).alloc_id(), Seed::new(8).alloc_id());
    }

    #[test]
    fn below_stays_below() {
        let mut seed = Seed::new(1);
        assert!((0..1000).all(|_| seed.below(7) < 7));
        assert_eq!(seed.below(0), 0);
    }
}
