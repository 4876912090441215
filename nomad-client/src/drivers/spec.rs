//! Everything that a driver is told about a task.

use std::collections::BTreeMap;
use std::path::PathBuf;

use nomad_core::id::{AllocId, GroupName, JobKey, NodeId, TaskName};
use tokio::sync::mpsc;

use super::TaskRunId;

/// Whose task it is: for labels, names and messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskOwner {
    /// The allocation.
    pub alloc: AllocId,
    /// The task group.
    pub group: GroupName,
    /// The task.
    pub task: TaskName,
    /// The job.
    pub job: JobKey,
    /// The job's name, which may differ from its id.
    pub job_name: String,
    /// The node that runs it.
    pub node: NodeId,
    /// That node's name.
    pub node_name: String,
}

/// `memory_max`: how far a task may go above its reservation (spec/client 19.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryMax {
    /// No further than `memory`.
    AsReserved,
    /// Up to this many MiB.
    Mib(u64),
    /// As far as the machine goes (`-1`).
    Unlimited,
}

/// What the task may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskResources {
    /// CPU in MHz, which is also the weight against other tasks.
    pub cpu_mhz: u64,
    /// Cores kept for this task alone.
    pub cores: Vec<u16>,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// Memory above the reservation.
    pub memory_max: MemoryMax,
    /// Highest number of processes, where the driver can limit it.
    pub pids_max: Option<u64>,
}

/// One port of the allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortSpec {
    /// Its label in the job file.
    pub label: String,
    /// Address on the host.
    pub host_ip: String,
    /// Port on the host.
    pub host_port: u16,
    /// Port in the task's network; the host's when the job file gives none.
    pub to: u16,
}

/// Where the task's files lie on the host (spec/client 6). All paths are absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskDirs {
    /// `ALLOCS/<allocation>`.
    pub alloc: PathBuf,
    /// `ALLOCS/<allocation>/alloc`, shared by the tasks of the allocation.
    pub shared: PathBuf,
    /// `ALLOCS/<allocation>/alloc/logs`.
    pub logs: PathBuf,
    /// `ALLOCS/<allocation>/<task>`.
    pub task: PathBuf,
    /// `<task>/local`.
    pub local: PathBuf,
    /// `<task>/secrets`.
    pub secrets: PathBuf,
    /// `<task>/private`, never shown to the task.
    pub private: PathBuf,
    /// The driver's own notes, outside of what tasks can write: a directory (mode 0700) of the
    /// agent's state directory, the same for all tasks.
    pub state: PathBuf,
}

/// How much of the task's output is kept (spec/client 26.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogLimits {
    /// Number of files per stream, at least 1.
    pub max_files: u32,
    /// Size of one file in bytes, at least 1.
    pub max_file_bytes: u64,
}

/// Something a driver wants told while it starts a task, such as the progress of a download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriverEvent {
    /// Text of the task event of type `Driver`.
    pub message: String,
    /// Its details.
    pub details: BTreeMap<String, String>,
}

/// Everything a driver is told about a task. No `Debug`: the environment holds secrets.
#[derive(Clone)]
pub struct TaskSpec {
    /// Names this start.
    pub run: TaskRunId,
    /// Whose task it is.
    pub owner: TaskOwner,
    /// The task's `config` block with all references filled in.
    pub config: serde_json::Map<String, serde_json::Value>,
    /// The complete environment.
    pub env: BTreeMap<String, String>,
    /// The job file's `user`.
    pub user: Option<String>,
    /// What the task may use.
    pub resources: TaskResources,
    /// Ports of the allocation.
    pub ports: Vec<PortSpec>,
    /// Where its files lie.
    pub dirs: TaskDirs,
    /// How much output is kept; `None` when `logs { disabled = true }`.
    pub logs: Option<LogLimits>,
    /// Where to tell what happens during the start. Full or closed queues lose events, never time.
    pub events: mpsc::Sender<DriverEvent>,
}

impl TaskSpec {
    /// Tells an event; it is dropped when nobody has room for it.
    pub fn tell(&self, message: impl Into<String>) {
        let event = DriverEvent {
            message: message.into(),
            details: BTreeMap::new(),
        };
        let _ = self.events.try_send(event);
    }
}
