//! Performing the machine's effects: each in a task of its own, reporting back.

use std::sync::Arc;
use std::time::Duration;

use nomad_core::id::TaskName;
use nomad_core::wire::node::{Assignment, NodeCall, NodeRequest};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::engine::Message;
use super::shown::Shown;
use super::task_spec::{TaskSite, failure_of};
use super::{ClientConfig, Drivers, ServerLink, hooks};
use crate::agent::{CallId, Effect, Input, RequestError, StartFailure, Ticket};
use crate::drivers::{Driver, DriverEvent, ExitResult, TaskHandle, TaskRunId};
use crate::signals::Signal;
use crate::store::Identity;

/// Events of one start that may wait; more are lost.
const EVENTS_MAX: usize = 16;
/// How long a driver may take to find a task again.
const RECOVER_WITHIN: Duration = Duration::from_secs(60);
/// Pause before a driver that lost sight of a task is asked again how it ended.
const WAIT_AGAIN: Duration = Duration::from_secs(1);
/// How often it is asked.
const WAIT_TRIES: u32 = 5;

/// Everything that effects need.
pub(super) struct Workshop {
    pub(super) config: ClientConfig,
    pub(super) identity: Identity,
    pub(super) link: Arc<dyn ServerLink>,
    pub(super) drivers: Drivers,
    pub(super) shown: Arc<Shown>,
    pub(super) results: mpsc::Sender<Message>,
    pub(super) privileged: bool,
    /// Canceled when the loop has ended: work that is under way stops then.
    pub(super) over: CancellationToken,
}

impl Workshop {
    /// Performs one effect, without waiting for it.
    pub(super) fn perform(this: &Arc<Self>, effect: Effect) {
        let shop = Arc::clone(this);
        let over = this.over.clone();
        match effect {
            Effect::Send { id, call } => spawn(over, async move { shop.ask(id, call).await }),
            Effect::LearnServers(servers) => shop.link.learn(servers),
            Effect::RunAllocHook { assignment, hook } => spawn(over, async move {
                let alloc = assignment.alloc.id;
                let result = hooks::run_alloc_hook(&shop, &assignment, hook).await;
                shop.tell(Input::AllocHookDone {
                    alloc,
                    hook,
                    result,
                })
                .await;
            }),
            Effect::RunTaskHook {
                assignment,
                task,
                hook,
            } => spawn(over, async move {
                let alloc = assignment.alloc.id;
                let result = hooks::run_task_hook(&shop, &assignment, &task, hook).await;
                shop.tell(Input::TaskHookDone {
                    alloc,
                    task,
                    hook,
                    result,
                })
                .await;
            }),
            Effect::Warn { text } => tracing::warn!("{text}"),
            of_driver => spawn(over, async move { shop.drive(of_driver).await }),
        }
    }

    async fn drive(&self, effect: Effect) {
        match effect {
            Effect::Start {
                run,
                driver,
                assignment,
            } => {
                self.start(run, &driver, &assignment).await;
            }
            Effect::Recover {
                run,
                driver,
                handle,
                ..
            } => self.recover(run, &driver, handle).await,
            Effect::Stop {
                handle,
                signal,
                timeout,
            } => {
                let result = self
                    .stop(&handle, signal.as_deref(), timeout.to_std())
                    .await;
                let run = handle.run;
                self.tell(Input::TaskStopped { run, result }).await;
            }
            Effect::Destroy {
                run,
                driver,
                handle,
            } => {
                let result = self.destroy(&run, &driver, handle).await;
                self.tell(Input::TaskCleared { run, result }).await;
            }
            Effect::Signal {
                ticket,
                handles,
                signal,
            } => {
                self.signal(ticket, handles, &signal).await;
            }
            other => tracing::error!(?other, "an effect that nobody performs"),
        }
    }

    /// Reports from outside of an async context.
    pub(super) fn report(&self, input: Input) {
        let results = self.results.clone();
        spawn(self.over.clone(), async move {
            // The loop has ended: nobody needs to know any more.
            let _ = results.send(Message::Input(input)).await;
        });
    }

    async fn tell(&self, input: Input) {
        let _ = self.results.send(Message::Input(input)).await;
    }

    async fn ask(&self, id: CallId, call: NodeCall) {
        let request = NodeRequest {
            node_id: self.identity.node_id,
            secret: self.identity.secret.clone(),
            call,
        };
        let result = self.link.request(request).await;
        self.tell(Input::Answered { id, result }).await;
    }

    fn driver(&self, name: &str) -> Result<Arc<dyn Driver>, String> {
        let missing = || format!("the driver {name:?} is not on this node");
        self.drivers.find(name).ok_or_else(missing)
    }

    async fn start(&self, run: TaskRunId, driver: &str, assignment: &Assignment) {
        let (events, told) = mpsc::channel(EVENTS_MAX);
        let listening = tokio::spawn(forward(run.clone(), told, self.results.clone()));
        let started = self.try_start(&run, driver, assignment, events).await;
        // The driver has dropped its end: what it told comes before the result.
        let _ = listening.await;
        match started {
            Err(failure) => {
                let result = Err(failure);
                self.tell(Input::TaskStarted { run, result }).await;
            }
            Ok((driver, handle)) => {
                let result = Ok(handle.clone());
                let followed = run.clone();
                self.tell(Input::TaskStarted { run, result }).await;
                self.follow(followed, &driver, &handle).await;
            }
        }
    }

