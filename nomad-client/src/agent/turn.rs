//! What every part of the machine has at hand while it handles one input.

use nomad_core::seed::Seed;
use nomad_core::units::Timestamp;

use super::{AgentConfig, Effect};

/// One call of `handle`.
pub(crate) struct Turn<'a> {
    pub(crate) now: Timestamp,
    pub(crate) config: &'a AgentConfig,
    pub(crate) seed: &'a mut Seed,
    pub(crate) out: &'a mut Vec<Effect>,
}

impl Turn<'_> {
    /// Tells the operator.
    pub(crate) fn warn(&mut self, text: String) {
        self.out.push(Effect::Warn { text });
    }
}
