//! What the allocation commands share: the flags that choose an allocation and a task, and the choice.

use crate::api::view::{Alloc, AllocStub};
use crate::api::{Client, Request};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::lookup;
use crate::cli::ui::Ui;

/// The word is a job.
pub(crate) const JOB: Flag = Flag::switch(
    "job",
    "The argument is a job: take one of its running allocations.",
);
/// The task.
pub(crate) const TASK: Flag = Flag::value("task", "<task>", "The task of the allocation.");
/// The group, with [`JOB`].
pub(crate) const GROUP: Flag = Flag::value(
    "group",
    "<group>",
    "With -job: take an allocation of this group.",
);

/// The allocation that the first word names.
pub(crate) async fn find(call: &Call, ui: &Ui, client: &Client) -> Result<Alloc, Failure> {
    let id = if call.on(&JOB) {
        of_job(call, ui, client).await?
    } else {
        lookup::alloc(call, ui, client, call.first()).await?
    };
    let request = Request::get("/v1/allocation").segment(&id);
    match client.value(request).await {
        Err(error) if error.status() == Some(404) => Err(Failure::NotFound {
            kind: "allocation",
            id_word: "id",
            id,
        }),
        answer => answer.map_err(Failure::api("querying allocation")),
    }
}

/// The newest running allocation of a job.
async fn of_job(call: &Call, ui: &Ui, client: &Client) -> Result<String, Failure> {
    let job = lookup::job(call, ui, client, call.first()).await?;
    let request = job.request(Request::get, &["allocations"]);
    let allocs: Vec<AllocStub> = client
        .value(request)
        .await
        .map_err(Failure::api("fetching allocations"))?;
    let group = call.text(&GROUP);
    let newest = allocs
        .iter()
        .filter(|alloc| alloc.client_status == "running")
        .filter(|alloc| group.is_none_or(|group| alloc.task_group == group))
        .max_by_key(|alloc| alloc.create_index);
    newest.map(|alloc| alloc.id.clone()).ok_or_else(|| {
        Failure::said(format!(
            "Error fetching allocations: no running allocation of job \"{}\"",
            job.id
        ))
    })
}

/// The task that is named by flag or second word; the only one if none is named.
pub(crate) fn task(call: &Call, alloc: &Alloc) -> Result<Option<String>, Failure> {
    let named = call.text(&TASK).or_else(|| call.parsed.word(1));
    match named {
        Some(task) => known(alloc, task).map(Some),
        None => match alloc.task_names().as_slice() {
            [only] => Ok(Some((*only).to_owned())),
            _ => Ok(None),
        },
    }
}

/// The task, if the allocation has it.
fn known(alloc: &Alloc, task: &str) -> Result<String, Failure> {
    let names = alloc.task_names();
    if names.contains(&task) {
        return Ok(task.to_owned());
    }
    Err(Failure::said(format!(
        "Could not find task named: {task}, found:\n{}",
        names.join("\n")
    )))
}

/// What is said when an allocation has several tasks and none is named.
pub(crate) fn unnamed(alloc: &Alloc) -> Failure {
    let names: Vec<String> = alloc
        .task_names()
        .iter()
        .map(|name| format!("  * {name}"))
        .collect();
    Failure::said(format!(
        "Allocation \"{}\" is running the following tasks:\n{}\n\nPlease specify the task.",
        crate::cli::layout::short(&alloc.id),
        names.join("\n")
    ))
}
