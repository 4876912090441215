//! The driver itself.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bollard::Docker as Api;
use bollard::errors::Error;
use bollard::models::{ContainerCreateBody, ContainerState};
use bollard::query_parameters::{
    CreateContainerOptions, KillContainerOptions, StatsOptions, StopContainerOptions,
    WaitContainerOptions,
};
use futures_util::StreamExt;
use nomad_core::id::AllocId;
use nomad_core::units::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use super::super::{
    Capabilities, Driver, DriverFingerprint, ExitResult, Inspection, Isolation, RecoverError,
    StartError, Started, TaskError, TaskHandle, TaskRunId, TaskSpec, TaskUsage,
};
use super::body::ALLOC_LABEL;
use super::config::Config;
use super::container::{container_name, exit_of, now, remove};
use super::engine::{Engine, is_missing, is_transient, say, start_error, status};
use super::output::{self, Output};
use super::rules::DockerRules;
use super::{container_body, fingerprint, image, stats, sweep};
use crate::signals::Signal;

/// Version of the handle's notes.
const HANDLE_VERSION: u32 = 1;
/// Exit code of a process that SIGKILL ended.
const EXIT_KILLED: i64 = 137;
/// How often a killed container is looked at again for lack of memory.
const OOM_LOOKS: u32 = 8;
/// Pause before each of these looks.
const OOM_PAUSE: Duration = Duration::from_millis(50);
/// How often a container whose name is taken is tried again.
const CREATE_TRIES: u32 = 5;
/// First pause before; it doubles.
const CREATE_PAUSE: Duration = Duration::from_millis(50);
/// How long the rest of the output may take to be copied after the end.
const OUTPUT_REST: Duration = Duration::from_secs(5);
/// How long an engine that went away is waited for before its container counts as lost.
const ENGINE_GRACE: Duration = Duration::from_secs(60);
/// How often it is asked meanwhile.
const ENGINE_PAUSE: Duration = Duration::from_secs(1);

/// The driver's notes about a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Notes {
    container: String,
    output: Option<Output>,
}

/// Runs tasks as containers.
#[derive(Debug)]
pub struct Docker {
    rules: DockerRules,
    engine: Engine,
    core_mhz: f64,
    /// Containers whose output is being copied.
    copied: Mutex<BTreeMap<String, JoinHandle<()>>>,
}

impl Docker {
    /// A driver under these rules. The engine is looked for at the first use.
    #[must_use]
    pub fn new(rules: DockerRules, core_mhz: f64) -> Self {
        Self {
            engine: Engine::new(rules.endpoint.clone()),
            rules,
            core_mhz,
            copied: Mutex::default(),
        }
    }

    async fn reach(&self) -> Result<&Api, StartError> {
        let reached = self.engine.api().await;
        reached.map_err(|error| start_error("connect to the Docker engine", &error))
    }

    async fn api(&self) -> Result<&Api, TaskError> {
        let reached = self.engine.api().await;
        reached.map_err(|error| failed("connect to the Docker engine", &error))
    }

    /// Copies the container's output, once.
    fn copy_output(&self, api: &Api, notes: &Notes) {
        let Some(output) = notes.output.clone() else {
            return;
        };
        let mut copied = self.copied.lock().unwrap_or_else(PoisonError::into_inner);
        copied.entry(notes.container.clone()).or_insert_with(|| {
            tokio::spawn(output::copy(api.clone(), notes.container.clone(), output))
        });
    }

    /// Waits until the output of an ended container is copied.
    async fn await_output(&self, notes: &Notes) {
        let copying = {
            let mut copied = self.copied.lock().unwrap_or_else(PoisonError::into_inner);
            copied.remove(&notes.container)
        };
        if let Some(mut copying) = copying
            && tokio::time::timeout(OUTPUT_REST, &mut copying)
                .await
                .is_err()
        {
            copying.abort();
            let container = &notes.container;
            tracing::warn!(container, "the rest of a container's output came too late");
        }
    }

