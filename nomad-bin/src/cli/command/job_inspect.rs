//! `nomad job inspect`.

use serde_json::{Value, json};

use crate::api::{Client, Request};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{CONNECTION, JSON, TEMPLATE};
use crate::cli::layout::pretty;
use crate::cli::lookup::{self, FoundJob};
use crate::cli::present;
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;

const HCL: Flag = Flag::switch(
    "hcl",
    "Output the job file that the job was submitted with.",
);
const WITH_VARS: Flag = Flag::switch(
    "with-vars",
    "With -hcl: output the values of variables too.",
);
const VERSION: Flag = Flag::value("version", "<version|tag>", "Show this version of the job.");

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "job inspect",
    aliases: &["inspect"],
    usage: "[options] <job>",
    summary: "Inspect a submitted job",
    flags: &[CONNECTION, &[HCL, WITH_VARS, VERSION, JSON, TEMPLATE]],
    words: Words::of(0, 1, "This command takes one argument: <job>"),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let client = call.client()?;
    let raw = present::wanted(call)?;
    let Some(typed) = call.parsed.word(0) else {
        if !raw {
            return Err(Failure::usage(COMMAND.words.complaint));
        }
        let request = Request::get("/v1/jobs");
        let jobs = client
            .json(request)
            .await
            .map_err(Failure::api("querying jobs"))?;
        return present::show(call, ui, &jobs);
    };
    let found = lookup::job(call, ui, &client, typed).await?;
    let job = version(call, &client, &found).await?;
    if call.on(&HCL) {
        return source(call, ui, &client, &found, &job).await;
    }
    if raw {
        return present::show(call, ui, &job);
    }
    ui.line(pretty(&json!({"Job": job})));
    Ok(0)
}

/// The job, in the version that is asked for.
async fn version(call: &Call, client: &Client, found: &FoundJob) -> Result<Value, Failure> {
    let Some(wanted) = call.text(&VERSION) else {
        let request = found.request(Request::get, &[]);
        return client
            .json(request)
            .await
            .map_err(Failure::api("inspecting job"));
    };
    let request = found.request(Request::get, &["versions"]);
    let answer = client
        .json(request)
        .await
        .map_err(Failure::api("retrieving job versions"))?;
    let matches = |job: &&Value| {
        let number = job
            .get("Version")
            .and_then(Value::as_u64)
            .map(|n| n.to_string());
        let tag = job.pointer("/VersionTag/Name").and_then(Value::as_str);
        number.as_deref() == Some(wanted) || tag == Some(wanted)
    };
    let versions = answer.get("Versions").and_then(Value::as_array);
    versions
        .and_then(|list| list.iter().find(matches))
        .cloned()
        .ok_or_else(|| {
            Failure::said(format!(
                "Error inspecting job: version or tag \"{wanted}\" not found"
            ))
        })
}

/// The job file that a version was submitted with.
async fn source(
    call: &Call,
    ui: &mut Ui,
    client: &Client,
    found: &FoundJob,
    job: &Value,
) -> Outcome {
    let number = job.get("Version").and_then(Value::as_u64).unwrap_or(0);
    let request = found
        .request(Request::get, &["submission"])
        .with("version", number.to_string());
    let answer = client
        .json(request)
        .await
        .map_err(Failure::api("getting job source"))?;
    let text = |field: &str| {
        answer
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    if call.on(&WITH_VARS) && !text("Variables").is_empty() {
        ui.line(format!(
            "Variables:\n{}\n\nJob file:",
            text("Variables").trim_end()
        ));
    }
    ui.line(text("Source").trim_end());
    Ok(0)
}
