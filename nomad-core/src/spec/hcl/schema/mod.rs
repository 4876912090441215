//! The job language as tables, one file per noun.

mod artifact;
mod connect;
mod constraint;
mod description;
mod gateway;
mod group;
mod job;
mod network;
mod policy;
mod resources;
mod service;
mod shorthand;
mod task;
mod template;
mod volume;

pub(super) use description::{Attribute, Block, Content, Count, Kind, Object, Schema};
pub(super) use group::GROUP;
pub(super) use job::JOB;
