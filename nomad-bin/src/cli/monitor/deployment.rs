//! The deployment monitor (spec/api-cli 3.8): the page of a deployment each time it changes.

use std::time::Duration;

use super::FAILED;
use crate::api::view::Deployment;
use crate::api::{ApiError, Client, Request};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::layout::shorten;
use crate::cli::lookup::look;
use crate::cli::render;
use crate::cli::ui::{Style, Ui};

/// How long one blocking query waits.
const WAIT: &str = "2s";
/// How often a failing agent is asked again.
const RETRIES_MAX: u32 = 10;
/// Pause after the first failure; it doubles up to [`BACKOFF_MAX`].
const BACKOFF_MIN: Duration = Duration::from_secs(1);
/// Longest pause.
const BACKOFF_MAX: Duration = Duration::from_secs(12);
/// How long the server has to begin a rollback.
const ROLLBACK_WAIT: Duration = Duration::from_secs(1);

/// Follows a deployment, and its rollback if it fails. Status 0 if it became successful.
pub(crate) async fn follow(
    call: &Call,
    ui: &mut Ui,
    client: &Client,
    id: &str,
) -> Result<u8, Failure> {
    let time = call.now().absolute(&call.zone);
    let short = shorten(id, call.verbose());
    let title = format!("==> {time}: Monitoring deployment \"{short}\"");
    ui.line(ui.paint.title(&title));
    follow_with_wait(call, ui, client, id, WAIT).await
}

/// As [`follow`], without the heading, and with blocking queries of another length.
pub(crate) async fn follow_with_wait(
    call: &Call,
    ui: &mut Ui,
    client: &Client,
    id: &str,
    wait: &str,
) -> Result<u8, Failure> {
    let last = until_over(call, ui, client, id, wait).await?;
    if last.status == "successful" {
        return Ok(0);
    }
    let reverts = last.task_groups.values().any(|group| group.auto_revert);
    if last.status == "failed" && reverts {
        tokio::time::sleep(ROLLBACK_WAIT).await;
        let request = Request::get("/v1/job")
            .segment(&last.job_id)
            .segment("deployment");
        let request = request.with("namespace", last.namespace.clone());
        let newest: Option<Deployment> = client
            .value(request)
            .await
            .map_err(Failure::api("reading rollback deployment"))?;
        let rollback = newest.filter(|d| d.id != last.id && d.create_index > last.create_index);
        if let Some(rollback) = rollback {
            let short = shorten(&rollback.id, call.verbose());
            ui.line(format!("\nRolling back in deployment \"{short}\"\n"));
            until_over(call, ui, client, &rollback.id, wait).await?;
        }
    }
    Ok(FAILED)
}

/// Shows a deployment until it is over.
async fn until_over(
    call: &Call,
    ui: &mut Ui,
    client: &Client,
    id: &str,
    wait: &str,
) -> Result<Deployment, Failure> {
    let mut screen = Screen {
        live: ui.terminal,
        lines: 0,
        shown: String::new(),
    };
    let mut index = 0;
    let mut told_to_promote = false;
    loop {
        let (deployment, next) = read(client, id, index, wait).await?;
        // A server that was restored starts over.
        index = if next < index { 0 } else { next };
        screen.show(call, ui, &deployment);
        match deployment.status.as_str() {
            "successful" | "failed" | "cancelled" | "blocked" => {
                screen.finish(ui, &deployment);
                return Ok(deployment);
            }
            _ => {}
        }
        if deployment.waits_for_promotion() && !told_to_promote {
            told_to_promote = true;
            let short = shorten(id, call.verbose());
            ui.note(format!(
                "\nThe canaries are healthy. To go on: nomad deployment promote {short}"
            ));
        }
    }
}

/// Reads the deployment once it is newer than `index`; asks again if the agent fails.
async fn read(
    client: &Client,
    id: &str,
    index: u64,
    wait: &str,
) -> Result<(Deployment, u64), Failure> {
    let mut pause = BACKOFF_MIN;
    let mut tries = 0;
    loop {
        let request = Request::get("/v1/deployment")
            .segment(id)
            .with("index", index.to_string())
            .with("wait", wait)
            .with("stale", "");
        match client.ask::<Deployment>(request).await {
            Ok(answer) => return Ok((answer.value, answer.index.max(1))),
            Err(error) if tries < RETRIES_MAX && may_pass(&error) => {
                tries += 1;
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(BACKOFF_MAX);
            }
            Err(source) => {
                return Err(Failure::Api {
                    doing: "fetching deployment".into(),
                    source,
                });
            }
        }
    }
}

/// Asking again may help: the agent is away or broken, not unwilling.
fn may_pass(error: &ApiError) -> bool {
    error.status().is_none_or(|code| code >= 500)
}

/// The page on the screen: each change below the last on a stream, in place on a terminal.
struct Screen {
    live: bool,
    lines: usize,
    shown: String,
}

impl Screen {
    fn show(&mut self, call: &Call, ui: &mut Ui, deployment: &Deployment) {
        let page = render::deployment::one(deployment, &look(call, ui));
        if page == self.shown {
            return;
        }
        let time = call.now().absolute(&call.zone);
        let text = format!("\n{time}\n{page}");
        if self.live && self.lines > 0 {
            let _ = ui.bytes(format!("\u{1b}[{}A\u{1b}[J", self.lines).as_bytes());
        }
        ui.line(&text);
        self.lines = text.lines().count();
        self.shown = page;
    }

    fn finish(&self, ui: &mut Ui, deployment: &Deployment) {
        if self.live {
            let (mark, style) = match deployment.status.as_str() {
                "successful" => ("✓", Style::Green),
                _ => ("!", Style::Red),
            };
            let id = shorten(&deployment.id, false);
            let line = format!("{mark} Deployment \"{id}\" {}", deployment.status);
            ui.line(ui.paint.text(style, &line));
        }
    }
}
