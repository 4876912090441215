//! From an assignment to what a driver is told.

use std::collections::BTreeMap;

use nomad_core::model::alloc::AllocatedTask;
use nomad_core::model::network::GrantedPort;
use nomad_core::model::task::LogConfig;
use nomad_core::model::{Job, Node, Task, TaskGroup};
use nomad_core::wire::node::Assignment;
use tokio::sync::mpsc;

use super::ClientConfig;
use crate::agent::StartFailure;
use crate::drivers::{
    Capabilities, DriverEvent, LogLimits, MemoryMax, PortSpec, StartError, TaskDirs, TaskOwner,
    TaskResources, TaskRunId, TaskSpec,
};
use crate::env::{SeenDirs, TaskEnv, TaskEnvInput};
use crate::fs::AllocLayout;

/// Where a task stands, and on which node.
pub(super) struct TaskSite<'a> {
    pub(super) config: &'a ClientConfig,
    pub(super) node: &'a Node,
    pub(super) assignment: &'a Assignment,
    pub(super) privileged: bool,
}

impl TaskSite<'_> {
    /// Everything that a driver is told.
    pub(super) fn spec(
        &self,
        run: &TaskRunId,
        driver: &Capabilities,
        events: mpsc::Sender<DriverEvent>,
    ) -> Result<TaskSpec, StartFailure> {
        let invalid = |message: String| StartFailure::Invalid { message };
        let (job, alloc) = (&*self.assignment.job, &*self.assignment.alloc);
        let found = job.group(alloc.task_group.as_str());
        let found = found.and_then(|group| Some((group, group.task(run.task.as_str())?)));
        let (group, task) =
            found.ok_or_else(|| invalid(format!("the job has no task {:?}", run.task)))?;
        let layout = AllocLayout::new(&self.config.alloc_dir, alloc.id, self.privileged);
        let env = self.env(job, group, task, driver, &layout);
        let config = env
            .fill_config(task.config.as_ref().unwrap_or(&BTreeMap::new()))
            .map_err(|error| invalid(error.to_string()))?;
        let granted = alloc.resources.tasks.get(task.name.as_str());
        Ok(TaskSpec {
            run: run.clone(),
            owner: self.owner(job, task),
            config,
            env: env.vars().clone(),
            user: Some(task.user.clone()).filter(|user| !user.is_empty()),
            resources: resources(task, granted),
            ports: alloc
                .resources
                .shared
                .ports
                .iter()
                .filter_map(port)
                .collect(),
            dirs: self.dirs(&layout, task),
            logs: log_limits(&task.log_config),
            events,
        })
    }

    fn env(
        &self,
        job: &Job,
        group: &TaskGroup,
        task: &Task,
        driver: &Capabilities,
        layout: &AllocLayout,
    ) -> TaskEnv {
        let nothing = BTreeMap::new();
        let host = &self.config.host_env;
        TaskEnv::build(TaskEnvInput {
            node: self.node,
            region: &self.config.region,
            alloc: &self.assignment.alloc,
            job,
            group,
            task,
            dirs: &SeenDirs::under(driver.isolation, layout, &layout.task(&task.name)),
            host: if driver.host_environment {
                host
            } else {
                &nothing
            },
            hooks: &[],
        })
    }

    fn owner(&self, job: &Job, task: &Task) -> TaskOwner {
        let alloc = &self.assignment.alloc;
        TaskOwner {
            alloc: alloc.id,
            group: alloc.task_group.clone(),
            task: task.name.clone(),
            job: alloc.job_key(),
            job_name: job.name.clone(),
            node: self.node.id,
            node_name: self.node.name.clone(),
        }
    }

    fn dirs(&self, layout: &AllocLayout, task: &Task) -> TaskDirs {
        let paths = layout.task(&task.name);
        TaskDirs {
            alloc: layout.root().to_owned(),
            shared: layout.shared(),
            logs: layout.logs(),
            task: paths.task,
            local: paths.local,
            secrets: paths.secrets,
            private: paths.private,
            state: self.config.driver_dir.clone(),
        }
    }
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn resources(task: &Task, granted: Option<&AllocatedTask>) -> TaskResources {
    let asked = &task.resources;
    let memory = granted.map_or(asked.memory_mb, |granted| granted.memory.memory_mb);
    let most = granted.map_or(asked.memory_max_mb, |granted| granted.memory.memory_max_mb);
    TaskResources {
        cpu_mhz: unsigned(granted.map_or(asked.cpu, |granted| granted.cpu.cpu_shares)),
        cores: granted.map_or_else(Vec::new, |granted| granted.cpu.reserved_cores.0.clone()),
        memory_mib: unsigned(memory),
        memory_max: match most {
            -1 => MemoryMax::Unlimited,
            most if most > memory => MemoryMax::Mib(unsigned(most)),
            _ => MemoryMax::AsReserved,
        },
        pids_max: None,
    }
}

/// A port as a driver sees it; one that is no port is left out.
fn port(granted: &GrantedPort) -> Option<PortSpec> {
    let host_port = u16::try_from(granted.value).ok()?;
    let to = u16::try_from(granted.to).ok().filter(|to| *to != 0);
    Some(PortSpec {
        label: granted.label.clone(),
        host_ip: granted.host_ip.clone(),
        host_port,
        to: to.unwrap_or(host_port),
    })
}

/// How much output is kept; zeros mean the original's defaults (spec/client 35).
fn log_limits(config: &LogConfig) -> Option<LogLimits> {
    let or = |given: i64, default: u64| Some(unsigned(given)).filter(|n| *n > 0).unwrap_or(default);
    (!config.disabled).then(|| LogLimits {
        max_files: u32::try_from(or(config.max_files, 10)).unwrap_or(u32::MAX),
        max_file_bytes: or(config.max_file_size_mb, 10).saturating_mul(1024 * 1024),
    })
}

/// The event that a driver's refusal becomes.
pub(super) fn failure_of(error: &StartError) -> StartFailure {
    match error {
        StartError::Config { .. } => StartFailure::Invalid {
            message: error.to_string(),
        },
        _ => StartFailure::Driver {
            message: error.to_string(),
            recoverable: error.is_recoverable(),
        },
    }
}
