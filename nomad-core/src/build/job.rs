//! A job in a few words.

use crate::model::constraint::{ConstraintSpec, SpreadSpec};
use crate::model::group::TaskGroupSpec;
use crate::model::network::{NetworkResourceSpec, PortSpec};
use crate::model::resources::ResourcesSpec;
use crate::model::{Job, JobSpec, TaskSpec};
use crate::spec::{AdmitError, Limits, admit};

/// Makes a [`Job`]. Names are checked when it is built.
#[derive(Debug, Clone)]
pub struct JobBuilder(JobSpec);

/// Makes a group of a job.
#[derive(Debug, Clone)]
pub struct GroupBuilder(TaskGroupSpec);

/// Makes a task of a group.
#[derive(Debug, Clone)]
pub struct TaskBuilder(TaskSpec);

impl Job {
    /// Begins a service: its allocations should always run.
    #[must_use]
    pub fn service(id: &str) -> JobBuilder {
        JobBuilder::new(id, "service")
    }

    /// Begins a batch job: its allocations should end well once.
    #[must_use]
    pub fn batch(id: &str) -> JobBuilder {
        JobBuilder::new(id, "batch")
    }
}

fn constraint(left: &str, operator: &str, right: &str) -> ConstraintSpec {
    ConstraintSpec {
        ltarget: left.to_owned(),
        rtarget: right.to_owned(),
        operand: operator.to_owned(),
    }
}

impl JobBuilder {
    fn new(id: &str, kind: &str) -> Self {
        Self(JobSpec {
            id: Some(id.to_owned()),
            name: Some(id.to_owned()),
            kind: Some(kind.to_owned()),
            datacenters: Some(vec!["*".to_owned()]),
            ..JobSpec::default()
        })
    }

    /// From 1 to 100.
    #[must_use]
    pub fn priority(mut self, priority: i64) -> Self {
        self.0.priority = Some(priority);
        self
    }

    /// Patterns of the datacenters that it may run in, instead of all.
    #[must_use]
    pub fn datacenters(mut self, patterns: &[&str]) -> Self {
        self.0.datacenters = Some(
            patterns
                .iter()
                .map(|pattern| (*pattern).to_owned())
                .collect(),
        );
        self
    }

    /// A condition on its nodes.
    #[must_use]
    pub fn constraint(mut self, left: &str, operator: &str, right: &str) -> Self {
        let all = self.0.constraints.get_or_insert_default();
        all.push(constraint(left, operator, right));
        self
    }

    /// A group of tasks that are placed together.
    #[must_use]
    pub fn group(mut self, name: &str, fill: impl FnOnce(GroupBuilder) -> GroupBuilder) -> Self {
        let group = GroupBuilder(TaskGroupSpec {
            name: Some(name.to_owned()),
            ..TaskGroupSpec::default()
        });
        self.0
            .task_groups
            .get_or_insert_default()
            .push(fill(group).0);
        self
    }

    /// The job, canonical and valid.
    ///
    /// # Errors
    ///
    /// Every rule that it breaks, as for a job that a user sends.
    pub fn build(self) -> Result<Job, AdmitError> {
        Ok(admit(self.0, &Limits::default())?.job)
    }
}

impl GroupBuilder {
    /// How many allocations of it should run.
    #[must_use]
    pub fn count(mut self, count: i64) -> Self {
        self.0.count = Some(count);
        self
    }

    /// A condition on its nodes.
    #[must_use]
    pub fn constraint(mut self, left: &str, operator: &str, right: &str) -> Self {
        let all = self.0.constraints.get_or_insert_default();
        all.push(constraint(left, operator, right));
        self
    }

    /// Spreads its allocations evenly over the values of an attribute.
    #[must_use]
    pub fn spread(mut self, attribute: &str) -> Self {
        self.0.spreads.get_or_insert_default().push(SpreadSpec {
            attribute: attribute.to_owned(),
            weight: Some(100),
            ..SpreadSpec::default()
        });
        self
    }

    /// A host port whose number is drawn when it is placed.
    #[must_use]
    pub fn port(mut self, label: &str) -> Self {
        let networks = self
            .0
            .networks
            .get_or_insert_with(|| vec![NetworkResourceSpec::default()]);
        if let Some(network) = networks.first_mut() {
            let port = PortSpec {
                label: label.to_owned(),
                ..PortSpec::default()
            };
            network.dynamic_ports.get_or_insert_default().push(port);
        }
        self
    }

    /// A task.
    #[must_use]
    pub fn task(mut self, name: &str, fill: impl FnOnce(TaskBuilder) -> TaskBuilder) -> Self {
        let task = TaskBuilder(TaskSpec {
            name: name.to_owned(),
            ..TaskSpec::default()
        });
        self.0.tasks.get_or_insert_default().push(fill(task).0);
        self
    }
}

impl TaskBuilder {
    /// What runs it.
    #[must_use]
    pub fn driver(mut self, name: &str) -> Self {
        name.clone_into(&mut self.0.driver);
        self
    }

    /// A setting for its driver.
    #[must_use]
    pub fn config(mut self, key: &str, value: impl Into<serde_json::Value>) -> Self {
        let config = self.0.config.get_or_insert_default();
        config.insert(key.to_owned(), value.into());
        self
    }

    fn resources(&mut self) -> &mut ResourcesSpec {
        self.0.resources.get_or_insert_default()
    }

    /// MHz that it asks for.
    #[must_use]
    pub fn cpu_mhz(mut self, mhz: i64) -> Self {
        self.resources().cpu = Some(mhz);
        self
    }

    /// MiB of memory that it asks for.
    #[must_use]
    pub fn memory_mib(mut self, mib: i64) -> Self {
        self.resources().memory_mb = Some(mib);
        self
    }
}
