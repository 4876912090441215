//! The driver itself.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use nomad_core::units::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::super::{
    Capabilities, Driver, DriverFingerprint, ExitResult, Inspection, Isolation, LogLimits,
    RecoverError, StartError, Started, TaskError, TaskHandle, TaskRunId, TaskSpec, TaskUsage,
};
use super::config::{Config, Print};
use crate::logs::{LogWriter, Stream};
use crate::signals::Signal;

/// Version of the handle's notes.
const HANDLE_VERSION: u32 = 1;

/// What is stored about a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Notes {
    config: Config,
    started_at: Timestamp,
}

/// A task that pretends to run.
#[derive(Debug)]
struct Pretender {
    notes: Notes,
    exit: watch::Sender<Option<ExitResult>>,
}

/// Runs tasks that only pretend.
#[derive(Debug, Default)]
pub struct Mock {
    tasks: Mutex<BTreeMap<TaskRunId, Arc<Pretender>>>,
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanos = since.map_or(0, |since| since.as_nanos());
    Timestamp(i64::try_from(nanos).unwrap_or(i64::MAX))
}

impl Mock {
    /// A driver without tasks.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn tasks(&self) -> MutexGuard<'_, BTreeMap<TaskRunId, Arc<Pretender>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find_task(&self, handle: &TaskHandle) -> Result<Arc<Pretender>, TaskError> {
        let found = self.tasks().get(&handle.run).cloned();
        found.ok_or_else(|| TaskError::NotFound(handle.run.clone()))
    }

    /// Lets the task live from now on, for what is left of its time.
    fn enliven(&self, run: TaskRunId, notes: Notes) {
        let pretender = Arc::new(Pretender {
            notes,
            exit: watch::Sender::new(None),
        });
        self.tasks().insert(run, Arc::clone(&pretender));
        let Some(run_for) = pretender.notes.config.run_for else {
            return;
        };
        let lived = now().since(pretender.notes.started_at).to_std();
        tokio::spawn(async move {
            tokio::time::sleep(run_for.saturating_sub(lived)).await;
            pretender.end_by_itself();
        });
    }
}

impl Pretender {
    fn end_by_itself(&self) {
        let config = &self.notes.config;
        self.end(ExitResult {
            code: config.exit_code,
            signal: config.exit_signal,
            error: config.exit_error.clone(),
            at: now(),
            ..ExitResult::default()
        });
    }

    /// The first end counts.
    fn end(&self, exit: ExitResult) {
        self.exit.send_if_modified(|shown| {
            let first = shown.is_none();
            shown.get_or_insert(exit);
            first
        });
    }

    fn is_running(&self) -> bool {
        self.exit.borrow().is_none()
    }
}

/// Writes the pretended output.
fn print(logs_dir: PathBuf, task: String, limits: LogLimits, stream: Stream, what: Print) {
    if what.text.is_empty() {
        return;
    }
    tokio::spawn(async move {
        let (files, bytes) = (limits.max_files, limits.max_file_bytes);
        let Ok(mut writer) = LogWriter::open(&logs_dir, &task, stream, files, bytes) else {
            return;
        };
        writer.write(what.text.as_bytes());
        for _ in 0..what.repeat {
            tokio::time::sleep(what.every).await;
            writer.write(what.text.as_bytes());
        }
    });
}

