//! What an evaluation came to.

use crate::model::plan::Plan;
use crate::model::{Allocation, Evaluation};

/// What an evaluation came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What to commit. It may change nothing, see [`Plan::is_noop`].
    pub plan: Plan,
    /// The evaluation as it will be once the whole plan is committed: final status, groups that
    /// failed, what is still queued. When the applier refuses a part, schedule again on a newer
    /// snapshot instead.
    pub eval: Evaluation,
    /// Evaluations to create first: one that waits for room, others that look again later.
    pub created: Vec<Evaluation>,
    /// The evaluation was blocked and stays so: store it again as blocked instead of creating one.
    pub reblocked: bool,
}

impl Decision {
    /// The allocations that would be made.
    #[must_use]
    pub fn placements(&self) -> &[Allocation] {
        &self.plan.placements
    }
}