    /// Creates the container. One of ours with the same name, left by a start that was cut short, is
    /// removed; a foreign one never (spec/client 33.8).
    async fn create(
        &self,
        api: &Api,
        name: &str,
        alloc: &str,
        body: ContainerCreateBody,
    ) -> Result<String, StartError> {
        let mut pause = CREATE_PAUSE;
        for _ in 0..CREATE_TRIES {
            let options = CreateContainerOptions {
                name: Some(name.to_owned()),
                ..CreateContainerOptions::default()
            };
            match api.create_container(Some(options), body.clone()).await {
                Ok(created) => return Ok(created.id),
                Err(error) if status(&error) == Some(409) => {
                    self.remove_stale(api, name, alloc).await?;
                }
                Err(error) if is_transient(&error) => {}
                Err(error) => return Err(start_error("failed to create container", &error)),
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(StartError::Engine {
            action: "failed to create container".to_owned(),
            problem: format!("the name {name:?} stays in use"),
            recoverable: true,
        })
    }

    async fn remove_stale(&self, api: &Api, name: &str, alloc: &str) -> Result<(), StartError> {
        let Ok(found) = api.inspect_container(name, None).await else {
            return Ok(());
        };
        let labels = found
            .config
            .and_then(|config| config.labels)
            .unwrap_or_default();
        if labels.get(ALLOC_LABEL).map(String::as_str) != Some(alloc) {
            return Err(StartError::Engine {
                action: "failed to create container".to_owned(),
                problem: format!("the name {name:?} belongs to a container that is not ours"),
                recoverable: false,
            });
        }
        let removed = remove(api, name).await;
        removed.map_err(|error| start_error(format!("remove the stale container {name}"), &error))
    }

    /// The container's state; `None` when it is gone.
    async fn state(&self, container: &str) -> Result<Option<ContainerState>, TaskError> {
        match self.api().await?.inspect_container(container, None).await {
            Ok(found) => Ok(Some(found.state.unwrap_or_default())),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(failed("look at the container", &error)),
        }
    }

    /// The state, even when the engine is being restarted meanwhile.
    async fn state_with_patience(
        &self,
        container: &str,
    ) -> Result<Option<ContainerState>, TaskError> {
        let begun = tokio::time::Instant::now();
        loop {
            match self.state(container).await {
                Err(_) if begun.elapsed() < ENGINE_GRACE => {
                    tokio::time::sleep(ENGINE_PAUSE).await;
                }
                result => return result,
            }
        }
    }
}

impl Drop for Docker {
    /// Another agent may go on with the copies at once.
    fn drop(&mut self) {
        let copied = self.copied.get_mut();
        let copied = copied.unwrap_or_else(PoisonError::into_inner);
        copied.values().for_each(JoinHandle::abort);
    }
}

fn failed(action: &str, error: &Error) -> TaskError {
    TaskError::Engine {
        action: action.to_owned(),
        problem: say(error),
    }
}

fn read_notes(handle: &TaskHandle) -> Result<Notes, serde_json::Error> {
    serde_json::from_value(handle.state.clone())
}

impl Docker {
    /// The end of a container that was killed. The engine hears of the end and of the lack of
    /// memory from two sides and may write the first down before the second; so a kill is looked
    /// at again for a moment before it counts as no lack of memory.
    async fn final_exit(
        &self,
        container: &str,
        mut state: ContainerState,
    ) -> Result<ExitResult, TaskError> {
        for _ in 0..OOM_LOOKS {
            if state.exit_code != Some(EXIT_KILLED) || state.oom_killed == Some(true) {
                break;
            }
            tokio::time::sleep(OOM_PAUSE).await;
            match self.state_with_patience(container).await? {
                Some(later) => state = later,
                None => break,
            }
        }
        Ok(exit_of(&state))
    }
}

#[async_trait]
impl Driver for Docker {
    fn name(&self) -> &'static str {
        "docker"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            send_signals: true,
            exec: false,
            isolation: Isolation::Image,
            host_environment: false,
        }
    }

    async fn fingerprint(&self) -> DriverFingerprint {
        let api = match self.engine.api().await {
            Ok(api) => api,
            Err(error) => {
                let text = format!("Failed to connect to docker daemon: {}", say(&error));
                return DriverFingerprint::undetected(text);
            }
        };
        match fingerprint::fingerprint(api, &self.rules).await {
            Ok(found) => found,
            // It was there once: it is ill, not absent.
            Err(error) => DriverFingerprint::unhealthy(format!(
                "Failed to connect to docker daemon: {}",
                say(&error)
            )),
        }
    }

