//! The evaluation monitor (spec/api-cli 3.4): what an evaluation decides, then the deployment that it began.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{FAILED, NOT_PLACED, follow_deployment};
use crate::api::view::{AllocStub, Eval};
use crate::api::{Client, Request};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::layout::shorten;
use crate::cli::render::metric::failed_group;
use crate::cli::ui::Ui;

/// How often the evaluation is looked at: at first often, since most are over at once.
const POLLS: [Duration; 4] = [
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
];
/// How often it is looked at later.
const POLL_LATER: Duration = Duration::from_secs(1);

/// Follows an evaluation to its end, and the deployment that it began. Gives the exit status.
pub(crate) async fn follow(
    call: &Call,
    ui: &mut Ui,
    client: &Client,
    id: &str,
) -> Result<u8, Failure> {
    let mut next = Some(id.to_owned());
    let mut status = 0;
    while let Some(id) = next.take() {
        let eval = Monitor::new(call, ui, client, &id).run().await?;
        status = if eval.failed_groups.is_empty() {
            0
        } else {
            NOT_PLACED
        };
        if !eval.next_eval.is_empty() {
            let wait = Duration::from_nanos(u64::try_from(eval.wait).unwrap_or(0));
            tokio::time::sleep(wait).await;
            next = Some(eval.next_eval);
        } else if !eval.deployment_id.is_empty() {
            status = match follow_deployment(call, ui, client, &eval.deployment_id).await? {
                0 => 0,
                _ if status == NOT_PLACED => NOT_PLACED,
                _ => FAILED,
            };
        }
    }
    Ok(status)
}

struct Monitor<'a> {
    call: &'a Call,
    ui: &'a mut Ui,
    client: &'a Client,
    id: &'a str,
    status: String,
    deployment: String,
    /// Client status of the allocations that were told of.
    allocs: BTreeMap<String, String>,
}

impl<'a> Monitor<'a> {
    fn new(call: &'a Call, ui: &'a mut Ui, client: &'a Client, id: &'a str) -> Self {
        Self {
            call,
            ui,
            client,
            id,
            // Every evaluation begins so; a quick one is seen later only.
            status: "pending".to_owned(),
            deployment: String::new(),
            allocs: BTreeMap::new(),
        }
    }

    async fn run(mut self) -> Result<Eval, Failure> {
        let short = self.short(self.id);
        self.head(&format!("Monitoring evaluation \"{short}\""));
        let mut polls = POLLS.into_iter();
        let mut first = true;
        loop {
            let request = Request::get("/v1/evaluation").segment(self.id);
            let eval: Eval = self
                .client
                .value(request)
                .await
                .map_err(Failure::api("reading evaluation"))?;
            let request = Request::get("/v1/evaluation")
                .segment(self.id)
                .segment("allocations");
            let allocs: Vec<AllocStub> = self
                .client
                .value(request)
                .await
                .map_err(Failure::api("reading allocations"))?;
            self.tell(&eval, &allocs, first);
            first = false;
            if eval.is_terminal() {
                self.finish(&eval);
                return Ok(eval);
            }
            tokio::time::sleep(polls.next().unwrap_or(POLL_LATER)).await;
        }
    }

    fn tell(&mut self, eval: &Eval, allocs: &[AllocStub], first: bool) {
        if first {
            let line = match eval.triggered_by.as_str() {
                "node-update" | "node-drain" if !eval.node_id.is_empty() => {
                    format!(
                        "Evaluation triggered by node \"{}\"",
                        self.short(&eval.node_id)
                    )
                }
                _ => format!("Evaluation triggered by job \"{}\"", eval.job_id),
            };
            self.detail(&line);
        }
        if !eval.deployment_id.is_empty() && self.deployment != eval.deployment_id {
            self.deployment.clone_from(&eval.deployment_id);
            let short = self.short(&eval.deployment_id);
            self.detail(&format!("Evaluation within deployment: \"{short}\""));
        }
        for alloc in allocs {
            self.tell_alloc(eval, alloc);
        }
        if self.status != eval.status {
            let (old, new) = (self.status.clone(), &eval.status);
            self.detail(&format!(
                "Evaluation status changed: \"{old}\" -> \"{new}\""
            ));
            self.status.clone_from(&eval.status);
        }
    }

    fn tell_alloc(&mut self, eval: &Eval, alloc: &AllocStub) {
        let id = self.short(&alloc.id);
        let known = self
            .allocs
            .insert(alloc.id.clone(), alloc.client_status.clone());
        let line = match known {
            Some(old) if old != alloc.client_status => {
                let description = match alloc.client_description.as_str() {
                    "" => String::new(),
                    text => format!(" ({text})"),
                };
                let new = &alloc.client_status;
                format!("Allocation \"{id}\" status changed: \"{old}\" -> \"{new}\"{description}")
            }
            Some(_) => return,
            None if alloc.desired_status != "run" => return,
            None => {
                let word = if alloc.create_index >= eval.create_index {
                    "created"
                } else {
                    "modified"
                };
                let node = self.short(&alloc.node_id);
                let group = &alloc.task_group;
                format!("Allocation \"{id}\" {word}: node \"{node}\", group \"{group}\"")
            }
        };
        self.detail(&line);
    }

    fn finish(&mut self, eval: &Eval) {
        let id = self.short(self.id);
        let status = &eval.status;
        if eval.failed_groups.is_empty() {
            self.head(&format!(
                "Evaluation \"{id}\" finished with status \"{status}\""
            ));
            return;
        }
        self.head(&format!(
            "Evaluation \"{id}\" finished with status \"{status}\" but failed to place all allocations:"
        ));
        for (name, metric) in &eval.failed_groups {
            for line in failed_group(name, metric, "").lines() {
                self.detail(line);
            }
        }
        if !eval.blocked_eval.is_empty() {
            let blocked = self.short(&eval.blocked_eval);
            self.detail(&format!(
                "Evaluation \"{blocked}\" waiting for additional capacity to place remainder"
            ));
        }
    }

    fn short(&self, id: &str) -> String {
        shorten(id, self.call.verbose()).to_owned()
    }

    fn head(&mut self, text: &str) {
        let time = self.call.now().absolute(&self.call.zone);
        let line = self.ui.paint.title(&format!("==> {time}: {text}"));
        self.ui.line(line);
    }

    fn detail(&mut self, text: &str) {
        let time = self.call.now().absolute(&self.call.zone);
        self.ui.line(format!("    {time}: {text}"));
    }
}
