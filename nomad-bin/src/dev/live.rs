//! The life of one `nomad dev`.

use std::sync::Arc;
use std::time::Duration;

use nomad_core::command::Submission;
use nomad_core::diff::JobDiff;
use nomad_core::id::JobKey;
use nomad_core::model::{AllocClientStatus, Job, JobType};
use nomad_core::state::{State, TableName, Topic};
use nomad_core::wire::operator::OperatorRequest;
use tokio::signal::unix::{SignalKind, signal};

use super::follow::Followers;
use super::narrate::Narrator;
use super::watch::Watch;
use crate::agent::{Agent, AgentConfig, start};
use crate::cli::render::diff::{self, Drawing};
use crate::cli::{Failure, Ui};
use crate::dry_run::{annotated_diff, dry_run};
use crate::server::ServerHandle;

/// Time that the node gets to become ready.
const READY_WITHIN: Duration = Duration::from_secs(15);
/// Time that tasks get to stop at the end.
const STOP_WITHIN: Duration = Duration::from_secs(60);

/// Reads and admits one job file.
pub(crate) type Load<'a> = &'a dyn Fn(&str) -> Result<(Job, Submission), Failure>;

/// What `nomad dev` was asked to do.
pub(crate) struct Session<'a> {
    /// Paths of the job files.
    pub(crate) paths: Vec<String>,
    /// Submit again when a file is saved.
    pub(crate) watch: bool,
    /// Reads and admits one file.
    pub(crate) load: Load<'a>,
}

/// Runs an agent and the session's jobs until Ctrl-C, or until batch jobs are over; answers the
/// exit status.
pub(crate) async fn live(session: Session<'_>, ui: &mut Ui) -> Result<u8, Failure> {
    let mut jobs = Vec::new();
    for path in &session.paths {
        jobs.push((session.load)(path)?);
    }
    let config = AgentConfig {
        next_free_ports: true,
        ..AgentConfig::dev()
    };
    let agent = start(&config)
        .await
        .map_err(|error| Failure::said(format!("Error starting agent: could not {error}")))?;
    for remark in &agent.remarks {
        ui.line(format!("==> {remark}"));
    }
    ui.line(format!(
        "==> Agent started: HTTP API and web UI at http://{}/ui/",
        agent.addresses.http
    ));
    let status = with_agent(&session, jobs, &agent, ui).await;
    ui.line("==> Stopping");
    agent.stop().await;
    status
}

async fn with_agent(
    session: &Session<'_>,
    jobs: Vec<(Job, Submission)>,
    agent: &Agent,
    ui: &mut Ui,
) -> Result<u8, Failure> {
    let (Some(server), Some(client)) = (&agent.server, &agent.client) else {
        return Err(Failure::said(
            "could not start both a server and a client".to_owned(),
        ));
    };
    node_ready(server).await?;
    let mut show = Show {
        keys: jobs.iter().map(|(job, _)| job.key()).collect(),
        narrator: Narrator::default(),
        followers: Followers::new(Arc::clone(client)),
    };
    let ends_by_itself = jobs
        .iter()
        .all(|(job, _)| matches!(job.kind, JobType::Batch));
    for (job, submission) in jobs {
        submit(server, job, submission, ui).await?;
    }
    let ended = show.until_end(session, server, ends_by_itself, ui).await?;
    stop_jobs(server, &mut show, ui).await;
    Ok(ended)
}

async fn submit(
    server: &ServerHandle,
    job: Job,
    submission: Submission,
    ui: &mut Ui,
) -> Result<(), Failure> {
    let key = job.key();
    let request = OperatorRequest::RegisterJob {
        job: Box::new(job),
        submission: Some(submission),
        enforce_index: None,
        preserve_counts: false,
        eval_priority: 0,
    };
    let refused = |error| Failure::said(format!("could not {error}"));
    server.operator(request).await.map_err(refused)?;
    ui.line(format!("==> Job {:?} submitted", key.id.as_str()));
    Ok(())
}

async fn node_ready(server: &ServerHandle) -> Result<(), Failure> {
    let waiting = async {
        let watched = server
            .watchers()
            .subscribe(&[Topic::Table(TableName::Nodes)]);
        while !server.snapshot().nodes().any(|node| node.is_ready()) {
            watched.woken().await;
        }
    };
    let late = |_| Failure::said("the node did not become ready in time".to_owned());
    tokio::time::timeout(READY_WITHIN, waiting)
        .await
        .map_err(late)
}

/// What is shown while jobs run.
struct Show {
    keys: Vec<JobKey>,
    narrator: Narrator,
    followers: Followers,
}

