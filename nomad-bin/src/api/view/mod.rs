//! Small views of the API's answers: only the fields that the command line shows. Unknown fields are ignored,
//! absent and null ones are empty.

mod agent;
mod alloc;
mod deployment;
mod diff;
mod eval;
mod job;
mod metric;
mod node;
mod nullable;
mod stats;
mod written;

pub(crate) use agent::{Agent, Member, Members};
pub(crate) use alloc::{Alloc, AllocStub, Resources, TaskEvent, TaskState};
pub(crate) use deployment::{Deployment, GroupProgress};
pub(crate) use diff::{Change, FieldDiff, GroupDiff, JobDiff, ObjectDiff, TaskDiff};
pub(crate) use eval::Eval;
pub(crate) use job::{Job, JobStub, Summary};
pub(crate) use metric::Metric;
pub(crate) use node::{Node, NodeStub};
pub(crate) use nullable::nullable;
pub(crate) use stats::{AllocUsage, HostUsage, Usage};
pub(crate) use written::{DeploymentWritten, Matches, NodeWritten, Plan, Registered, Validated};
