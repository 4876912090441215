//! `nomad server members`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::api::view::Members;
use crate::api::{Client, Request};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{CONNECTION, JSON, TEMPLATE, VERBOSE};
use crate::cli::spec::{Command, Outcome, Run};
use crate::cli::ui::Ui;
use crate::cli::{present, render};

const DETAILED: Flag = Flag::switch("detailed", "Show the gossip tags of every server too.");

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "server members",
    aliases: &["server-members"],
    summary: "Display a list of known servers and their status",
    flags: &[CONNECTION, &[DETAILED, VERBOSE, JSON, TEMPLATE]],
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let client = call.client()?;
    let request = Request::get("/v1/agent/members");
    let answer = client
        .json(request)
        .await
        .map_err(Failure::api("querying servers"))?;
    if present::wanted(call)? {
        let members = answer.get("Members").cloned().unwrap_or(Value::Null);
        return present::show(call, ui, &members);
    }
    let list: Members = serde_json::from_value(answer)
        .map_err(|error| Failure::said(format!("Error reading servers: {error}")))?;
    let (leaders, problems) = leaders(&client, &list).await;
    let verbose = call.verbose() || call.on(&DETAILED);
    ui.line(render::members::members(&list.members, &leaders, verbose));
    if !problems.is_empty() {
        ui.note("");
        ui.error(format!(
            "Error determining leaders: {}",
            problems.join("; ")
        ));
        return Ok(1);
    }
    call.hint(&client, ui, "View and manage Nomad servers", "servers")
        .await;
    Ok(0)
}

/// The leader of each region, and what kept us from learning some.
async fn leaders(client: &Client, list: &Members) -> (BTreeMap<String, String>, Vec<String>) {
    let regions: BTreeSet<&str> = list
        .members
        .iter()
        .map(|member| member.tag("region"))
        .collect();
    let mut leaders = BTreeMap::new();
    let mut problems = Vec::new();
    for region in regions {
        let request = Request::get("/v1/status/leader").with("region", region);
        match client.value::<String>(request).await {
            Ok(leader) if !leader.is_empty() => {
                leaders.insert(region.to_owned(), leader);
            }
            Ok(_) => problems.push(format!("region \"{region}\" has no leader")),
            Err(error) => problems.push(format!("region \"{region}\": {error}")),
        }
    }
    (leaders, problems)
}
