//! The whole state as one value, for snapshots of the log, and back.
//!
//! The image holds the rows; indexes over them are made again on restore. `version` comes first so
//! that a reader can refuse an image before it drops what it has. Version 1 fields may be added
//! (with a default), never changed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{JobRecord, State, TableName};
use crate::id::{JobKey, NodeId};
use crate::model::{Allocation, Deployment, Evaluation, Node, SchedulerConfiguration};
use crate::secret::Secret;
use crate::units::Index;

/// Version of [`StateImage`] that this program writes, and the highest that it reads.
pub const IMAGE_VERSION: u32 = 1;

/// Every row of the state, in order of key.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StateImage {
    /// [`IMAGE_VERSION`] of the writer.
    pub version: u32,
    /// Index of the last applied entry.
    pub index: Index,
    /// Nodes, by id.
    pub nodes: Vec<Arc<Node>>,
    /// The secret that each must show.
    pub node_secrets: Vec<NodeSecret>,
    /// Jobs with what is kept about them.
    pub jobs: Vec<Arc<JobRecord>>,
    /// Evaluations, by id.
    pub evals: Vec<Arc<Evaluation>>,
    /// Allocations, by id.
    pub allocs: Vec<Arc<Allocation>>,
    /// Deployments, by id.
    pub deployments: Vec<Arc<Deployment>>,
    /// Settings of the schedulers.
    pub scheduler_config: Arc<SchedulerConfiguration>,
    /// Index of the last write per table.
    pub table_indexes: Vec<(TableName, Index)>,
    /// Index of the last server-side change per node.
    pub node_assignments: Vec<(NodeId, Index)>,
}

/// The secret of a node. It has no `Debug`.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct NodeSecret {
    /// The node.
    pub id: NodeId,
    /// What it must show.
    #[serde(with = "crate::secret::on_wire")]
    pub secret: Secret<String>,
}

/// Why an image is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// A later program wrote it.
    #[error(
        "restore the state: the snapshot has version {found}, up to {IMAGE_VERSION} is known; upgrade this server"
    )]
    Version {
        /// Of the image.
        found: u32,
    },
    /// The digest that came with the image is another one.
    #[error(
        "restore the state: the snapshot's digest is {found}, {wanted} was written with it; take another copy"
    )]
    Digest {
        /// Of the rows.
        found: String,
        /// As written.
        wanted: String,
    },
}

impl State {
    /// Every row, in order of key. Rows are shared, not copied.
    #[must_use]
    pub fn image(&self) -> StateImage {
        let secrets = self.node_secrets.iter();
        StateImage {
            version: IMAGE_VERSION,
            index: self.index,
            nodes: self.nodes.values().cloned().collect(),
            node_secrets: secrets
                .map(|(id, secret)| NodeSecret {
                    id: *id,
                    secret: (**secret).clone(),
                })
                .collect(),
            jobs: self.jobs.values().cloned().collect(),
            evals: self.evals.values().cloned().collect(),
            allocs: self.allocs.values().cloned().collect(),
            deployments: self.deployments.values().cloned().collect(),
            scheduler_config: Arc::clone(&self.scheduler_config),
            table_indexes: self.table_indexes.iter().map(|(k, v)| (*k, *v)).collect(),
            node_assignments: self
                .node_assignments
                .iter()
                .map(|(id, index)| (*id, *index))
                .collect(),
        }
    }

    /// Builds a state from its rows, aside from any other.
    ///
    /// # Errors
    ///
    /// [`RestoreError::Version`] when a later program wrote the image.
    pub fn from_image(image: StateImage) -> Result<Self, RestoreError> {
        let found = image.version;
        if found == 0 || found > IMAGE_VERSION {
            return Err(RestoreError::Version { found });
        }
        let mut state = Self {
            index: image.index,
            scheduler_config: image.scheduler_config,
            table_indexes: image.table_indexes.into_iter().collect(),
            node_assignments: image.node_assignments.into_iter().collect(),
            ..Self::default()
        };
        state.nodes = image.nodes.into_iter().map(|it| (it.id, it)).collect();
        state.node_secrets = image
            .node_secrets
            .into_iter()
            .map(|it| (it.id, Arc::new(it.secret)))
            .collect();
        image.jobs.into_iter().for_each(|it| state.take_job(it));
        image.evals.into_iter().for_each(|it| state.take_eval(it));
        image.allocs.into_iter().for_each(|it| state.take_alloc(it));
        for deployment in image.deployments {
            let row = (deployment.job_key(), deployment.id);
            state.deployments_by_job.insert(row);
            state.deployments.insert(deployment.id, deployment);
        }
        Ok(state)
    }

    /// The current version is one row with its entry in the table of versions.
    fn take_job(&mut self, mut record: Arc<JobRecord>) {
        let same = record.versions.get(&record.job.version).cloned();
        if let Some(same) = same {
            Arc::make_mut(&mut record).job = same;
        }
        self.jobs.insert(record.job.key(), record);
    }

    fn take_eval(&mut self, eval: Arc<Evaluation>) {
        self.evals_by_job.insert((eval.job_key(), eval.id));
        self.evals.insert(eval.id, eval);
    }

    fn take_alloc(&mut self, alloc: Arc<Allocation>) {
        let key: JobKey = alloc.job_key();
        self.allocs_by_job.insert((key, alloc.id));
        self.allocs_by_node.insert((alloc.node_id, alloc.id));
        self.allocs_by_eval.insert((alloc.eval_id, alloc.id));
        if let Some(deployment) = alloc.deployment_id {
            self.allocs_by_deployment.insert((deployment, alloc.id));
        }
        self.move_ledger(None, Some(&alloc));
        self.allocs.insert(alloc.id, alloc);
    }
}
