//! Removing allocations that have ended (spec/client 31).

use nomad_core::id::AllocId;
use nomad_core::units::Timestamp;

use super::machine::Agent;
use super::{RequestError, Turn};
use crate::alloc::AllocRunner;

impl Agent {
    pub(super) fn collect_one(
        &mut self,
        alloc: AllocId,
        turn: &mut Turn<'_>,
    ) -> Result<(), RequestError> {
        let runner = self
            .touch(alloc)
            .ok_or(RequestError::UnknownAlloc { alloc })?;
        if !runner.is_over() {
            return Err(RequestError::NotEnded { alloc });
        }
        runner.destroy(turn);
        Ok(())
    }

    /// Removes ended allocations, oldest first, until at most `keep` are left of all. Those that are
    /// being removed count as gone.
    pub(super) fn collect_ended(&mut self, keep: usize, turn: &mut Turn<'_>) {
        let here = self.runners().filter(|(_, runner)| !runner.is_destroyed());
        let here: Vec<(AllocId, Option<Timestamp>)> =
            here.map(|(id, runner)| (*id, ended(runner))).collect();
        let surplus = here.len().saturating_sub(keep);
        let ended = here.into_iter().filter_map(|(id, at)| Some((at?, id)));
        let mut ended: Vec<(Timestamp, AllocId)> = ended.collect();
        ended.sort_unstable();
        for (_, id) in ended.into_iter().take(surplus) {
            if let Some(runner) = self.touch(id) {
                runner.destroy(turn);
            }
        }
    }
}

fn ended(runner: &AllocRunner) -> Option<Timestamp> {
    runner.is_over().then(|| runner.over_since())
}
