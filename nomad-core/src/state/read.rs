//! Reading the state: by id, by owner, in order of id.

use std::ops::Bound;
use std::sync::Arc;

use imbl::OrdSet;

use super::tables::{JobRecord, State, TableName};
use crate::fit::Ledger;
use crate::id::{AllocId, DeploymentId, EvalId, JobKey, NodeId};
use crate::model::{Allocation, Deployment, Evaluation, Job, Node, SchedulerConfiguration};
use crate::secret::Secret;
use crate::units::{Index, JobVersion};

/// The members of `set` whose first half is `owner`.
fn owned<'a, K: Ord + Clone + 'a, V: Ord + Copy + Default + 'a>(
    set: &'a OrdSet<(K, V)>,
    owner: &K,
) -> impl Iterator<Item = V> + use<'a, K, V> {
    let owner = owner.clone();
    let from = (owner.clone(), V::default());
    set.range((Bound::Included(from), Bound::Unbounded))
        .take_while(move |(key, _)| *key == owner)
        .map(|(_, value)| *value)
}

impl State {
    /// Index of the last applied entry.
    #[must_use]
    pub fn index(&self) -> Index {
        self.index
    }

    /// Index of the last write to `table`; 0 when there was none.
    #[must_use]
    pub fn table_index(&self, table: TableName) -> Index {
        self.table_indexes.get(&table).copied().unwrap_or_default()
    }

    /// The node with that id.
    #[must_use]
    pub fn node(&self, id: &NodeId) -> Option<&Arc<Node>> {
        self.nodes.get(id)
    }

    /// Every node, by id.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = &Arc<Node>> {
        self.nodes.values()
    }

    /// What occupies a node: allocations whose client has not said that they ended. None when
    /// nothing does.
    #[must_use]
    pub fn ledger(&self, id: &NodeId) -> Option<&Arc<Ledger>> {
        self.ledgers.get(id)
    }

    /// How many nodes there are.
    #[must_use]
    pub fn nodes_count(&self) -> usize {
        self.nodes.len()
    }

    /// Index of the last change, by the server's side, of what should run on a node: a client that
    /// has seen it has nothing to fetch.
    #[must_use]
    pub fn node_assignment_index(&self, id: &NodeId) -> Index {
        self.node_assignments.get(id).copied().unwrap_or_default()
    }

    /// The secret that a node must show.
    #[must_use]
    pub fn node_secret(&self, id: &NodeId) -> Option<&Secret<String>> {
        self.node_secrets.get(id).map(AsRef::as_ref)
    }

    /// The current version of a job.
    #[must_use]
    pub fn job(&self, key: &JobKey) -> Option<&Arc<Job>> {
        self.jobs.get(key).map(|record| &record.job)
    }

    /// A job with what is kept about it.
    #[must_use]
    pub fn job_record(&self, key: &JobKey) -> Option<&Arc<JobRecord>> {
        self.jobs.get(key)
    }

    /// Every job, by namespace and id.
    pub fn job_records(&self) -> impl DoubleEndedIterator<Item = (&JobKey, &Arc<JobRecord>)> {
        self.jobs.iter()
    }

    /// One version of a job.
    #[must_use]
    pub fn job_version(&self, key: &JobKey, version: JobVersion) -> Option<&Arc<Job>> {
        self.jobs.get(key)?.versions.get(&version)
    }

    /// The versions of a job that retention keeps, oldest first (spec/scheduler 3.6).
    pub fn job_versions<'a>(
        &'a self,
        key: &JobKey,
    ) -> impl DoubleEndedIterator<Item = &'a Arc<Job>> + use<'a> {
        self.jobs.get(key).into_iter().flat_map(|record| {
            let kept = |(version, _): &(&JobVersion, _)| !record.retired.contains(version);
            record.versions.iter().filter(kept).map(|(_, job)| job)
        })
    }

    /// The version of its job that an allocation runs.
    #[must_use]
    pub fn job_of(&self, alloc: &Allocation) -> Option<&Arc<Job>> {
        self.job_version(&alloc.job_key(), alloc.job_version)
    }

    /// The evaluation with that id.
    #[must_use]
    pub fn eval(&self, id: &EvalId) -> Option<&Arc<Evaluation>> {
        self.evals.get(id)
    }

    /// Every evaluation, by id.
    pub fn evals(&self) -> impl DoubleEndedIterator<Item = &Arc<Evaluation>> {
        self.evals.values()
    }

    /// The evaluations of a job, by id.
    pub fn evals_of_job<'a>(
        &'a self,
        key: &JobKey,
    ) -> impl Iterator<Item = &'a Arc<Evaluation>> + use<'a> {
        owned(&self.evals_by_job, key).filter_map(|id| self.evals.get(&id))
    }

    /// The allocation with that id.
    #[must_use]
    pub fn alloc(&self, id: &AllocId) -> Option<&Arc<Allocation>> {
        self.allocs.get(id)
    }

    /// Every allocation, by id.
    pub fn allocs(&self) -> impl DoubleEndedIterator<Item = &Arc<Allocation>> {
        self.allocs.values()
    }

    /// The allocations of a job, by id.
    pub fn allocs_of_job<'a>(
        &'a self,
        key: &JobKey,
    ) -> impl Iterator<Item = &'a Arc<Allocation>> + use<'a> {
        owned(&self.allocs_by_job, key).filter_map(|id| self.allocs.get(&id))
    }

    /// The allocations on a node, by id.
    pub fn allocs_of_node<'a>(
        &'a self,
        id: &NodeId,
    ) -> impl Iterator<Item = &'a Arc<Allocation>> + use<'a> {
        owned(&self.allocs_by_node, id).filter_map(|id| self.allocs.get(&id))
    }

    /// The allocations that an evaluation last changed, by id.
    pub fn allocs_of_eval<'a>(
        &'a self,
        id: &EvalId,
    ) -> impl Iterator<Item = &'a Arc<Allocation>> + use<'a> {
        owned(&self.allocs_by_eval, id).filter_map(|id| self.allocs.get(&id))
    }

    /// The allocations of a deployment, by id.
    pub fn allocs_of_deployment<'a>(
        &'a self,
        id: &DeploymentId,
    ) -> impl Iterator<Item = &'a Arc<Allocation>> + use<'a> {
        owned(&self.allocs_by_deployment, id).filter_map(|id| self.allocs.get(&id))
    }

    /// The deployment with that id.
    #[must_use]
    pub fn deployment(&self, id: &DeploymentId) -> Option<&Arc<Deployment>> {
        self.deployments.get(id)
    }

    /// Every deployment, by id.
    pub fn deployments(&self) -> impl DoubleEndedIterator<Item = &Arc<Deployment>> {
        self.deployments.values()
    }

    /// The deployments of a job, by id.
    pub fn deployments_of_job<'a>(
        &'a self,
        key: &JobKey,
    ) -> impl Iterator<Item = &'a Arc<Deployment>> + use<'a> {
        owned(&self.deployments_by_job, key).filter_map(|id| self.deployments.get(&id))
    }

    /// The newest deployment of a job: the one with the highest `CreateIndex`.
    #[must_use]
    pub fn latest_deployment(&self, key: &JobKey) -> Option<&Arc<Deployment>> {
        self.deployments_of_job(key)
            .max_by_key(|deployment| deployment.create_index)
    }

    /// The schedulers' settings.
    #[must_use]
    pub fn scheduler_config(&self) -> &Arc<SchedulerConfiguration> {
        &self.scheduler_config
    }
}
