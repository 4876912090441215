//! `nomad job promote`.

use super::deployment_promote::{GROUP, followed, promote};
use crate::api::Request;
use crate::api::view::Deployment;
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::shared::{CONNECTION, DETACH, VERBOSE};
use crate::cli::lookup;
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "job promote",
    usage: "[options] <job>",
    summary: "Promote a job's canaries",
    flags: &[CONNECTION, &[GROUP, DETACH, VERBOSE]],
    words: Words::of(1, 1, "This command takes one argument: <job>"),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let mut client = call.client()?;
    let job = lookup::job(call, ui, &client, call.first()).await?;
    client.aim(None, job.namespace.as_deref());
    let request = job.request(Request::get, &["deployment"]);
    let latest: Option<Deployment> = client
        .value(request)
        .await
        .map_err(Failure::api("retrieving deployments"))?;
    let latest = latest
        .ok_or_else(|| Failure::said(format!("Job \"{}\" has no deployment to promote", job.id)))?;
    let answer = promote(call, &client, &latest.id)
        .await
        .map_err(|source| Failure::Refused {
            said: format!(
                "Error promoting deployment \"{}\" for job \"{}\"",
                latest.id, job.id
            ),
            source,
        })?;
    followed(call, ui, &client, &answer).await
}
