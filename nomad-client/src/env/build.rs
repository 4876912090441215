//! The environment, layer by layer.

use std::collections::BTreeMap;
use std::path::PathBuf;

use nomad_core::id::RegionName;
use nomad_core::model::{Allocation, Job, Node, Task, TaskGroup};

use super::{clean, fill, ports};
use crate::drivers::Isolation;
use crate::fs::{AllocLayout, TaskPaths};

/// The task's directories, by the names under which it sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenDirs {
    /// `NOMAD_ALLOC_DIR`.
    pub alloc: PathBuf,
    /// `NOMAD_TASK_DIR`.
    pub task: PathBuf,
    /// `NOMAD_SECRETS_DIR`.
    pub secrets: PathBuf,
}

impl SeenDirs {
    /// Host paths for tasks that share the host's files; `/alloc`, `/local` and `/secrets` for the
    /// others (spec/client 6).
    #[must_use]
    pub fn under(isolation: Isolation, layout: &AllocLayout, task: &TaskPaths) -> Self {
        match isolation {
            Isolation::None => Self {
                alloc: layout.shared(),
                task: task.local.clone(),
                secrets: task.secrets.clone(),
            },
            Isolation::Chroot | Isolation::Image => Self {
                alloc: PathBuf::from("/alloc"),
                task: PathBuf::from("/local"),
                secrets: PathBuf::from("/secrets"),
            },
        }
    }
}

/// Everything that an environment is made of.
#[derive(Clone, Copy)]
pub struct TaskEnvInput<'a> {
    /// The node that runs the task.
    pub node: &'a Node,
    /// The agent's region.
    pub region: &'a RegionName,
    /// The allocation.
    pub alloc: &'a Allocation,
    /// Its job.
    pub job: &'a Job,
    /// Its group.
    pub group: &'a TaskGroup,
    /// The task.
    pub task: &'a Task,
    /// Its directories.
    pub dirs: &'a SeenDirs,
    /// The agent's own variables that may be passed on; empty for tasks in images.
    pub host: &'a BTreeMap<String, String>,
    /// What hooks add, in their order (templates last).
    pub hooks: &'a [BTreeMap<String, String>],
}

/// A task's environment. No `Debug`: it may hold secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct TaskEnv {
    vars: BTreeMap<String, String>,
    node: BTreeMap<String, String>,
}

impl TaskEnv {
    /// Builds the environment. Later layers win: the host's variables, `NOMAD_*`, meta, the task's
    /// `env`, hooks (spec/client 17.1). Entries of `env` do not see each other.
    #[must_use]
    pub fn build(input: TaskEnvInput<'_>) -> Self {
        let node = node_names(input.node, input.region);
        let mut vars = base(&input);
        let granted = &input.alloc.resources;
        vars.extend(ports::task_networks(granted, input.task.name.as_str()));
        let status = input.alloc.network_status.as_ref();
        vars.extend(ports::group(&granted.shared.ports, status));
        let known = clean_all(vars);
        let fill = |text: &str, known: &BTreeMap<String, String>| {
            fill::fill(text, |name| {
                node.get(name)
                    .or_else(|| known.get(name))
                    .map(String::as_str)
            })
        };
        let mut with_meta = known.clone();
        with_meta.extend(
            meta(&input)
                .into_iter()
                .map(|(name, value)| (clean::clean(name), fill(&value, &known))),
        );
        let mut vars = input.host.clone();
        vars.extend(with_meta.clone());
        vars.extend(
            input
                .task
                .env
                .iter()
                .map(|(name, value)| (clean::clean(name.clone()), fill(value, &with_meta))),
        );
        for layer in input.hooks {
            vars.extend(layer.clone());
        }
        Self { vars, node }
    }

    /// The complete environment.
    #[must_use]
    pub fn vars(&self) -> &BTreeMap<String, String> {
        &self.vars
    }

    /// What a name stands for: something of the node, or a variable.
    pub(super) fn look_up(&self, name: &str) -> Option<&str> {
        self.node
            .get(name)
            .or_else(|| self.vars.get(name))
            .map(String::as_str)
    }
}

fn clean_all(vars: Vec<(String, String)>) -> BTreeMap<String, String> {
    vars.into_iter()
        .map(|(name, value)| (clean::clean(name), value))
        .collect()
}

