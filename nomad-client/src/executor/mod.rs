//! One small supervisor process per task, which outlives the agent.
//!
//! The supervisor is the agent's own program, run again with the hidden first argument `executor`
//! (see [`main`]). It leads a session of its own, adopts what the task leaves behind, copies the
//! task's output into log files, records the exit and ends. The agent starts it with
//! [`Supervisor::launch`], stores the [`Handle`], and after a restart finds it again with
//! [`Supervisor::attach`]. Always true: what is needed to find the task is on the disk before the
//! command runs; a process is only ever signaled as (id, start time, boot); a task is its control
//! group, or else everything below its supervisor.
//!
//! Files in a task's state directory (mode 0700, never visible to tasks):
//!
//! ```text
//! intent.json   supervisor's id and start time, boot, control group; before the command runs
//! task.json     the task's id and start time; written by the task itself right before it runs
//! ctl           socket: one line in, one line out (see `protocol`)
//! result.json   how it ended; written once, synced, renamed into place
//! executor.log  what the supervisor had to complain about
//! ```

#[cfg(target_os = "linux")]
mod control;
#[cfg(target_os = "linux")]
mod error;
#[cfg(target_os = "linux")]
mod handle;
#[cfg(target_os = "linux")]
mod launch;
mod main;
#[cfg(target_os = "linux")]
mod order;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
mod protocol;
#[cfg(target_os = "linux")]
mod record;
#[cfg(target_os = "linux")]
mod remains;
#[cfg(target_os = "linux")]
mod supervise;
#[cfg(target_os = "linux")]
mod supervisor;
#[cfg(target_os = "linux")]
mod usage;

#[cfg(target_os = "linux")]
pub use error::{AttachError, ControlError, LaunchError, LaunchStep};
#[cfg(target_os = "linux")]
pub use handle::Handle;
pub use main::{ARGUMENT, main};
#[cfg(target_os = "linux")]
pub use order::{Account, LaunchSpec, LogOrder, Order, SupervisorProgram};
#[cfg(target_os = "linux")]
pub use process::{ProcessRef, boot_id};
#[cfg(target_os = "linux")]
pub use record::ExitRecord;
#[cfg(target_os = "linux")]
pub use supervisor::{Supervisor, TaskEnd};
#[cfg(target_os = "linux")]
pub use usage::UsageMeter;
