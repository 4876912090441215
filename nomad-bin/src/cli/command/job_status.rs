//! `nomad job status`.

use serde_json::{Value, json};

use crate::api::view::{Deployment, Job, JobStub, Summary};
use crate::api::{ApiError, Client, Request};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{CONNECTION, JSON, TEMPLATE, UI, VERBOSE};
use crate::cli::lookup::{self, FoundJob, look};
use crate::cli::render::job::Page;
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;
use crate::cli::{present, render};

const SHORT: Flag = Flag::switch("short", "Display short output.");
const EVALS: Flag = Flag::switch("evals", "Display the evaluations of the job.");
const ALL_ALLOCS: Flag = Flag::switch(
    "all-allocs",
    "Also display allocations of an earlier job with the same ID.",
);

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "job status",
    usage: "[options] <job>",
    summary: "Display status information about a job",
    about: "Lists all jobs, or shows one: a summary of its allocations, its latest deployment and why something \
            could not be placed. A prefix of the job's ID is enough if it is unique.",
    flags: &[
        CONNECTION,
        &[SHORT, EVALS, ALL_ALLOCS, VERBOSE, JSON, TEMPLATE, UI],
    ],
    words: Words::of(0, 1, "This command takes either no arguments or one: <job>"),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

/// As the command; `status` comes here too.
pub(crate) async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let client = call.client()?;
    match call.parsed.word(0) {
        None => list(call, ui, &client).await,
        Some(typed) => {
            let job = lookup::job(call, ui, &client, typed).await?;
            one(call, ui, &client, &job).await
        }
    }
}

async fn list(call: &Call, ui: &mut Ui, client: &Client) -> Outcome {
    let request = Request::get("/v1/jobs");
    let answer = client
        .json(request)
        .await
        .map_err(Failure::api("querying jobs"))?;
    if present::wanted(call)? {
        return present::show(call, ui, &answer);
    }
    let jobs: Vec<JobStub> = serde_json::from_value(answer)
        .map_err(|error| Failure::said(format!("Error reading jobs: {error}")))?;
    if jobs.is_empty() {
        ui.line("No running jobs");
    } else {
        ui.line(render::job::list(
            &jobs,
            call.all_namespaces(),
            &look(call, ui),
        ));
    }
    Ok(0)
}

async fn one(call: &Call, ui: &mut Ui, client: &Client, found: &FoundJob) -> Outcome {
    if present::wanted(call)? {
        let answer = whole(client, found, call.on(&ALL_ALLOCS)).await;
        let answer = answer.map_err(Failure::api("querying job"))?;
        return present::show(call, ui, &json!([answer]));
    }
    let request = found.request(Request::get, &[]);
    let job: Job = client
        .value(request)
        .await
        .map_err(Failure::api("querying job"))?;
    let at = format!("jobs/{}@{}", job.id, job.namespace);
    let look = look(call, ui);
    if call.on(&SHORT) {
        ui.line(render::job::head(&job, None, &look));
    } else {
        let page = page(client, found, job, call.on(&ALL_ALLOCS)).await;
        let page = page.map_err(Failure::api("querying job"))?;
        ui.line(render::job::page(&page, call.on(&EVALS), &look));
    }
    call.hint(client, ui, "View job details and metrics", &at)
        .await;
    Ok(0)
}

/// What the page of a job shows.
async fn page(client: &Client, found: &FoundJob, job: Job, all: bool) -> Result<Page, ApiError> {
    let summary: Summary = client
        .value(found.request(Request::get, &["summary"]))
        .await?;
    let children = if job.is_periodic() || job.is_parameterized() {
        let request = Request::get("/v1/jobs").with("prefix", format!("{}/", job.id));
        let request = request.maybe("namespace", found.namespace.clone());
        let mut children: Vec<JobStub> = client.value(request).await?;
        children.retain(|child| child.parent_id == job.id);
        children
    } else {
        Vec::new()
    };
    let allocs = found
        .request(Request::get, &["allocations"])
        .flag("all", all);
    let deployment: Option<Deployment> = client
        .value(found.request(Request::get, &["deployment"]))
        .await?;
    Ok(Page {
        evals: client
            .value(found.request(Request::get, &["evaluations"]))
            .await?,
        allocs: client.value(allocs).await?,
        deployment: deployment.filter(|d| d.job_create_index == job.create_index),
        summary,
        children,
        job,
    })
}

/// What `-json` and `-t` show.
async fn whole(client: &Client, found: &FoundJob, all: bool) -> Result<Value, ApiError> {
    let allocs = found
        .request(Request::get, &["allocations"])
        .flag("all", all);
    let get = |part: &'static str| client.json(found.request(Request::get, &[part]));
    Ok(json!({
        "Summary": get("summary").await?,
        "Allocations": client.json(allocs).await?,
        "LatestDeployment": get("deployment").await?,
        "Evaluations": get("evaluations").await?,
    }))
}