    async fn try_start(
        &self,
        run: &TaskRunId,
        driver: &str,
        assignment: &Assignment,
        events: mpsc::Sender<DriverEvent>,
    ) -> Result<(Arc<dyn Driver>, TaskHandle), StartFailure> {
        let driver = self
            .driver(driver)
            .map_err(|message| StartFailure::Driver {
                message,
                recoverable: false,
            })?;
        let site = TaskSite {
            config: &self.config,
            node: &self.shown.node(),
            assignment,
            privileged: self.privileged,
        };
        let spec = site.spec(run, &driver.capabilities(), events)?;
        let started = driver
            .start(spec)
            .await
            .map_err(|error| failure_of(&error))?;
        Ok((driver, started.handle))
    }

    async fn recover(&self, run: TaskRunId, driver: &str, handle: Option<TaskHandle>) {
        let result = self.try_recover(&run, driver, handle).await;
        match result {
            Err(error) => {
                let result = Err(error);
                self.tell(Input::TaskRecovered { run, result }).await;
            }
            Ok((driver, handle)) => {
                let result = Ok(handle.clone());
                let followed = run.clone();
                self.tell(Input::TaskRecovered { run, result }).await;
                self.follow(followed, &driver, &handle).await;
            }
        }
    }

    async fn try_recover(
        &self,
        run: &TaskRunId,
        driver: &str,
        handle: Option<TaskHandle>,
    ) -> Result<(Arc<dyn Driver>, TaskHandle), String> {
        let driver = self.driver(driver)?;
        let handle = match handle {
            Some(handle) => handle,
            None => match driver.find(run, &self.config.driver_dir).await {
                Some(handle) => handle,
                None => return Err("the agent ended while the task was being started".to_owned()),
            },
        };
        let recovering = tokio::time::timeout(RECOVER_WITHIN, driver.recover(&handle)).await;
        match recovering {
            Ok(Ok(())) => Ok((driver, handle)),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("the driver did not answer in time".to_owned()),
        }
    }

    /// Waits for the end of a running task and reports it.
    async fn follow(&self, run: TaskRunId, driver: &Arc<dyn Driver>, handle: &TaskHandle) {
        let mut tries = 0;
        let exit = loop {
            match driver.wait(handle).await {
                Ok(exit) => break exit,
                Err(error) if tries < WAIT_TRIES => {
                    tracing::warn!(%run, %error, "could not wait for the task; trying again");
                    tries += 1;
                    tokio::time::sleep(WAIT_AGAIN).await;
                }
                Err(error) => {
                    break ExitResult {
                        error: Some(error.to_string()),
                        at: super::client::now(),
                        ..ExitResult::default()
                    };
                }
            }
        };
        self.tell(Input::TaskExited { run, exit }).await;
    }

    async fn stop(
        &self,
        handle: &TaskHandle,
        signal: Option<&str>,
        timeout: Duration,
    ) -> Result<(), String> {
        let signal = signal.map(str::parse::<Signal>).transpose();
        let signal = signal.unwrap_or_else(|error| {
            // Validation refuses such a job; an older one must still stop.
            tracing::warn!(run = %handle.run, %error, "the default signal is sent instead");
            None
        });
        let driver = self.driver(&handle.driver)?;
        let stopped = driver.stop(handle, signal, timeout).await;
        stopped.map_err(|error| error.to_string())
    }

    async fn destroy(
        &self,
        run: &TaskRunId,
        driver: &str,
        handle: Option<TaskHandle>,
    ) -> Result<(), String> {
        let driver = self.driver(driver)?;
        let handle = match handle {
            Some(handle) => Some(handle),
            None => driver.find(run, &self.config.driver_dir).await,
        };
        let Some(handle) = handle else { return Ok(()) };
        let destroyed = driver.destroy(&handle, true).await;
        destroyed.map_err(|error| error.to_string())
    }

    async fn signal(&self, ticket: Ticket, handles: Vec<TaskHandle>, signal: &str) {
        let result = self.send_signal(handles, signal).await;
        let result = result.map_err(RequestError::Driver);
        let _ = self.results.send(Message::Answer(ticket, result)).await;
    }

    async fn send_signal(&self, handles: Vec<TaskHandle>, signal: &str) -> Result<(), String> {
        let signal: Signal = signal.parse().map_err(|error| format!("{error}"))?;
        for handle in handles {
            let driver = self.driver(&handle.driver)?;
            let sent = driver.signal(&handle, signal).await;
            sent.map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// The directories of the task named.
    pub(super) fn layout(&self, assignment: &Assignment) -> crate::fs::AllocLayout {
        crate::fs::AllocLayout::new(&self.config.alloc_dir, assignment.alloc.id, self.privileged)
    }

    /// The secrets' size that a task asks for, in MiB; 0 for the default.
    pub(super) fn secrets_mib(assignment: &Assignment, task: &TaskName) -> u64 {
        let group = assignment.job.group(assignment.alloc.task_group.as_str());
        let task = group.and_then(|group| group.task(task.as_str()));
        task.map_or(0, |task| {
            u64::try_from(task.resources.secrets_mb).unwrap_or(0)
        })
    }
}

/// Passes on what a driver tells while it starts a task.
async fn forward(
    run: TaskRunId,
    mut told: mpsc::Receiver<DriverEvent>,
    results: mpsc::Sender<Message>,
) {
    while let Some(event) = told.recv().await {
        let (run, message) = (run.clone(), event.message);
        let input = Input::DriverTold { run, message };
        if results.send(Message::Input(input)).await.is_err() {
            return;
        }
    }
}

/// Works until it is done or the loop has ended.
fn spawn(over: CancellationToken, work: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(async move { over.run_until_cancelled(work).await });
}
