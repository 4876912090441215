//! Why an entry is refused. The text completes "could not ...", except where users of the original
//! match on its words.

use serde::{Deserialize, Serialize};

use crate::id::{AllocId, DeploymentId, GroupName, JobKey, NodeId};
use crate::model::DeploymentStatus;
use crate::units::{Index, JobVersion};

/// Why an entry is refused. The state did not change but for its index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ApplyError {
    /// Entries come in ascending order, each once.
    #[error("apply entry {index}: the state is already at {last}")]
    OutOfOrder {
        /// Of the entry.
        index: Index,
        /// Of the state.
        last: Index,
    },
    /// The entry was written by a later version of this program.
    #[error("apply entry {index}: its version {version} is not known here; upgrade this server")]
    Version {
        /// Of the entry.
        index: Index,
        /// Of its encoding.
        version: u8,
    },
    /// The job is not what the caller thought it is (words of the original, spec/scheduler 3.5).
    #[error("Enforcing job modify index {wanted}: {}", enforce_text(*found))]
    EnforceIndex {
        /// What the caller thought.
        wanted: Index,
        /// The job's `JobModifyIndex`; none when there is no such job.
        found: Option<Index>,
    },
    /// There is no such node.
    #[error("find node {0}: it is not registered")]
    UnknownNode(NodeId),
    /// There is no such job.
    #[error("find job {0}: it is not registered")]
    UnknownJob(JobKey),
    /// The job has no such version.
    #[error("find version {version} of job {job}: it is not kept")]
    UnknownVersion {
        /// The job.
        job: JobKey,
        /// The version.
        version: JobVersion,
    },
    /// There is no such allocation.
    #[error("find allocation {0}: there is none")]
    UnknownAlloc(AllocId),
    /// There is no such deployment.
    #[error("find deployment {0}: there is none")]
    UnknownDeployment(DeploymentId),
    /// A deployment that is over does not change any more.
    #[error("change deployment {id}: it is {status} already")]
    DeploymentOver {
        /// The deployment.
        id: DeploymentId,
        /// Where it is.
        status: DeploymentStatus,
    },
    /// The deployment has no such group.
    #[error("find group {group} in deployment {id}: there is none")]
    UnknownGroup {
        /// The deployment.
        id: DeploymentId,
        /// The group.
        group: GroupName,
    },
    /// Not enough canaries are healthy (spec/scheduler 14.3).
    #[error("promote group {group}: {healthy} of {desired} canaries are healthy")]
    CanariesNotHealthy {
        /// The group.
        group: GroupName,
        /// How many are healthy.
        healthy: i64,
        /// How many must be.
        desired: i64,
    },
    /// No group of the deployment has canaries.
    #[error("promote deployment {0}: it has no canaries to promote")]
    NothingToPromote(DeploymentId),
    /// The settings are not those that the caller saw.
    #[error("change the settings: their index is {found}, not {wanted}; read them again")]
    CheckIndex {
        /// What the caller saw.
        wanted: Index,
        /// What it is.
        found: Index,
    },
}

fn enforce_text(found: Option<Index>) -> String {
    match found {
        None => "job does not exist".to_owned(),
        Some(index) => format!("job exists with conflicting job modify index: {index}"),
    }
}
