//! `nomad node eligibility`.

use serde_json::json;

use crate::api::Request;
use crate::api::view::{Node, NodeWritten};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::CONNECTION;
use crate::cli::lookup;
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;

const ENABLE: Flag = Flag::switch("enable", "Allow new work on the node.");
const DISABLE: Flag = Flag::switch("disable", "Keep new work off the node.");
/// Shared with `node status`.
pub(crate) const SELF: Flag = Flag::switch("self", "The node of the local agent.");

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "node eligibility",
    usage: "[options] <node>",
    summary: "Toggle scheduling eligibility for a given node",
    flags: &[CONNECTION, &[ENABLE, DISABLE, SELF]],
    words: Words::of(0, 1, "This command takes one argument: <node>"),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    if call.on(&ENABLE) == call.on(&DISABLE) {
        return Err(Failure::usage(
            "Either the '-enable' or '-disable' flag must be set",
        ));
    }
    let client = call.client()?;
    let id = match (call.on(&SELF), call.parsed.word(0)) {
        (true, _) => own_node(&client).await?,
        (false, Some(typed)) => lookup::node(call, ui, &client, typed).await?,
        (false, None) => return Err(Failure::usage(COMMAND.words.complaint)),
    };
    let request = Request::get("/v1/node").segment(&id);
    let node: Node = client
        .value(request)
        .await
        .map_err(Failure::api("querying node info"))?;
    let word = if call.on(&ENABLE) {
        "eligible"
    } else {
        "ineligible"
    };
    let request = Request::put("/v1/node")
        .segment(&node.id)
        .segment("eligibility");
    let request = request.json(&json!({"NodeID": node.id, "Eligibility": word}));
    let _: NodeWritten = client
        .value(request)
        .await
        .map_err(Failure::api("updating scheduling eligibility"))?;
    ui.line(format!(
        "Node \"{}\" scheduling eligibility set: {word} for scheduling",
        node.id
    ));
    Ok(0)
}

/// The node that the asked agent runs.
pub(crate) async fn own_node(client: &crate::api::Client) -> Result<String, Failure> {
    let agent = client
        .agent_self()
        .await
        .map_err(Failure::api("querying agent info"))?;
    agent.node_id().map(str::to_owned).ok_or_else(|| {
        Failure::said("Local agent isn't running a client: ask another one with -address")
    })
}
