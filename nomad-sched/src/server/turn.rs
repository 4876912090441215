//! What the machine does after every input: whatever is due, and whatever became possible.

use super::input::Effect;
use super::machine::Server;

impl Server {
    /// Order matters only for latency: ends first, then new work.
    pub(super) fn turn(&mut self, out: &mut Vec<Effect>) {
        self.end_polls(out);
        if self.leader.is_none() {
            return;
        }
        self.miss_heartbeats(out);
        self.flush_updates(out);
        self.advance_evals();
        self.end_evals(out);
        self.watch_deployments(out);
        self.apply_plans(out);
        self.collect_when_due(out);
        self.dispatch(out);
    }
}
