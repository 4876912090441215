//! The driver itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;

use super::super::{
    Capabilities, Driver, DriverFingerprint, ExitResult, Inspection, Isolation, RecoverError,
    StartError, Started, TaskError, TaskHandle, TaskRunId, TaskSpec, TaskUsage,
};
use super::config::Config;
use super::rules::{RawExecRules, fits};
use super::{account, command};
use crate::cgroups::{Group, Limits, Tree};
use crate::executor::{
    Account, AttachError, ControlError, ExitRecord, Handle, LaunchSpec, LogOrder, Order,
    Supervisor, SupervisorProgram, TaskEnd, UsageMeter,
};
use crate::signals::Signal;

/// Version of the handle's notes.
const HANDLE_VERSION: u32 = 1;
/// How long leftovers in a control group may take to die before a new start (spec/client 19.1).
const EMPTY_PATIENCE: Duration = Duration::from_millis(1_500);
/// How long the kernel may take to let go of a control group (spec/client 19.3).
const REMOVE_PATIENCE: Duration = Duration::from_secs(30);
/// How long what a lost supervisor left may take to die.
const REMAINS_PATIENCE: Duration = Duration::from_secs(15);

/// Runs commands as plain processes of the host.
pub struct RawExec {
    rules: RawExecRules,
    supervisor: SupervisorProgram,
    cgroups: Option<Tree>,
    core_mhz: f64,
    meters: Mutex<BTreeMap<TaskRunId, Arc<UsageMeter>>>,
}

impl RawExec {
    /// A driver under these rules. `cgroups` is `None` where there are none or none may be made;
    /// `core_mhz` is the speed of one core, for statistics.
    #[must_use]
    pub fn new(
        rules: RawExecRules,
        supervisor: SupervisorProgram,
        cgroups: Option<Tree>,
        core_mhz: f64,
    ) -> Self {
        Self {
            rules,
            supervisor,
            cgroups,
            core_mhz,
            meters: Mutex::default(),
        }
    }

    fn meter(&self, run: &TaskRunId) -> Arc<UsageMeter> {
        let mut meters = match self.meters.lock() {
            Ok(meters) => meters,
            Err(poisoned) => poisoned.into_inner(),
        };
        Arc::clone(meters.entry(run.clone()).or_default())
    }

    fn forget_meter(&self, run: &TaskRunId) {
        let mut meters = match self.meters.lock() {
            Ok(meters) => meters,
            Err(poisoned) => poisoned.into_inner(),
        };
        meters.remove(run);
    }

    /// The user to become (`None`: stay), with the variables that name it.
    fn account(
        &self,
        user: Option<&str>,
        env: &mut BTreeMap<String, String>,
    ) -> Result<Option<Account>, StartError> {
        let own = account::own();
        let Some(user) = user.filter(|user| !user.is_empty()) else {
            self.rules.check_account(&own)?;
            return Ok(None);
        };
        let person = account::find(user)?;
        self.rules.check_account(&person.account)?;
        env.insert("USER".to_owned(), person.name.clone());
        env.insert("LOGNAME".to_owned(), person.name);
        env.insert("HOME".to_owned(), person.home);
        if person.account.uid == own.uid {
            return Ok(None);
        }
        if own.uid != 0 {
            let reason = format!("running as user {user:?} needs an agent that runs as root");
            return Err(StartError::Refused { reason });
        }
        Ok(Some(person.account))
    }

    /// Makes the task's control group, or takes the one that the job file names. Not being able to
    /// is an error for root only: an ordinary user's tasks run without limits.
    fn group(&self, spec: &TaskSpec, config: &Config) -> Result<Group, StartError> {
        if config.has_cgroup_override() {
            return Ok(Group::foreign(overridden(config)));
        }
        let Some(tree) = &self.cgroups else {
            return Ok(Group::default());
        };
        let made = tree.create(&spec.run.scope_name(), &Limits::of(&spec.resources));
        let emptied = made.and_then(|group| group.kill_all(EMPTY_PATIENCE).map(|()| group));
        match emptied {
            Ok(group) => Ok(group),
            Err(error) if account::own().uid == 0 => Err(error.into()),
            Err(error) => {
                tracing::debug!(run = %spec.run, %error, "the task runs without a control group");
                Ok(Group::default())
            }
        }
    }

