//! The rules that a job must keep (spec/scheduler 3.3, spec/api-cli 4.7).
//!
//! In: a canonical, complete raw job. Out: every rule it breaks, and what its author should be
//! told. Nothing stops at the first finding.

mod constraint;
mod files;
mod group;
mod job;
mod network;
mod policy;
mod reschedule;
mod resources;
mod service;
mod task;
mod volume;

use std::collections::BTreeSet;
use std::fmt;

use crate::model::JobSpec;

/// What the cluster allows: limits that an operator sets, and what exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Highest priority of a job.
    pub priority_max: i64,
    /// Highest sum of the counts of a job; 0 = no limit.
    pub count_max: i64,
    /// Tasks may use more memory than placement counts.
    pub memory_oversubscription: bool,
    /// Namespaces that exist.
    pub namespaces: BTreeSet<String>,
    /// Node pools that exist.
    pub node_pools: BTreeSet<String>,
    /// A Vault cluster is configured.
    pub vault: bool,
}

impl Default for Limits {
    /// The original's defaults (spec/scheduler 2.2).
    fn default() -> Self {
        Self {
            priority_max: 100,
            count_max: 50_000,
            memory_oversubscription: false,
            namespaces: BTreeSet::from(["default".to_owned()]),
            node_pools: BTreeSet::from(["default".to_owned(), "all".to_owned()]),
            vault: false,
        }
    }
}

/// A broken rule, or a warning: where and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The blocks around it, outermost first, such as `group "web"`.
    pub path: Vec<String>,
    /// What is wrong and what would be right.
    pub text: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for block in &self.path {
            write!(f, "{block}: ")?;
        }
        f.write_str(&self.text)
    }
}

/// Everything found in a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Broken rules.
    pub errors: Vec<Complaint>,
    /// Warnings.
    pub warnings: Vec<Complaint>,
}

/// Collects findings, knowing which block is being looked at.
pub(super) struct Collector {
    path: Vec<String>,
    found: Findings,
}

impl Collector {
    fn within(&mut self, block: String, look: impl FnOnce(&mut Self)) {
        self.path.push(block);
        look(self);
        self.path.pop();
    }

    fn error(&mut self, text: impl Into<String>) {
        self.found.errors.push(Complaint {
            path: self.path.clone(),
            text: text.into(),
        });
    }

    fn warn(&mut self, text: impl Into<String>) {
        self.found.warnings.push(Complaint {
            path: self.path.clone(),
            text: text.into(),
        });
    }

    fn require(&mut self, kept: bool, text: impl FnOnce() -> String) {
        if !kept {
            self.error(text());
        }
    }
}

/// Looks at the whole job.
#[must_use]
pub fn validate(job: &JobSpec, limits: &Limits) -> Findings {
    let mut collector = Collector {
        path: Vec::new(),
        found: Findings::default(),
    };
    job::check(&mut collector, job, limits);
    collector.found
}

/// True for text that a client fills in when the task starts.
fn is_interpolated(text: &str) -> bool {
    text.contains("${")
}
