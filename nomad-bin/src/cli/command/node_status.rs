//! `nomad node status`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::node_eligibility::{SELF, own_node};
use crate::api::view::{Alloc, AllocStub, AllocUsage, HostUsage, NodeStub};
use crate::api::{Client, Request};
use crate::cli::call::Call;
use crate::cli::failure::Failure;
use crate::cli::flag::Flag;
use crate::cli::flag::shared::{CONNECTION, FILTER, JSON, PAGE_TOKEN, PER_PAGE, TEMPLATE, VERBOSE};
use crate::cli::lookup::{self, look};
use crate::cli::render::node::{Depth, Extra, Page};
use crate::cli::spec::{Command, Outcome, Run, Words};
use crate::cli::ui::Ui;
use crate::cli::{present, render};

const SHORT: Flag = Flag::switch("short", "Display short output.");
const OS: Flag = Flag::switch("os", "Display the operating system of each node.");
const QUIET: Flag = Flag::switch("quiet", "Display only node IDs.");
const ALLOCS: Flag = Flag::switch(
    "allocs",
    "Display a count of running allocations for each node.",
);
const STATS: Flag = Flag::switch("stats", "Display detailed resource usage of the host.");

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "node status",
    aliases: &["node-status"],
    usage: "[options] <node>",
    summary: "Display status information about nodes",
    about: "Lists all nodes, or shows one: its drivers, resources, events and allocations. A prefix of the \
            node's ID is enough if it is unique.",
    flags: &[
        CONNECTION,
        &[
            SELF, SHORT, OS, QUIET, ALLOCS, STATS, VERBOSE, JSON, TEMPLATE,
        ],
        &[FILTER, PER_PAGE, PAGE_TOKEN],
    ],
    words: Words::of(0, 1, "This command takes either one or no arguments"),
    run: Run::Online(|call, ui| Box::pin(run(call, ui))),
    ..Command::PLAIN
};

/// As the command; `status` comes here too.
pub(crate) async fn run(call: &Call, ui: &mut Ui) -> Outcome {
    let client = call.client()?;
    match (call.parsed.word(0), call.on(&SELF)) {
        (Some(typed), _) => {
            let id = lookup::node(call, ui, &client, typed).await?;
            one(call, ui, &client, &id).await
        }
        (None, true) => {
            let id = own_node(&client).await?;
            one(call, ui, &client, &id).await
        }
        (None, false) => list(call, ui, &client).await,
    }
}

async fn list(call: &Call, ui: &mut Ui, client: &Client) -> Outcome {
    let request = Request::get("/v1/nodes")
        .flag("os", call.on(&OS))
        .maybe("filter", call.text(&FILTER))
        .maybe("per_page", call.text(&PER_PAGE))
        .maybe("next_token", call.text(&PAGE_TOKEN));
    let answer = client
        .ask::<Value>(request)
        .await
        .map_err(Failure::api("querying node status"))?;
    if present::wanted(call)? {
        return present::show(call, ui, &answer.value);
    }
    let nodes: Vec<NodeStub> = serde_json::from_value(answer.value)
        .map_err(|error| Failure::said(format!("Error reading nodes: {error}")))?;
    if nodes.is_empty() {
        ui.line("No nodes registered");
        return Ok(0);
    }
    let page = look(call, ui);
    if call.on(&QUIET) {
        let ids: Vec<String> = nodes.iter().map(|node| page.id(&node.id)).collect();
        ui.line(ids.join("\n"));
    } else {
        let running = if call.on(&ALLOCS) {
            Some(running(client, &nodes).await?)
        } else {
            None
        };
        let extra = Extra {
            os: call.on(&OS),
            verbose: call.verbose(),
        };
        ui.line(render::node::list(&nodes, extra, running.as_ref(), &page));
    }
    if let Some(token) = answer.next_token {
        ui.line(format!("\nResults have been paginated. To get the next page run:\n\nnomad node status -page-token {token}"));
    }
    call.hint(client, ui, "View and manage Nomad clients", "clients")
        .await;
    Ok(0)
}

/// Running allocations of each node.
async fn running(client: &Client, nodes: &[NodeStub]) -> Result<BTreeMap<String, usize>, Failure> {
    let mut counts = BTreeMap::new();
    for node in nodes {
        let request = Request::get("/v1/node")
            .segment(&node.id)
            .segment("allocations");
        let allocs: Vec<AllocStub> = client
            .value(request)
            .await
            .map_err(Failure::api("querying node allocations"))?;
        let running = allocs
            .iter()
            .filter(|alloc| alloc.client_status == "running")
            .count();
        counts.insert(node.id.clone(), running);
    }
    Ok(counts)
}

async fn one(call: &Call, ui: &mut Ui, client: &Client, id: &str) -> Outcome {
    let request = Request::get("/v1/node").segment(id);
    let answer = client
        .json(request)
        .await
        .map_err(Failure::api("querying node info"))?;
    if present::wanted(call)? {
        return present::show(call, ui, &answer);
    }
    let node = serde_json::from_value(answer)
        .map_err(|error| Failure::said(format!("Error reading node: {error}")))?;
    let request = Request::get("/v1/node").segment(id).segment("allocations");
    let allocs: Vec<Alloc> = client
        .value(request)
        .await
        .map_err(Failure::api("querying node allocations"))?;
    let depth = Depth {
        short: call.on(&SHORT),
        stats: call.on(&STATS),
    };
    let (host, usages) = if depth.short {
        (None, Vec::new())
    } else {
        usage(client, id, &allocs).await
    };
    let page = Page {
        node,
        allocs,
        host,
        usages,
    };
    ui.line(render::node::page(&page, depth, &look(call, ui)));
    let what = "View client details and metrics";
    call.hint(client, ui, what, &format!("clients/{id}")).await;
    Ok(0)
}

/// What the host and its allocations use; a node that does not answer is no error.
async fn usage(
    client: &Client,
    id: &str,
    allocs: &[Alloc],
) -> (Option<HostUsage>, Vec<AllocUsage>) {
    let request = Request::get("/v1/client/stats").with("node_id", id);
    let host: Option<HostUsage> = client.value(request).await.ok();
    let mut usages = Vec::new();
    for alloc in allocs
        .iter()
        .filter(|alloc| alloc.client_status == "running")
    {
        let request = Request::get("/v1/client/allocation")
            .segment(&alloc.id)
            .segment("stats");
        if let Ok(usage) = client.value(request).await {
            usages.push(usage);
        }
    }
    (host, usages)
}
