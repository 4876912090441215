//! The supervisor's children: the command and the orphans that it adopted.

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::Pid;

use super::super::process::ProcStat;

/// How the command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ended {
    /// Exit code; 128 + signal when a signal killed it.
    pub(super) code: i32,
    /// That signal, else 0.
    pub(super) signal: i32,
}

/// Collects orphans that have ended, and tells when the command has. The command itself is left
/// uncollected, so that its id and its process group's cannot pass to somebody else yet.
pub(super) fn look(command: Pid) -> Option<Ended> {
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    if let Ok(status) = waitid(Id::Pid(command), flags)
        && let Some(ended) = ended(status)
    {
        return Some(ended);
    }
    loop {
        match waitid(Id::All, flags).map(|status| status.pid()) {
            Ok(Some(pid)) if pid == command => return None,
            Ok(Some(pid)) => drop(waitpid(pid, Some(WaitPidFlag::WNOHANG))),
            Err(Errno::EINTR) => {}
            _ => return None,
        }
    }
}

fn ended(status: WaitStatus) -> Option<Ended> {
    match status {
        WaitStatus::Exited(_, code) => Some(Ended { code, signal: 0 }),
        WaitStatus::Signaled(_, signal, _) => {
            let signal = signal as i32;
            Some(Ended {
                code: 128 + signal,
                signal,
            })
        }
        _ => None,
    }
}

/// Kills the command's process group. Only while the command is not collected.
pub(super) fn kill_group(command: Pid) {
    let _ = killpg(command, Signal::SIGKILL);
}

/// Kills every child there is and collects those that have ended; true when none is left. Orphans of
/// the killed become children, so it takes as many rounds as the family is deep.
pub(super) fn kill_round() -> bool {
    let own = i32::try_from(std::process::id()).unwrap_or(0);
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Err(Errno::ECHILD) => return true,
            Err(Errno::EINTR) => {}
            Ok(WaitStatus::StillAlive) | Err(_) => break,
            Ok(_) => {}
        }
    }
    // Children keep their ids until they are collected, which only this thread does.
    for child in ProcStat::all()
        .into_iter()
        .filter(|stat| stat.parent == own)
    {
        let _ = kill(Pid::from_raw(child.pid), Signal::SIGKILL);
    }
    false
}
