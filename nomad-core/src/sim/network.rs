//! What becomes of a message: it arrives once, twice, late, or not at all.

use crate::seed::Seed;
use crate::sim::faults::NetworkFaults;
use crate::units::Span;

/// A network between the parts of a simulated world.
#[derive(Debug)]
pub struct Network {
    faults: NetworkFaults,
    seed: Seed,
}

/// Shortest way of a message.
const DELAY_MIN: Span = Span(200_000);
/// A healthy way takes up to this much longer.
const DELAY_SPREAD: u64 = 2_000_000;

impl Network {
    /// A network with these faults.
    #[must_use]
    pub fn new(faults: NetworkFaults, seed: Seed) -> Self {
        Self { faults, seed }
    }

    /// From now on every message arrives, once and soon.
    pub fn heal(&mut self) {
        self.faults = NetworkFaults::default();
    }

    /// When the copies of a message arrive: none when it is lost, two when it is duplicated.
    pub fn arrivals(&mut self) -> Vec<Span> {
        if self.seed.chance(self.faults.loss_per_mille, 1000) {
            return Vec::new();
        }
        let mut arrivals = vec![self.delay()];
        if self.seed.chance(self.faults.duplicate_per_mille, 1000) {
            arrivals.push(self.delay());
        }
        arrivals
    }

    fn delay(&mut self) -> Span {
        let healthy = DELAY_MIN.0 + self.seed.below(DELAY_SPREAD) as i64;
        if self.seed.chance(self.faults.delay_per_mille, 1000) {
            let late = self.seed.below(self.faults.delay_max.0.unsigned_abs());
            return Span(healthy.saturating_add_unsigned(late));
        }
        Span(healthy)
    }
}
