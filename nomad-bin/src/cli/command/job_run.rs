//! `nomad job run`.

use serde_json::{Map, Value, json};

use crate::api::view::{Plan, Registered};
use crate::api::{ApiError, Client, Request};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{CONNECTION, DETACH, UI, VERBOSE};
use crate::cli::job_file::JobFile;
use crate::cli::layout::pretty;
use crate::cli::lookup::look;
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;
use crate::cli::{job_file, monitor, render};

const CHECK_INDEX: Flag = Flag::value(
    "check-index",
    "<index>",
    "Run the job only if its modify index on the server is this one; 0 means that it must not exist yet. The \
     index comes from job plan.",
);
const EVAL_PRIORITY: Flag = Flag::value(
    "eval-priority",
    "<n>",
    "Priority of the evaluation, 1 to 100. Default: that of the job.",
);
const OUTPUT: Flag = Flag::switch(
    "output",
    "Output the job as JSON as it would be submitted, without submitting it.",
);
const POLICY_OVERRIDE: Flag = Flag::switch("policy-override", "").hidden();
const PRESERVE_COUNTS: Flag = Flag::switch(
    "preserve-counts",
    "Keep the counts of groups that exist already.",
);
const PRESERVE_RESOURCES: Flag = Flag::switch(
    "preserve-resources",
    "Keep the resources of tasks that exist already.",
);
const CONSUL_NAMESPACE: Flag = Flag::value("consul-namespace", "<namespace>", "").hidden();

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "job run",
    aliases: &["run"],
    usage: "[options] <path>",
    summary: "Run a new job or update an existing job",
    about: "Starts running a new job or updates an existing one from a job file. If the path is \"-\", the job \
            file is read from stdin.\n\nThe evaluation that this creates and the deployment that it begins are \
            followed to their end. The exit status is 0 if all went well, 1 on errors or if the deployment did \
            not become successful, 2 if not all allocations could be placed.",
    flags: &[
        CONNECTION,
        &[
            CHECK_INDEX,
            DETACH,
            EVAL_PRIORITY,
            OUTPUT,
            PRESERVE_COUNTS,
            PRESERVE_RESOURCES,
            POLICY_OVERRIDE,
            CONSUL_NAMESPACE,
            VERBOSE,
            UI,
        ],
        job_file::FLAGS,
    ],
    words: Words::of(1, 1, "This command takes one argument: <path>"),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let mut client = call.client()?;
    let file = job_file::load(call)?;
    file.warnings.iter().for_each(|warning| ui.note(warning));
    if call.on(&OUTPUT) {
        ui.line(pretty(&json!({"Job": file.job})));
        return Ok(0);
    }
    let request = Request::put("/v1/jobs").json(&body(call, &file)?);
    client.aim(file.text("Region"), file.text("Namespace"));
    let answer: Registered = client.value(request).await.map_err(refusal)?;
    if !answer.warnings.is_empty() {
        let block = render::plan::warnings(&answer.warnings, &look(call, ui));
        ui.line(format!("{block}\n"));
    }
    let unmonitored = file.has("Periodic") || file.has("ParameterizedJob");
    let status = if unmonitored || call.on(&DETACH) {
        ui.line("Job registration successful");
        if file.has("Periodic") {
            tell_next_launch(call, ui, &client, &file).await;
        } else if !answer.eval_id.is_empty() {
            ui.line(format!("Evaluation ID: {}", answer.eval_id));
        }
        0
    } else {
        monitor::follow_evaluation(call, ui, &client, &answer.eval_id).await?
    };
    let namespace = client.namespace().unwrap_or("default");
    let page = format!("jobs/{}@{namespace}", file.id());
    call.hint(&client, ui, "View this job", &page).await;
    Ok(status)
}

fn body(call: &Call, file: &JobFile) -> Result<Value, Failure> {
    let mut body = Map::new();
    body.insert("Job".into(), file.job.clone());
    body.insert("Submission".into(), file.submission.clone());
    if let Some(index) = call.text(&CHECK_INDEX) {
        body.insert("EnforceIndex".into(), true.into());
        body.insert("JobModifyIndex".into(), check_index(index)?.into());
    }
    if let Some(priority) = call.parsed.number(&EVAL_PRIORITY)? {
        body.insert("EvalPriority".into(), priority.into());
    }
    for (flag, name) in [
        (&PRESERVE_COUNTS, "PreserveCounts"),
        (&PRESERVE_RESOURCES, "PreserveResources"),
        (&POLICY_OVERRIDE, "PolicyOverride"),
    ] {
        if call.on(flag) {
            body.insert(name.into(), true.into());
        }
    }
    Ok(Value::Object(body))
}

/// The number in `-check-index`, or the reference's complaint.
pub(crate) fn check_index(text: &str) -> Result<u64, Failure> {
    text.parse().map_err(|_| {
        Failure::said(format!(
            "Error parsing check-index value \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax"
        ))
    })
}

/// A wrong `-check-index` gets words of its own.
pub(crate) fn refusal(source: ApiError) -> Failure {
    const ENFORCING: &str = "Enforcing job modify index";
    let enforcing = source
        .body()
        .and_then(|body| body.get(body.find(ENFORCING)?..));
    match enforcing {
        Some(text) => Failure::said(format!("{text}\nJob not updated")),
        None => Failure::Api {
            doing: "submitting job".into(),
            source,
        },
    }
}

/// The scheduler's dry run knows when a periodic job comes next.
async fn tell_next_launch(call: &Call, ui: &mut Ui, client: &Client, file: &JobFile) {
    let body = json!({"Job": file.job, "Diff": false});
    let request = Request::put("/v1/job")
        .segment(file.id())
        .segment("plan")
        .json(&body);
    if let Ok(plan) = client.value::<Plan>(request).await
        && !plan.next_periodic_launch.is_never()
    {
        let launch = render::job::launch(plan.next_periodic_launch, &look(call, ui));
        ui.line(format!("Approximate next launch time: {launch}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_check_index_says_that_nothing_was_updated() {
        let refused = |body: &str| {
            refusal(ApiError::Status {
                code: 500,
                body: body.into(),
            })
            .to_string()
        };
        assert_eq!(
            refused("rpc error: Enforcing job modify index 9: job does not exist"),
            "Enforcing job modify index 9: job does not exist\nJob not updated"
        );
        assert_eq!(
            refused("no"),
            "Error submitting job: Unexpected response code: 500 (no)"
        );
        assert!(
            check_index("x")
                .unwrap_err()
                .to_string()
                .contains("strconv.ParseUint")
        );
    }
}
