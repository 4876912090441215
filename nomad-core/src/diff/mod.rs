//! What changes between two versions of a job (spec/scheduler 19.2, 19.3).
//!
//! In: an old job (or none), a new one. Out: a [`JobDiff`], the tree that `job plan` shows. The
//! comparison runs over the jobs' public JSON, led by one table of names (`shape`), so that a new
//! field of a job needs no code here. What is always true: fields are sorted by name, groups and
//! tasks too; equal jobs give a tree without fields and objects.

mod annotate;
mod compare;
mod flat;
mod job;
mod shape;
mod tree;

pub use annotate::annotate;
pub use job::{DiffError, diff};
pub use tree::{Change, FieldDiff, GroupDiff, JobDiff, ObjectDiff, TaskDiff};