    async fn start(&self, spec: TaskSpec) -> Result<Started, StartError> {
        let config = Config::read(&spec.config)?;
        let api = self.reach().await?;
        let image = image::ensure(api, &spec, &config, &self.rules).await?;
        let body = container_body(&spec, &config, &self.rules);
        let body = body.map_err(|problem| StartError::Engine {
            action: format!(
                "Failed to create container configuration for image {:?} ({image:?})",
                config.image
            ),
            problem,
            recoverable: false,
        })?;
        let alloc = spec.owner.alloc.to_string();
        let container = self
            .create(api, &container_name(&spec.run), &alloc, body)
            .await?;
        if let Err(error) = api.start_container(&container, None).await {
            let _ = remove(api, &container).await;
            return Err(start_error(
                format!("Failed to start container {container}"),
                &error,
            ));
        }
        let found = api.inspect_container(&container, None).await.ok();
        let collected = spec.logs.filter(|_| !self.rules.disable_log_collection);
        let notes = Notes {
            output: collected.map(|limits| {
                let position = spec
                    .dirs
                    .state
                    .join(format!("{}.docker", spec.run.file_name()));
                let task = spec.owner.task.to_string();
                Output::new(spec.dirs.logs.clone(), task, limits, position)
            }),
            container,
        };
        self.copy_output(api, &notes);
        let pid = found
            .and_then(|found| found.state)
            .and_then(|state| state.pid);
        Ok(Started {
            handle: TaskHandle {
                driver: self.name().to_owned(),
                version: HANDLE_VERSION,
                run: spec.run,
                state: serde_json::to_value(notes)?,
            },
            pid: pid.and_then(|pid| i32::try_from(pid).ok()),
            ip: None,
        })
    }

    async fn find(&self, run: &TaskRunId, _notes: &Path) -> Option<TaskHandle> {
        let api = self.engine.api().await.ok()?;
        let found = api
            .inspect_container(&container_name(run), None)
            .await
            .ok()?;
        // Where its output was to go is not known: it is only good for being removed.
        let notes = Notes {
            container: found.id?,
            output: None,
        };
        Some(TaskHandle {
            driver: self.name().to_owned(),
            version: HANDLE_VERSION,
            run: run.clone(),
            state: serde_json::to_value(notes).ok()?,
        })
    }

    async fn recover(&self, handle: &TaskHandle) -> Result<(), RecoverError> {
        if handle.driver != self.name() || handle.version != HANDLE_VERSION {
            let (driver, version) = (handle.driver.clone(), handle.version);
            return Err(RecoverError::ForeignHandle { driver, version });
        }
        let notes = read_notes(handle)?;
        let state = self.state_with_patience(&notes.container).await;
        match state.map_err(|error| RecoverError::Engine(error.to_string()))? {
            None => Err(RecoverError::NotFound(format!(
                "the container {} is gone",
                notes.container
            ))),
            Some(_) if notes.output.is_none() && !self.rules.disable_log_collection => {
                Err(RecoverError::NotFound(
                    "the agent ended while the container was being started".to_owned(),
                ))
            }
            Some(_) => {
                let api = self.engine.api().await;
                let api = api.map_err(|error| RecoverError::Engine(say(&error)))?;
                self.copy_output(api, &notes);
                Ok(())
            }
        }
    }

    async fn wait(&self, handle: &TaskHandle) -> Result<ExitResult, TaskError> {
        let notes = read_notes(handle)?;
        loop {
            let api = self.api().await?;
            let options = None::<WaitContainerOptions>;
            let mut ends = std::pin::pin!(api.wait_container(&notes.container, options));
            // Whatever it says, the state tells the truth: an error may only mean that the engine
            // was restarted.
            let _ = ends.next().await;
            match self.state_with_patience(&notes.container).await? {
                None => {
                    return Ok(ExitResult {
                        code: -1,
                        error: Some("the container was removed by somebody else".to_owned()),
                        at: now(),
                        ..ExitResult::default()
                    });
                }
                Some(state) if state.running != Some(true) => {
                    return self.final_exit(&notes.container, state).await;
                }
                Some(_) => tokio::time::sleep(ENGINE_PAUSE).await,
            }
        }
    }

