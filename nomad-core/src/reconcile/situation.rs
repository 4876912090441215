//! What the reconciler looks at.

use std::collections::BTreeMap;

use crate::id::{EvalId, JobKey, NodeId};
use crate::model::{Allocation, Deployment, Job, Node, TaskGroup};
use crate::seed::Seed;
use crate::units::{JobVersion, Timestamp};

/// What an allocation of another version of the job needs (spec/scheduler 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// The new version, where it is.
    Inplace,
    /// A replacement.
    Replacement,
}

/// What the reconciler looks at; see the module's head.
pub struct Situation<'a, 'c> {
    /// The job's name, also when the job is gone.
    pub key: &'c JobKey,
    /// The job as it is wanted; none when it is gone.
    pub job: Option<&'a Job>,
    /// A batch job: what ended well is done.
    pub batch: bool,
    /// The job's latest deployment.
    pub deployment: Option<&'a Deployment>,
    /// All allocations of the job, of every incarnation.
    pub allocs: Vec<&'a Allocation>,
    /// Nodes of these allocations that are down, draining, disconnected, or gone (none).
    pub tainted: BTreeMap<NodeId, Option<&'a Node>>,
    /// The present.
    pub now: Timestamp,
    /// The evaluation.
    pub eval_id: EvalId,
    /// Its priority.
    pub eval_priority: i64,
    /// The version of its job that an allocation runs.
    pub job_of: &'c dyn Fn(&Allocation) -> Option<&'a Job>,
    /// What an allocation needs.
    pub needs: &'c mut dyn FnMut(&Allocation, &TaskGroup) -> Needs,
    /// Draws the ids of deployments and evaluations.
    pub seed: &'c mut Seed,
}

impl<'a> Situation<'a, '_> {
    /// The group of the version that an allocation runs.
    #[must_use]
    pub fn group_of(&self, alloc: &Allocation) -> Option<&'a TaskGroup> {
        (self.job_of)(alloc)?.group(alloc.task_group.as_str())
    }

    /// An allocation runs an older version or an older incarnation of the job.
    #[must_use]
    pub fn is_older(&self, alloc: &Allocation) -> bool {
        self.job.is_some_and(|job| {
            alloc.job_version < job.version || alloc.job_create_index < job.create_index
        })
    }

    /// An allocation runs the version that is wanted.
    #[must_use]
    pub fn is_current(&self, alloc: &Allocation) -> bool {
        self.job.is_some_and(|job| {
            alloc.job_version == job.version && alloc.job_create_index == job.create_index
        })
    }

    /// The version that is wanted.
    #[must_use]
    pub fn version(&self) -> JobVersion {
        self.job.map_or(JobVersion(0), |job| job.version)
    }
}
