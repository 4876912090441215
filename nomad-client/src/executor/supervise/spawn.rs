//! From order to running command.

use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::unistd::{Gid, Uid, setgid, setgroups, setuid};
use rustix::fs::OFlags;
use rustix::pipe::{PipeFlags, pipe_with};

use super::super::order::Order;
use super::super::record::{self, TASK};
use super::super::{LaunchStep, ProcessRef};

/// The command, running.
pub(super) struct Running {
    /// Its process.
    pub(super) task: ProcessRef,
    /// The reading end of its standard output, unless nobody wants it.
    pub(super) stdout: Option<OwnedFd>,
    /// The reading end of its standard error.
    pub(super) stderr: Option<OwnedFd>,
}

/// Why it does not run.
pub(super) struct Refused {
    pub(super) step: LaunchStep,
    pub(super) error: io::Error,
}

impl Refused {
    pub(super) fn prepare(error: impl Into<io::Error>) -> Self {
        Self {
            step: LaunchStep::Prepare,
            error: error.into(),
        }
    }
}

/// Runs the command of `order`. When this returns, it runs or nothing of it is left.
pub(super) fn spawn(order: &Order, state_dir: &Path) -> Result<Running, Refused> {
    let has_logs = order.logs.is_some();
    let (stdout, to_stdout) = output(has_logs).map_err(Refused::prepare)?;
    let (stderr, to_stderr) = output(has_logs).map_err(Refused::prepare)?;
    let (steps, report) =
        pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).map_err(Refused::prepare)?;
    let birth = Birth {
        order: order.clone(),
        state_dir: state_dir.to_owned(),
        report,
    };

    let mut command = Command::new(&order.program);
    command
        .args(&order.args)
        .env_clear()
        .envs(&order.env)
        .process_group(0);
    command
        .stdin(Stdio::null())
        .stdout(to_stdout)
        .stderr(to_stderr);
    #[expect(
        unsafe_code,
        reason = "the standard library's only way to run code in the new process"
    )]
    // SAFETY: this process has one thread (see `executor::main`), so the copy of it that runs the
    // closure holds no lock of another thread and may allocate and use files as it likes.
    unsafe {
        command.pre_exec(move || birth.live());
    }
    match command.spawn() {
        Ok(child) => {
            let pid = i32::try_from(child.id()).map_err(|_| {
                Refused::prepare(io::Error::other("the process id is out of range"))
            })?;
            // The child wrote the same down before it ran the command; it may have ended since.
            let task = record::read(state_dir, TASK).or_else(|| ProcessRef::of(pid));
            let task = task.unwrap_or(ProcessRef {
                pid,
                start_ticks: 0,
            });
            Ok(Running {
                task,
                stdout,
                stderr,
            })
        }
        Err(error) => {
            let mut step = [0u8; 1];
            let step = match rustix::io::read(&steps, &mut step) {
                Ok(1) => step_of(step[0]),
                _ => LaunchStep::Run,
            };
            Err(Refused { step, error })
        }
    }
}

/// A pipe for one output: the end to read from, which never blocks, and the end for the command.
fn output(wanted: bool) -> io::Result<(Option<OwnedFd>, Stdio)> {
    if !wanted {
        return Ok((None, Stdio::null()));
    }
    let (read, write) = pipe_with(PipeFlags::CLOEXEC)?;
    rustix::fs::fcntl_setfl(&read, OFlags::NONBLOCK)?;
    Ok((Some(read), Stdio::from(write)))
}

fn step_of(byte: u8) -> LaunchStep {
    match byte {
        b'g' => LaunchStep::Group,
        b'r' => LaunchStep::Record,
        b'u' => LaunchStep::User,
        b'w' => LaunchStep::WorkDir,
        _ => LaunchStep::Run,
    }
}

/// What the new process does between its birth and the command.
struct Birth {
    order: Order,
    state_dir: PathBuf,
    report: OwnedFd,
}

impl Birth {
    fn live(&self) -> io::Result<()> {
        // As root or not, raising one's own value is always allowed; lowering may not be.
        let _ = fs::write(
            "/proc/self/oom_score_adj",
            self.order.oom_score_adj.to_string(),
        );
        self.at(b'g', self.join_group())?;
        self.at(b'r', self.record())?;
        self.at(b'u', self.become_user())?;
        self.at(
            b'w',
            nix::unistd::chdir(&self.order.work_dir).map_err(io::Error::from),
        )
    }

    /// Tells the parent which step failed; the error itself takes the standard library's way.
    fn at(&self, step: u8, done: io::Result<()>) -> io::Result<()> {
        if done.is_err() {
            let _ = rustix::io::write(self.report.as_fd(), &[step]);
        }
        done
    }

    fn join_group(&self) -> io::Result<()> {
        for file in self.order.group.join_files() {
            fs::write(file, "0")?;
        }
        Ok(())
    }

    /// Written by the process itself, so that no command ever runs that is not recorded, whenever
    /// its supervisor may die.
    fn record(&self) -> io::Result<()> {
        let own = ProcessRef::own().ok_or(io::ErrorKind::NotFound)?;
        record::write(&self.state_dir, TASK, &own, false)
    }

    fn become_user(&self) -> io::Result<()> {
        let Some(account) = &self.order.account else {
            return Ok(());
        };
        let groups: Vec<Gid> = account
            .groups
            .iter()
            .map(|gid| Gid::from_raw(*gid))
            .collect();
        setgroups(&groups)?;
        setgid(Gid::from_raw(account.gid))?;
        setuid(Uid::from_raw(account.uid))?;
        Ok(())
    }
}