    async fn stop(
        &self,
        handle: &TaskHandle,
        signal: Option<Signal>,
        timeout: Duration,
    ) -> Result<(), TaskError> {
        let notes = read_notes(handle)?;
        let api = self.api().await?;
        let mut seconds = i32::try_from(timeout.as_secs()).unwrap_or(i32::MAX);
        if let Some(signal) = signal {
            let options = KillContainerOptions {
                signal: signal.to_string(),
            };
            let sent = api.kill_container(&notes.container, Some(options)).await;
            if sent.is_ok() {
                // What is left of the time is waited here; then the engine kills at once.
                let _ = tokio::time::timeout(timeout, self.wait(handle)).await;
            }
            seconds = 0;
        }
        let options = StopContainerOptions {
            t: Some(seconds),
            ..StopContainerOptions::default()
        };
        match api.stop_container(&notes.container, Some(options)).await {
            Ok(()) => Ok(()),
            // Gone, or not running any more.
            Err(error) if is_missing(&error) || status(&error) == Some(304) => Ok(()),
            Err(error) => match self.state(&notes.container).await? {
                Some(state) if state.running == Some(true) => {
                    Err(failed("stop the container", &error))
                }
                _ => Ok(()),
            },
        }
    }

    async fn signal(&self, handle: &TaskHandle, signal: Signal) -> Result<(), TaskError> {
        let notes = read_notes(handle)?;
        let options = KillContainerOptions {
            signal: signal.to_string(),
        };
        let sent = self
            .api()
            .await?
            .kill_container(&notes.container, Some(options))
            .await;
        match sent {
            Ok(()) => Ok(()),
            Err(error) if is_missing(&error) || status(&error) == Some(409) => {
                Err(TaskError::NotRunning)
            }
            Err(error) => Err(failed("send the signal", &error)),
        }
    }

    async fn inspect(&self, handle: &TaskHandle) -> Result<Inspection, TaskError> {
        let notes = read_notes(handle)?;
        let state = self.state(&notes.container).await?;
        let state = state.ok_or_else(|| TaskError::NotFound(handle.run.clone()))?;
        let running = state.running == Some(true);
        Ok(Inspection {
            running,
            started_at: Timestamp::ZERO,
            exit: (!running).then(|| exit_of(&state)),
        })
    }

    async fn stats(&self, handle: &TaskHandle) -> Result<TaskUsage, TaskError> {
        let notes = read_notes(handle)?;
        let api = self.api().await?;
        let options = StatsOptions {
            stream: false,
            one_shot: false,
        };
        let mut measured = std::pin::pin!(api.stats(&notes.container, Some(options)));
        match measured.next().await {
            Some(Ok(found)) => Ok(stats::usage(&found, self.core_mhz, now())),
            Some(Err(error)) if !is_missing(&error) => Err(failed("measure the container", &error)),
            _ => Err(TaskError::NotRunning),
        }
    }

    async fn destroy(&self, handle: &TaskHandle, force: bool) -> Result<(), TaskError> {
        let notes = read_notes(handle)?;
        let api = self.api().await?;
        let state = self.state(&notes.container).await?;
        let running = state
            .as_ref()
            .is_some_and(|state| state.running == Some(true));
        if running && !force {
            return Err(TaskError::StillRunning);
        }
        if !running {
            self.await_output(&notes).await;
        }
        if running || self.rules.remove_containers {
            let removed = remove(api, &notes.container).await;
            removed.map_err(|error| failed("remove the container", &error))?;
        }
        if let Some(output) = &notes.output {
            let _ = std::fs::remove_file(&output.position);
        }
        // Of a container that was killed by this call the copier ends by itself.
        let mut copied = self.copied.lock().unwrap_or_else(PoisonError::into_inner);
        copied.remove(&notes.container);
        Ok(())
    }

    async fn sweep(&self, known: &[AllocId], allocs_dir: &Path) {
        if let Ok(api) = self.engine.api().await {
            sweep::sweep(api, known, allocs_dir).await;
        }
    }
}
