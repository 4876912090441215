//! Task drivers: how one task becomes a process, a container, or a pretence of either.
//!
//! The two types to know are [`Driver`], what every driver can do, and [`TaskSpec`], everything a
//! driver is told about the task. A driver never decides whether to restart and never talks to a
//! server; the task runner does.

#[cfg(target_os = "linux")]
mod block;
#[cfg(target_os = "linux")]
pub mod docker;
mod driver;
mod error;
mod exit;
mod handle;
mod health;
#[cfg(target_os = "linux")]
pub mod mock;
#[cfg(target_os = "linux")]
pub mod raw_exec;
mod spec;
mod usage;

pub use driver::{Capabilities, Driver, Inspection, Isolation, Started};
pub use error::{RecoverError, StartError, TaskError};
pub use exit::ExitResult;
pub use handle::{TaskHandle, TaskRunId};
pub use health::{DriverFingerprint, DriverHealth};
pub use spec::{
    DriverEvent, LogLimits, MemoryMax, PortSpec, TaskDirs, TaskOwner, TaskResources, TaskSpec,
};
pub use usage::{CpuUsage, MemoryUsage, ResourceUsage, TaskUsage};