const TOPICS: [Topic; 3] = [
    Topic::Table(TableName::Evals),
    Topic::Table(TableName::Allocs),
    Topic::Table(TableName::Deployments),
];

impl Show {
    fn update(&mut self, state: &State, ui: &mut Ui) {
        for line in self.narrator.tell(state, &self.keys) {
            ui.line(format!("    {line}"));
        }
        self.followers.update(state);
    }

    /// Shows what happens until Ctrl-C (0), or until batch jobs are over (0 or 1).
    async fn until_end(
        &mut self,
        session: &Session<'_>,
        server: &ServerHandle,
        ends_by_itself: bool,
        ui: &mut Ui,
    ) -> Result<u8, Failure> {
        let deaf = |error| Failure::said(format!("could not listen for signals: {error}"));
        let mut interrupt = signal(SignalKind::interrupt()).map_err(deaf)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(deaf)?;
        let mut watch = Watch::new(&session.paths);
        let subscription = server.watchers().subscribe(&TOPICS);
        loop {
            let state = server.snapshot();
            self.update(&state, ui);
            if ends_by_itself && let Some(succeeded) = batch_over(&state, &self.keys) {
                self.followers.finish().await;
                return Ok(u8::from(!succeeded));
            }
            tokio::select! {
                () = subscription.woken() => {}
                _ = interrupt.recv() => return Ok(0),
                _ = terminate.recv() => return Ok(0),
                at = watch.saved(), if session.watch => {
                    let path = session.paths.get(at).map(String::as_str).unwrap_or_default();
                    resubmit(session, path, server, ui).await;
                }
            }
        }
    }
}

/// Submits a saved file again, showing what changed; a file that is wrong now changes nothing.
async fn resubmit(session: &Session<'_>, path: &str, server: &ServerHandle, ui: &mut Ui) {
    ui.line(format!("==> {path} was saved"));
    let (job, submission) = match (session.load)(path) {
        Ok(loaded) => loaded,
        Err(failure) => return ui.error(failure.to_string()),
    };
    show_changes(server, &job, ui);
    if let Err(failure) = submit(server, job, submission, ui).await {
        ui.error(failure.to_string());
    }
}

/// Shows what submitting `job` will change.
fn show_changes(server: &ServerHandle, job: &Job, ui: &mut Ui) {
    let state = server.snapshot();
    let changes = dry_run(&state, job, crate::agent::clock::now())
        .and_then(|decided| Ok(annotated_diff(&state, job, &decided)?))
        .map_err(|error| error.to_string())
        .and_then(|changes| render(&changes, ui).map_err(|error| error.to_string()));
    match changes {
        Ok(text) => ui.line(text),
        Err(reason) => ui.error(format!("could not show what changes: {reason}")),
    }
}

fn render(changes: &JobDiff, ui: &Ui) -> Result<String, serde_json::Error> {
    let shown = serde_json::from_value(serde_json::to_value(changes)?)?;
    let drawing = Drawing {
        verbose: false,
        annotated: true,
        paint: ui.paint,
    };
    Ok(diff::job(&shown, drawing))
}

/// Whether every batch job is over, and whether all of it ended well.
fn batch_over(state: &State, jobs: &[JobKey]) -> Option<bool> {
    let mut succeeded = true;
    for key in jobs {
        let open = state
            .evals_of_job(key)
            .any(|eval| !eval.status.is_terminal());
        let mut allocs = state
            .allocs_of_job(key)
            .filter(|alloc| alloc.next_allocation.is_none());
        if open || state.evals_of_job(key).next().is_none() {
            return None;
        }
        if allocs.any(|alloc| !alloc.is_terminal()) {
            return None;
        }
        let mut last = state
            .allocs_of_job(key)
            .filter(|alloc| alloc.next_allocation.is_none());
        succeeded &= last.all(|alloc| alloc.client_status == AllocClientStatus::Complete);
    }
    Some(succeeded)
}

/// Stops the jobs and waits until their tasks have ended, or until a second Ctrl-C.
async fn stop_jobs(server: &ServerHandle, show: &mut Show, ui: &mut Ui) {
    for job in show.keys.clone() {
        let request = OperatorRequest::DeregisterJob {
            job,
            purge: false,
            no_shutdown_delay: true,
            eval_priority: 0,
        };
        if let Err(error) = server.operator(request).await {
            ui.error(format!("could not {error}"));
        }
    }
    let subscription = server.watchers().subscribe(&TOPICS);
    let ending = async {
        loop {
            let state = server.snapshot();
            show.update(&state, ui);
            if state.allocs().all(|alloc| alloc.is_client_terminal()) {
                return;
            }
            subscription.woken().await;
        }
    };
    tokio::select! {
        _ = tokio::time::timeout(STOP_WITHIN, ending) => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
