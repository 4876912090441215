//! The supervisor's long wait: output, questions, and the end of the command.

use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::SigSet;
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::Pid;

use super::super::protocol::Ask;
use super::children::{self, Ended};
use super::listen::Listener;
use super::pump::{BUFFER_BYTES, Pump};
use crate::signals::Signal;

/// Everything the supervisor holds while the command runs.
pub(super) struct Watch {
    pub(super) command: Pid,
    pub(super) pumps: Vec<Pump>,
    pub(super) listener: Listener,
    pub(super) signals: SignalFd,
    /// When a stop that was asked for turns into a kill.
    pub(super) kill_at: Option<Instant>,
    pub(super) buffer: Vec<u8>,
}

/// The descriptor that becomes readable when a child ends. Opened before the command runs, so that no
/// end is missed.
pub(super) fn child_signals() -> nix::Result<SignalFd> {
    let mut mask = SigSet::empty();
    mask.add(nix::sys::signal::Signal::SIGCHLD);
    SignalFd::with_flags(&mask, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)
}

impl Watch {
    pub(super) fn new(
        command: Pid,
        pumps: Vec<Pump>,
        listener: Listener,
        signals: SignalFd,
    ) -> Self {
        Self {
            command,
            pumps,
            listener,
            signals,
            kill_at: None,
            buffer: vec![0; BUFFER_BYTES],
        }
    }

    /// Waits until the command has ended.
    pub(super) fn until_end(&mut self) -> Ended {
        loop {
            if let Some(ended) = children::look(self.command) {
                return ended;
            }
            self.kill_when_due();
            self.wait(self.patience());
            while let Ok(Some(_)) = self.signals.read_signal() {}
            self.pump();
            self.answer();
        }
    }

    /// Copies output until every writer is gone or `patience` is over.
    pub(super) fn drain(&mut self, patience: Duration) {
        let deadline = Instant::now() + patience;
        loop {
            self.pump();
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || self.pumps.iter().all(|pump| pump.fd().is_none()) {
                return;
            }
            self.wait(Some(left));
        }
    }

    fn pump(&mut self) {
        for pump in &mut self.pumps {
            pump.turn(&mut self.buffer);
        }
    }

    fn patience(&self) -> Option<Duration> {
        self.kill_at
            .map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// Sleeps until something happens. Errors are treated as "something": the loop looks anyway, and
    /// the pause keeps it from spinning.
    fn wait(&self, patience: Option<Duration>) {
        let mut fds = vec![PollFd::new(self.signals.as_fd(), PollFlags::POLLIN)];
        fds.extend(self.pumps.iter().filter_map(Pump::fd).map(wanting));
        fds.extend(self.listener.fds().into_iter().map(wanting));
        // Rounded up, so that a deadline has passed when the sleep ends.
        let millis = patience.map(|patience| patience.as_millis().saturating_add(1));
        let timeout = millis.map_or(PollTimeout::NONE, |millis| {
            PollTimeout::from(u16::try_from(millis).unwrap_or(u16::MAX))
        });
        if poll(&mut fds, timeout).is_err() {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn kill_when_due(&mut self) {
        if self.kill_at.is_some_and(|at| Instant::now() >= at) {
            children::kill_group(self.command);
            self.kill_at = None;
        }
    }

    fn answer(&mut self) {
        let (command, kill_at) = (self.command, &mut self.kill_at);
        self.listener.serve(|ask| {
            let signal = match ask {
                Ask::Status => return "running".to_owned(),
                Ask::Signal(signal) => signal,
                Ask::Stop(signal, timeout) => {
                    let due = Instant::now() + timeout;
                    // A second stop may hurry the first, never hold it up.
                    *kill_at = Some(kill_at.map_or(due, |at| at.min(due)));
                    signal
                }
                Ask::Kill => {
                    *kill_at = Some(Instant::now());
                    Signal::KILL
                }
            };
            send(command, signal)
        });
    }
}

/// The command is not collected while this runs, so its id is its own.
fn send(command: Pid, signal: Signal) -> String {
    let pid = rustix::process::Pid::from_raw(command.as_raw());
    let number = signal.number();
    let named = rustix::process::Signal::from_named_raw(number);
    match (pid, named) {
        (Some(pid), Some(signal)) => match rustix::process::kill_process(pid, signal) {
            Ok(()) => "ok".to_owned(),
            Err(rustix::io::Errno::SRCH) => "error not running".to_owned(),
            Err(errno) => format!("error {errno}"),
        },
        _ => format!("error no signal {number}"),
    }
}

fn wanting(fd: std::os::fd::BorrowedFd<'_>) -> PollFd<'_> {
    PollFd::new(fd, PollFlags::POLLIN)
}
