//! Removing what nobody needs any more (spec/scheduler 18). The collector has chosen; what became
//! live again in the meantime stays.

use std::collections::BTreeSet;

use super::write::Write;
use crate::id::{AllocId, DeploymentId, EvalId, JobKey, NodeId};
use crate::model::NodeStatus;

impl Write<'_> {
    /// Removes what the collector chose.
    pub(super) fn collect(
        &mut self,
        evals: &[EvalId],
        allocs: &[AllocId],
        deployments: &[DeploymentId],
        jobs: &[JobKey],
        nodes: &[NodeId],
    ) {
        let mut shrunk = BTreeSet::new();
        for id in allocs {
            if let Some(alloc) = self.state.allocs.get(id).filter(|it| it.is_terminal()) {
                shrunk.insert(alloc.job_key());
                self.remove_alloc(*id);
            }
        }
        for id in evals {
            let eval = self.state.evals.get(id);
            if eval.is_some_and(|it| it.status.is_terminal()) {
                self.remove_eval(*id);
            }
        }
        for id in deployments {
            let deployment = self.state.deployments.get(id);
            if deployment.is_some_and(|it| !it.status.is_active()) {
                self.remove_deployment(*id);
            }
        }
        for key in jobs {
            let record = self.state.jobs.get(key);
            if record.is_some_and(|it| it.open.allocs == 0 && it.open.evals == 0) {
                self.purge_collected(key);
            }
        }
        shrunk.iter().for_each(|key| self.retain_versions(key));
        for id in nodes {
            let node = self.state.nodes.get(id);
            if node.is_some_and(|it| it.status == NodeStatus::Down) {
                self.remove_node(*id);
            }
        }
    }

    fn purge_collected(&mut self, key: &JobKey) {
        let evals: Vec<EvalId> = self.state.evals_of_job(key).map(|it| it.id).collect();
        evals.into_iter().for_each(|id| self.remove_eval(id));
        self.purge_job(key);
    }
}
