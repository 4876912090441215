//! Putting rows into a state as they are: for programs that keep their own storage and ask this
//! crate for decisions, and for tests. The replicated path is `apply`.

use std::sync::Arc;

use super::tables::{JobRecord, State};
use crate::model::{Allocation, Deployment, Job, Node, SchedulerConfiguration};
use crate::units::Index;

impl State {
    /// Puts a node, replacing the one with its id.
    pub fn load_node(&mut self, node: Node) {
        self.seen(node.modify_index);
        self.nodes.insert(node.id, Arc::new(node));
    }

    /// Puts a version of a job; the highest version loaded is the current one.
    pub fn load_job(&mut self, job: Job) {
        self.seen(job.modify_index);
        let (key, job) = (job.key(), Arc::new(job));
        let mut record = self
            .jobs
            .get(&key)
            .map_or_else(JobRecord::default, |old| (**old).clone());
        let current = record.versions.last_key_value();
        if current.is_none_or(|(version, _)| *version <= job.version) {
            record.job = Arc::clone(&job);
        }
        record.versions.insert(job.version, job);
        self.jobs.insert(key, Arc::new(record));
    }

    /// Puts an allocation, with its indexes.
    pub fn load_alloc(&mut self, alloc: Allocation) {
        self.seen(alloc.modify_index);
        self.allocs_by_job.insert((alloc.job_key(), alloc.id));
        self.allocs_by_node.insert((alloc.node_id, alloc.id));
        self.allocs_by_eval.insert((alloc.eval_id, alloc.id));
        if let Some(deployment) = alloc.deployment_id {
            self.allocs_by_deployment.insert((deployment, alloc.id));
        }
        let old = self.allocs.get(&alloc.id).cloned();
        self.move_ledger(old.as_deref(), Some(&alloc));
        self.allocs.insert(alloc.id, Arc::new(alloc));
    }

    /// Puts a deployment.
    pub fn load_deployment(&mut self, deployment: Deployment) {
        self.seen(deployment.modify_index);
        self.deployments_by_job
            .insert((deployment.job_key(), deployment.id));
        self.deployments.insert(deployment.id, Arc::new(deployment));
    }

    /// Puts the schedulers' settings.
    pub fn load_scheduler_config(&mut self, config: SchedulerConfiguration) {
        self.seen(config.modify_index);
        self.scheduler_config = Arc::new(config);
    }

    fn seen(&mut self, index: Index) {
        self.index = self.index.max(index);
    }
}
