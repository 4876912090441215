//! `/v1/agent/...`.

use serde_json::{Value, json};

use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::error::HttpError;
use crate::http::permit::{AgentRead, Anybody, NodeRead, Permit};
use crate::http::request::Request;

fn member(api: &Api) -> Value {
    let facts = &api.facts;
    let (host, port) = facts
        .serf_addr
        .rsplit_once(':')
        .unwrap_or((facts.serf_addr.as_str(), "0"));
    let rpc_port = facts.rpc_addr.rsplit_once(':').map_or("", |(_, port)| port);
    json!({
        "Name": format!("{}.{}", facts.name, facts.region),
        "Addr": host,
        "Port": port.parse::<u16>().unwrap_or(0),
        "Tags": {
            "role": "nomad",
            "region": facts.region,
            "dc": facts.datacenter,
            "port": rpc_port,
            "rpc_addr": host,
            "build": crate::VERSION,
            "raft_vsn": "3",
            "bootstrap": "1",
        },
        "Status": "alive",
        "ProtocolMin": 1,
        "ProtocolMax": 5,
        "ProtocolCur": 2,
        "DelegateMin": 2,
        "DelegateMax": 5,
        "DelegateCur": 4,
    })
}

/// `GET /v1/agent/self`.
pub(crate) async fn own(api: &Api, _: Permit<AgentRead>, _: Request) -> Result<Answer, HttpError> {
    let mut stats = serde_json::Map::new();
    if let Some(server) = &api.server {
        let index = server.snapshot().index();
        stats.insert(
            "nomad".to_owned(),
            json!({
                "server": "true",
                "leader": server.is_leading().to_string(),
                "leader_addr": api.facts.rpc_addr,
                "bootstrap": "true",
                "known_regions": "1",
            }),
        );
        stats.insert(
            "raft".to_owned(),
            json!({"applied_index": index.to_string(), "num_peers": "0"}),
        );
    }
    if let Some(client) = &api.client {
        let allocs = client.allocs().len().to_string();
        stats.insert(
            "client".to_owned(),
            json!({"node_id": client.node_id().to_string(), "num_allocations": allocs}),
        );
    }
    let member = if api.server.is_some() {
        member(api)
    } else {
        json!({"Name": ""})
    };
    Ok(Answer::value(
        json!({"config": api.facts.config, "member": member, "stats": stats}),
    ))
}

/// `GET /v1/agent/members`.
pub(crate) async fn members(
    api: &Api,
    _: Permit<NodeRead>,
    _: Request,
) -> Result<Answer, HttpError> {
    api.server()?;
    Ok(Answer::value(json!({
        "ServerName": api.facts.name,
        "ServerRegion": api.facts.region,
        "ServerDC": api.facts.datacenter,
        "Members": [member(api)],
    })))
}

/// `GET /v1/agent/health`.
pub(crate) async fn health(
    api: &Api,
    _: Permit<Anybody>,
    request: Request,
) -> Result<Answer, HttpError> {
    let kind = request.query.text("type");
    let mut body = serde_json::Map::new();
    let mut healthy = true;
    if (kind.is_empty() && api.server.is_some()) || kind == "server" {
        let (ok, message) = match &api.server {
            None => (false, "server not enabled"),
            Some(server) if server.is_leading() => (true, "ok"),
            Some(_) => (false, "no leader"),
        };
        healthy &= ok;
        body.insert("server".to_owned(), json!({"ok": ok, "message": message}));
    }
    let text = Value::Object(body);
    if healthy {
        Ok(Answer::value(text))
    } else {
        Err(HttpError::server(text.to_string()))
    }
}
