//! `nomad job history`.

use serde::Deserialize;
use serde_json::Value;

use crate::api::Request;
use crate::api::view::{Job, JobDiff, nullable};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{CONNECTION, JSON, TEMPLATE};
use crate::cli::lookup::{self, look};
use crate::cli::render::Look;
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;
use crate::cli::{layout, present, render};

const DIFFS: Flag = Flag::switch("p", "Display what changed with each version.");
const FULL: Flag = Flag::switch("full", "Display the whole job of each version.");
const VERSION: Flag = Flag::value("version", "<version>", "Display only this version.");
const DIFF_TAG: Flag = Flag::value(
    "diff-tag",
    "<tag>",
    "With -p: compare with the version that has this tag.",
);
const DIFF_VERSION: Flag = Flag::value(
    "diff-version",
    "<version>",
    "With -p: compare with this version.",
);

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "job history",
    usage: "[options] <job>",
    summary: "Display all tracked versions of a job",
    flags: &[
        CONNECTION,
        &[DIFFS, FULL, VERSION, DIFF_TAG, DIFF_VERSION, JSON, TEMPLATE],
    ],
    words: Words::of(1, 1, "This command takes one argument: <job>"),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

/// `/v1/job/:id/versions`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Versions {
    #[serde(deserialize_with = "nullable")]
    versions: Vec<Value>,
    #[serde(deserialize_with = "nullable")]
    diffs: Vec<JobDiff>,
}

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let client = call.client()?;
    let found = lookup::job(call, ui, &client, call.first()).await?;
    let request = found
        .request(Request::get, &["versions"])
        .flag("diffs", call.on(&DIFFS))
        .maybe("diff_tag", call.text(&DIFF_TAG))
        .maybe("diff_version", call.text(&DIFF_VERSION));
    let answer: Value = client
        .value(request)
        .await
        .map_err(Failure::api("retrieving job versions"))?;
    let wanted = call.parsed.number(&VERSION)?;
    if present::wanted(call)? {
        let versions = answer.get("Versions").cloned().unwrap_or(Value::Null);
        return present::show(call, ui, &versions);
    }
    let answer: Versions = serde_json::from_value(answer)
        .map_err(|error| Failure::said(format!("Error reading job versions: {error}")))?;
    let compared = call.parsed.given(&DIFF_TAG) || call.parsed.given(&DIFF_VERSION);
    let look = Look {
        verbose: false,
        ..look(call, ui)
    };
    let mut blocks = Vec::new();
    for (at, version) in answer.versions.iter().enumerate() {
        let job: Job = serde_json::from_value(version.clone())
            .map_err(|error| Failure::said(format!("Error reading job version: {error}")))?;
        if wanted.is_some_and(|wanted| u64::try_from(wanted) != Ok(job.version)) {
            continue;
        }
        let diff = answer.diffs.get(at).filter(|_| call.on(&DIFFS));
        // The version that all are compared with has nothing to show.
        let diff = diff.filter(|_| !(compared && is_base(call, &job)));
        blocks.push(if call.on(&FULL) {
            layout::pretty(version)
        } else {
            render::history::version(&job, diff, &look)
        });
    }
    if blocks.is_empty() {
        return Err(Failure::said(
            "Error retrieving job versions: no such version",
        ));
    }
    ui.line(blocks.join("\n\n"));
    Ok(0)
}

fn is_base(call: &Call, job: &Job) -> bool {
    let tag = job.version_tag.as_ref().map(|tag| tag.name.as_str());
    let number = job.version.to_string();
    (tag.is_some() && tag == call.text(&DIFF_TAG))
        || call.text(&DIFF_VERSION) == Some(number.as_str())
}