#[async_trait]
impl Driver for Mock {
    fn name(&self) -> &'static str {
        "mock_driver"
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
        DriverFingerprint::healthy()
    }

    async fn start(&self, spec: TaskSpec) -> Result<Started, StartError> {
        let config = Config::read(&spec.config)?;
        tokio::time::sleep(config.start_block_for).await;
        if let Some(problem) = &config.start_error {
            return Err(StartError::Engine {
                action: "start the task".to_owned(),
                problem: problem.clone(),
                recoverable: config.start_error_recoverable,
            });
        }
        if self.tasks().contains_key(&spec.run) {
            return Err(StartError::AlreadyStarted(spec.run));
        }
        if let Some(limits) = spec.logs {
            for (stream, what) in [
                (Stream::Stdout, &config.stdout),
                (Stream::Stderr, &config.stderr),
            ] {
                let (dir, task) = (spec.dirs.logs.clone(), spec.owner.task.to_string());
                print(dir, task, limits, stream, what.clone());
            }
        }
        let notes = Notes {
            config,
            started_at: now(),
        };
        let state = serde_json::to_value(&notes)?;
        self.enliven(spec.run.clone(), notes);
        Ok(Started {
            handle: TaskHandle {
                driver: self.name().to_owned(),
                version: HANDLE_VERSION,
                run: spec.run,
                state,
            },
            pid: None,
            ip: None,
        })
    }

    async fn recover(&self, handle: &TaskHandle) -> Result<(), RecoverError> {
        if handle.driver != self.name() || handle.version != HANDLE_VERSION {
            let (driver, version) = (handle.driver.clone(), handle.version);
            return Err(RecoverError::ForeignHandle { driver, version });
        }
        let notes: Notes = serde_json::from_value(handle.state.clone())?;
        let known = self.tasks().contains_key(&handle.run);
        if !known {
            self.enliven(handle.run.clone(), notes);
        }
        Ok(())
    }

    async fn wait(&self, handle: &TaskHandle) -> Result<ExitResult, TaskError> {
        let task = self.find_task(handle)?;
        let mut exit = task.exit.subscribe();
        let ended = exit.wait_for(Option::is_some).await;
        let ended = ended.ok().and_then(|exit| exit.clone());
        ended.ok_or_else(|| TaskError::NotFound(handle.run.clone()))
    }

    async fn stop(
        &self,
        handle: &TaskHandle,
        _signal: Option<Signal>,
        timeout: Duration,
    ) -> Result<(), TaskError> {
        let task = self.find_task(handle)?;
        let kill_after = task.notes.config.kill_after;
        tokio::time::sleep(kill_after.min(timeout)).await;
        let killed = kill_after > timeout;
        task.end(ExitResult {
            code: if killed { 137 } else { 0 },
            signal: if killed { Signal::KILL.number() } else { 0 },
            at: now(),
            ..ExitResult::default()
        });
        Ok(())
    }

    async fn signal(&self, handle: &TaskHandle, _signal: Signal) -> Result<(), TaskError> {
        let task = self.find_task(handle)?;
        match &task.notes.config.signal_error {
            _ if !task.is_running() => Err(TaskError::NotRunning),
            None => Ok(()),
            Some(problem) => Err(TaskError::Engine {
                action: "send the signal".to_owned(),
                problem: problem.clone(),
            }),
        }
    }

    async fn inspect(&self, handle: &TaskHandle) -> Result<Inspection, TaskError> {
        let task = self.find_task(handle)?;
        let exit = task.exit.borrow().clone();
        Ok(Inspection {
            running: exit.is_none(),
            started_at: task.notes.started_at,
            exit,
        })
    }

    async fn stats(&self, handle: &TaskHandle) -> Result<TaskUsage, TaskError> {
        match self.find_task(handle)?.is_running() {
            false => Err(TaskError::NotRunning),
            true => Ok(TaskUsage {
                timestamp: now(),
                ..TaskUsage::default()
            }),
        }
    }

    async fn destroy(&self, handle: &TaskHandle, force: bool) -> Result<(), TaskError> {
        let Ok(task) = self.find_task(handle) else {
            return Ok(());
        };
        if task.is_running() {
            if !force {
                return Err(TaskError::StillRunning);
            }
            let code = 128 + Signal::KILL.number();
            task.end(ExitResult {
                code,
                signal: Signal::KILL.number(),
                at: now(),
                ..ExitResult::default()
            });
        }
        self.tasks().remove(&handle.run);
        Ok(())
    }
}
