//! The shape of everything that decides over time.

use crate::units::Timestamp;

/// A state machine without I/O: input in, effects out, time given.
///
/// A shell takes the effects, performs them in order, and feeds results back as inputs. The same
/// machine runs under real sockets and disks and under the seeded simulator.
///
/// # Contract
///
/// `now` never decreases between calls. Nothing is performed inside `handle`; whatever must happen
/// is appended to `out`, in the order in which it must happen. When [`Machine::next_wakeup`] answers
/// an instant, the shell calls `handle` no later than that, with the machine's wake-up input.
///
/// # Misuse
///
/// Dropping effects, performing them out of order, or waking a machine later than it asked breaks
/// the invariants that the simulator checks.
pub trait Machine {
    /// What can happen to it.
    type Input;
    /// What it wants done.
    type Effect;

    /// Takes one input and appends what must be done.
    fn handle(&mut self, now: Timestamp, input: Self::Input, out: &mut Vec<Self::Effect>);

    /// The latest instant at which it must be called even without input.
    fn next_wakeup(&self) -> Option<Timestamp>;
}
