//! The supervisor from beginning to end.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use nix::unistd::Pid;
use nomad_core::units::Timestamp;

use super::super::order::{Order, VERSION};
use super::super::record::{self, Announcement, INTENT, Intent};
use super::super::{ProcessRef, boot_id};
use super::listen::Listener;
use super::pump::Pump;
use super::spawn::{Refused, Running, spawn};
use super::watch::{Watch, child_signals};
use super::{boot, end, shed};
use crate::logs::Stream;

/// Largest order in bytes: the kernel's own bound on arguments and environment, and some.
const ORDER_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// Why a supervisor ended without having done its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SuperviseError {
    #[error("start the supervisor: {0}")]
    Boot(io::Error),
    #[error("read the order: {0}")]
    Order(io::Error),
    #[error("record the task's exit: {0}")]
    Result(io::Error),
}

/// Reads an order from standard input, announces on standard output, and stays until the command
/// has ended and everything of it is gone.
pub(crate) fn run(state_dir: &Path) -> Result<(), SuperviseError> {
    boot::detach().map_err(SuperviseError::Boot)?;
    let order = read_order().map_err(SuperviseError::Order)?;
    let group = order.group.clone();
    let oom_before = end::oom_kills(&group);
    let started_at = record::now();
    let begun = begin(&order, state_dir);
    // Arguments and environment are not needed any more, and this process lives as long as the task.
    drop(order);
    let mut watch = match begun {
        Ok((watch, task)) => {
            announce(&started(task, started_at));
            watch
        }
        Err(refused) => {
            announce(&Announcement::Failed {
                step: refused.step,
                errno: refused.error.raw_os_error().unwrap_or(0),
                text: refused.error.to_string(),
            });
            return Ok(());
        }
    };
    shed::shed();
    let ended = watch.until_end();
    end::finish(watch, ended, &group, oom_before, started_at, state_dir)
        .map_err(SuperviseError::Result)
}

fn read_order() -> io::Result<Order> {
    let mut text = Vec::new();
    io::stdin().take(ORDER_BYTES_MAX).read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

fn begin(order: &Order, state_dir: &Path) -> Result<(Watch, ProcessRef), Refused> {
    let listener = Listener::open(state_dir).map_err(Refused::prepare)?;
    let signals = child_signals().map_err(Refused::prepare)?;
    let supervisor = ProcessRef::own().ok_or_else(|| Refused::prepare(io::ErrorKind::NotFound))?;
    let group = order.group.clone();
    let intent = Intent {
        version: VERSION,
        boot_id: boot_id(),
        supervisor,
        group,
    };
    record::write(state_dir, INTENT, &intent, false).map_err(Refused::prepare)?;
    let Running {
        task,
        stdout,
        stderr,
    } = spawn(order, state_dir)?;
    let mut pumps = Vec::new();
    if let Some(logs) = &order.logs {
        for (pipe, stream) in [(stdout, Stream::Stdout), (stderr, Stream::Stderr)] {
            // Without its files the task runs on and its output is lost.
            match pipe.map(|pipe| Pump::new(pipe, logs, stream)) {
                Some(Ok(pump)) => pumps.push(pump),
                Some(Err(error)) => eprintln!("could not open the log files of {stream}: {error}"),
                None => {}
            }
        }
    }
    Ok((
        Watch::new(Pid::from_raw(task.pid), pumps, listener, signals),
        task,
    ))
}

fn started(task: ProcessRef, at: Timestamp) -> Announcement {
    let supervisor = ProcessRef::own().unwrap_or(ProcessRef {
        pid: 0,
        start_ticks: 0,
    });
    Announcement::Started {
        supervisor,
        task,
        at,
    }
}

/// Tells the agent, then lets go of the pipes to it. If the agent is gone the task runs on.
fn announce(words: &Announcement) {
    let text = serde_json::to_vec(words).unwrap_or_default();
    let mut stdout = io::stdout();
    let _ = stdout.write_all(&text).and_then(|()| stdout.flush());
    if let Ok(null) = File::options().read(true).write(true).open("/dev/null") {
        let _ = nix::unistd::dup2_stdin(&null);
        let _ = nix::unistd::dup2_stdout(&null);
    }
}