/// `node.*`, `attr.*` and `meta.*`.
fn node_names(node: &Node, region: &RegionName) -> BTreeMap<String, String> {
    let own = [
        ("node.unique.id", node.id.to_string()),
        ("node.unique.name", node.name.clone()),
        ("node.datacenter", node.datacenter.clone()),
        ("node.region", region.to_string()),
        ("node.class", node.node_class.clone()),
        ("node.pool", node.node_pool.to_string()),
    ];
    let mut names: BTreeMap<String, String> = own
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    names.extend(
        node.attributes
            .iter()
            .map(|(key, value)| (format!("attr.{key}"), value.clone())),
    );
    names.extend(
        node.meta
            .iter()
            .map(|(key, value)| (format!("meta.{key}"), value.clone())),
    );
    names
}

fn base(input: &TaskEnvInput<'_>) -> Vec<(String, String)> {
    let TaskEnvInput {
        node,
        region,
        alloc,
        job,
        group,
        task,
        dirs,
        ..
    } = *input;
    let granted = alloc.resources.tasks.get(task.name.as_str());
    let cpu_mhz = granted.map_or(0, |granted| granted.cpu.cpu_shares);
    let memory_mib = granted.map_or(0, |granted| granted.memory.memory_mb);
    let memory_max_mib = granted.map_or(0, |granted| granted.memory.memory_max_mb);
    let cores = granted
        .map(|granted| granted.cpu.reserved_cores.as_slice())
        .unwrap_or_default();
    let mut vars = vec![
        ("NOMAD_ALLOC_DIR", dirs.alloc.display().to_string()),
        ("NOMAD_TASK_DIR", dirs.task.display().to_string()),
        ("NOMAD_SECRETS_DIR", dirs.secrets.display().to_string()),
        ("NOMAD_ALLOC_ID", alloc.id.to_string()),
        ("NOMAD_SHORT_ALLOC_ID", alloc.id.short()),
        ("NOMAD_ALLOC_INDEX", alloc.name_index().to_string()),
        ("NOMAD_ALLOC_NAME", alloc.name.clone()),
        ("NOMAD_GROUP_NAME", group.name.to_string()),
        ("NOMAD_TASK_NAME", task.name.to_string()),
        ("NOMAD_JOB_ID", job.id.to_string()),
        ("NOMAD_JOB_NAME", job.name.clone()),
        ("NOMAD_NAMESPACE", alloc.namespace.to_string()),
        ("NOMAD_REGION", region.to_string()),
        ("NOMAD_DC", node.datacenter.clone()),
        ("NOMAD_CPU_LIMIT", cpu_mhz.to_string()),
        ("NOMAD_MEMORY_LIMIT", memory_mib.to_string()),
        ("NOMAD_CPU_CORES", core_list(cores)),
    ];
    if memory_max_mib != 0 {
        vars.push(("NOMAD_MEMORY_MAX_LIMIT", memory_max_mib.to_string()));
    }
    if !job.parent_id.is_empty() {
        vars.push(("NOMAD_JOB_PARENT_ID", job.parent_id.clone()));
    }
    if !node.cgroup_parent.is_empty() {
        vars.push(("NOMAD_PARENT_CGROUP", node.cgroup_parent.clone()));
    }
    vars.into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Reserved cores as `0-1,4`. Without any it is a single blank, as the reference has it: scripts
/// look at the variable, so it is there.
fn core_list(cores: &[u16]) -> String {
    if cores.is_empty() {
        return " ".to_owned();
    }
    crate::cgroups::core_list(cores)
}

/// Meta of job, group and task, the narrower winning; each key as written and in capitals. A
/// dispatched job's optional keys are there even when nobody gave them.
fn meta(input: &TaskEnvInput<'_>) -> BTreeMap<String, String> {
    let mut merged: BTreeMap<&str, &str> = BTreeMap::new();
    let optional = input
        .job
        .parameterized
        .iter()
        .filter(|_| input.job.dispatched);
    for key in optional.flat_map(|template| template.meta_optional.iter()) {
        merged.insert(key, "");
    }
    for layer in [&input.job.meta, &input.group.meta, &input.task.meta] {
        merged.extend(
            layer
                .iter()
                .map(|(key, value)| (key.as_str(), value.as_str())),
        );
    }
    let mut vars = BTreeMap::new();
    for (key, value) in &merged {
        vars.insert(
            format!("NOMAD_META_{}", key.to_uppercase()),
            (*value).to_owned(),
        );
    }
    for (key, value) in merged {
        vars.insert(format!("NOMAD_META_{key}"), value.to_owned());
    }
    vars
}