    fn order(&self, spec: &TaskSpec, config: Config) -> Result<Order, StartError> {
        let mut env = spec.env.clone();
        let denied = || {
            self.rules
                .denied_envvars
                .iter()
                .chain(&config.denied_envvars)
        };
        env.retain(|name, _| !denied().any(|pattern| fits(pattern, name)));
        let account = self.account(spec.user.as_deref(), &mut env)?;
        let path = env.get("PATH").cloned();
        let path = path
            .or_else(|| std::env::var("PATH").ok())
            .unwrap_or_default();
        let program = command::find(&config.command, &spec.dirs, &path)?;
        let logs = spec
            .logs
            .map(|limits| LogOrder::new(spec.dirs.logs.clone(), spec.owner.task.as_str(), limits));
        Ok(Order {
            program,
            args: config.args.clone(),
            env,
            work_dir: config
                .work_dir
                .clone()
                .unwrap_or_else(|| spec.dirs.task.clone()),
            account,
            group: self.group(spec, &config)?,
            logs,
            oom_score_adj: config.oom_score_adj,
        })
    }

    fn read_handle(handle: &TaskHandle) -> Result<Handle, TaskError> {
        Ok(serde_json::from_value(handle.state.clone())?)
    }

    /// The task's supervisor, or how it was lost.
    fn find(handle: &TaskHandle) -> Result<Found, TaskError> {
        let notes = Self::read_handle(handle)?;
        match Supervisor::attach(&notes) {
            Ok(supervisor) => Ok(Found::Supervisor(supervisor)),
            Err(AttachError::NoState { .. }) => Err(TaskError::NotFound(handle.run.clone())),
            Err(AttachError::Lost { .. }) => Ok(Found::Lost(notes)),
            Err(AttachError::Rebooted) => Ok(Found::Rebooted),
            Err(error) => Err(ControlError::Attach(error).into()),
        }
    }
}

/// What a handle leads to.
enum Found {
    Supervisor(Supervisor),
    Lost(Handle),
    Rebooted,
}

fn overridden(config: &Config) -> Vec<PathBuf> {
    let root = PathBuf::from("/sys/fs/cgroup");
    let relative = |path: &str| PathBuf::from(path.trim_start_matches('/'));
    match &config.cgroup_v2 {
        Some(path) => vec![root.join(relative(path))],
        None => config
            .cgroup_v1
            .iter()
            .map(|(controller, path)| root.join(controller).join(relative(path)))
            .collect(),
    }
}

fn exit_of(record: ExitRecord) -> ExitResult {
    let leftovers = "some of its processes do not end even when killed".to_owned();
    ExitResult {
        code: record.code,
        signal: record.signal,
        oom_killed: record.oom_killed,
        at: record.at,
        error: record.has_leftovers.then_some(leftovers),
    }
}

fn unseen(reason: &str) -> ExitResult {
    ExitResult {
        code: -1,
        error: Some(reason.to_owned()),
        ..ExitResult::default()
    }
}

const LOST: &str = "the task's supervisor was killed, so its exit code is unknown";
const REBOOTED: &str = "the machine was restarted while the task ran";

/// Kills what a lost supervisor left; true when nothing is left.
async fn kill_remains(notes: Handle) -> bool {
    let work = tokio::task::spawn_blocking(move || notes.kill_remains(REMAINS_PATIENCE));
    work.await.unwrap_or(false)
}

