//! `nomad system gc`.

use crate::api::Request;
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::shared::CONNECTION;
use crate::cli::spec::{Command, Outcome, Run};

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "system gc",
    summary: "Run the system garbage collection process",
    about: "Initializes a garbage collection of jobs, evaluations, allocations, nodes and deployments. This is \
            an asynchronous operation.",
    flags: &[CONNECTION],
    run: Run::Online(|call, _| Box::pin(run(call))),
    ..Command::PLAIN
};

async fn run(call: &Call) -> Outcome {
    let request = Request::put("/v1/system/gc");
    call.client()?
        .done(request)
        .await
        .map_err(Failure::api("running system garbage-collection"))?;
    Ok(0)
}
