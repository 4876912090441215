//! The nouns of orchestration, one per file.
//!
//! What a user writes and what the state holds are different types. `JobSpec` and the other
//! `...Spec` types are the raw form: every field may be missing, names are unchecked text, and
//! their JSON is what `POST /v1/jobs/parse` answers. `Job`, `TaskGroup`, `Task` and the rest are the
//! meant form: canonical, complete, and only made by settling a raw form; their JSON is what
//! `GET /v1/job/:id` answers. Both come from one listing per noun (see `noun`), so a
//! new job field is one line.

#[macro_use]
mod noun;

pub mod alloc;
pub mod constraint;
pub mod deployment;
pub mod device;
pub mod eval;
pub mod group;
pub mod job;
pub mod list;
pub mod metric;
pub mod network;
pub mod node;
pub mod plan;
pub mod policy;
pub mod resources;
pub mod scaling;
pub mod scheduler_config;
pub mod service;
pub mod task;
pub mod task_state;
pub mod template;
pub mod volume;

pub use alloc::{AllocClientStatus, AllocDesiredStatus, Allocation, DesiredTransition};
pub use constraint::{Affinity, Constraint, Spread, SpreadTarget};
pub use deployment::{Deployment, DeploymentState, DeploymentStatus};
pub use eval::{EvalStatus, Evaluation, Trigger};
pub use group::{TaskGroup, TaskGroupSpec};
pub use job::{Job, JobSpec, JobStatus, JobType};
pub use list::{List, Table};
pub use metric::AllocMetric;
pub use node::{Node, NodeEligibility, NodeStatus};
pub use noun::{Settle, SettleError};
pub use plan::{Plan, PlanAnnotations, PlanResult};
pub use scheduler_config::SchedulerConfiguration;
pub use task::{Task, TaskSpec};
pub use task_state::{TaskEvent, TaskLifeState, TaskState};