#[async_trait]
impl Driver for RawExec {
    fn name(&self) -> &'static str {
        "raw_exec"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            send_signals: true,
            exec: false,
            isolation: Isolation::None,
            host_environment: true,
        }
    }

    async fn fingerprint(&self) -> DriverFingerprint {
        match self.rules.enabled {
            true => DriverFingerprint::healthy(),
            false => DriverFingerprint::undetected("disabled"),
        }
    }

    async fn start(&self, spec: TaskSpec) -> Result<Started, StartError> {
        if !self.rules.enabled {
            let reason = "the driver raw_exec is not enabled on this node".to_owned();
            return Err(StartError::Refused { reason });
        }
        let state_dir = spec.dirs.state.join(spec.run.file_name());
        if state_dir.exists() {
            return Err(StartError::AlreadyStarted(spec.run));
        }
        let order = self.order(&spec, Config::read(&spec.config)?)?;
        let group = order.group.clone();
        let launch = LaunchSpec {
            supervisor: self.supervisor.clone(),
            state_dir,
            order,
        };
        let supervisor = match Supervisor::launch(launch).await {
            Ok(supervisor) => supervisor,
            Err(error) => {
                let _ = tokio::task::spawn_blocking(move || group.remove(EMPTY_PATIENCE)).await;
                return Err(error.into());
            }
        };
        Ok(Started {
            handle: TaskHandle {
                driver: self.name().to_owned(),
                version: HANDLE_VERSION,
                run: spec.run,
                state: serde_json::to_value(supervisor.handle())?,
            },
            pid: Some(supervisor.handle().task.pid),
            ip: None,
        })
    }

    async fn find(&self, run: &TaskRunId, notes: &Path) -> Option<TaskHandle> {
        let found = Handle::find(&notes.join(run.file_name()))?;
        Some(TaskHandle {
            driver: self.name().to_owned(),
            version: HANDLE_VERSION,
            run: run.clone(),
            state: serde_json::to_value(found).ok()?,
        })
    }

    async fn recover(&self, handle: &TaskHandle) -> Result<(), RecoverError> {
        if handle.driver != self.name() || handle.version != HANDLE_VERSION {
            let (driver, version) = (handle.driver.clone(), handle.version);
            return Err(RecoverError::ForeignHandle { driver, version });
        }
        let notes: Handle = serde_json::from_value(handle.state.clone())?;
        match Supervisor::attach(&notes) {
            Ok(_) => Ok(()),
            Err(AttachError::Lost { task_alive }) => {
                Err(RecoverError::SupervisorLost { task_alive })
            }
            Err(AttachError::Rebooted) => Err(RecoverError::Rebooted),
            Err(error) => Err(RecoverError::NotFound(error.to_string())),
        }
    }

    async fn wait(&self, handle: &TaskHandle) -> Result<ExitResult, TaskError> {
        let notes = match Self::find(handle)? {
            Found::Rebooted => return Ok(unseen(REBOOTED)),
            Found::Lost(notes) => notes,
            Found::Supervisor(supervisor) => match supervisor.wait().await {
                TaskEnd::Seen(record) => return Ok(exit_of(record)),
                TaskEnd::Lost { .. } => supervisor.handle().clone(),
            },
        };
        // Nobody copies its output or would see its end: it is ended, and said so.
        kill_remains(notes).await;
        Ok(unseen(LOST))
    }

    async fn stop(
        &self,
        handle: &TaskHandle,
        signal: Option<Signal>,
        timeout: Duration,
    ) -> Result<(), TaskError> {
        let signal = signal.unwrap_or(Signal::INT);
        match Self::find(handle)? {
            Found::Supervisor(supervisor) => Ok(supervisor.stop(signal, timeout).await?),
            Found::Rebooted => Ok(()),
            Found::Lost(notes) => match kill_remains(notes).await {
                true => Ok(()),
                false => Err(ControlError::Stuck {
                    waited_s: REMAINS_PATIENCE.as_secs(),
                }
                .into()),
            },
        }
    }

    async fn signal(&self, handle: &TaskHandle, signal: Signal) -> Result<(), TaskError> {
        let Found::Supervisor(supervisor) = Self::find(handle)? else {
            return Err(TaskError::NotRunning);
        };
        match supervisor.signal(signal).await {
            Err(ControlError::NotRunning) => Err(TaskError::NotRunning),
            other => Ok(other?),
        }
    }

    async fn inspect(&self, handle: &TaskHandle) -> Result<Inspection, TaskError> {
        let started_at = Self::read_handle(handle)?.started_at;
        Ok(match Self::find(handle)? {
            Found::Supervisor(supervisor) => {
                let exit = supervisor.result().map(exit_of);
                Inspection {
                    running: exit.is_none(),
                    started_at,
                    exit,
                }
            }
            Found::Lost(_) => Inspection {
                running: false,
                started_at,
                exit: Some(unseen(LOST)),
            },
            Found::Rebooted => Inspection {
                running: false,
                started_at,
                exit: Some(unseen(REBOOTED)),
            },
        })
    }

    async fn stats(&self, handle: &TaskHandle) -> Result<TaskUsage, TaskError> {
        match Self::find(handle)? {
            Found::Supervisor(supervisor) if supervisor.is_running() => Ok(self
                .meter(&handle.run)
                .measure(supervisor.handle(), self.core_mhz)),
            _ => Err(TaskError::NotRunning),
        }
    }

    async fn destroy(&self, handle: &TaskHandle, force: bool) -> Result<(), TaskError> {
        self.forget_meter(&handle.run);
        let notes = Self::read_handle(handle)?;
        match Self::find(handle) {
            Ok(Found::Supervisor(supervisor)) if supervisor.result().is_none() => {
                if !force {
                    return Err(TaskError::StillRunning);
                }
                supervisor.stop(Signal::KILL, Duration::ZERO).await?;
            }
            // Written, and about to end by itself: its files are removed after it.
            Ok(Found::Supervisor(supervisor)) => {
                supervisor.wait().await;
            }
            Ok(Found::Lost(notes)) => {
                kill_remains(notes).await;
            }
            Ok(Found::Rebooted) | Err(TaskError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
        remove(notes).await
    }
}

/// Removes the control group and the state directory.
async fn remove(notes: Handle) -> Result<(), TaskError> {
    let work = move || {
        notes.group.remove(REMOVE_PATIENCE)?;
        match std::fs::remove_dir_all(&notes.state_dir) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                let path = notes.state_dir;
                Err(TaskError::from(ControlError::Remove { path, source }))
            }
            _ => Ok(()),
        }
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(_) => Err(ControlError::NotRunning.into()),
    }
}

impl std::fmt::Debug for RawExec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawExec")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}
