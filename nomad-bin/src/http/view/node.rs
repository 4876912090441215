//! Nodes.

use nomad_core::model::Node;
use nomad_core::model::node::DriverInfo;
use serde_json::{Map, Value, json};

use super::moment;

fn driver(info: &DriverInfo) -> Value {
    json!({
        "Attributes": info.attributes,
        "Detected": info.detected,
        "Healthy": info.healthy,
        "HealthDescription": info.health_description,
        "UpdateTime": moment(info.update_time),
    })
}

fn drivers(node: &Node) -> Map<String, Value> {
    node.drivers
        .iter()
        .map(|(name, info)| (name.clone(), driver(info)))
        .collect()
}

/// What a list shows beside the usual.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Extras {
    /// Resources.
    pub resources: bool,
    /// The operating system's name.
    pub os: bool,
}

/// A node in a list.
pub(crate) fn stub(node: &Node, extras: Extras) -> Value {
    let address = node.http_addr.rsplit_once(':').map_or("", |(host, _)| host);
    let mut stub = json!({
        "ID": node.id,
        "Name": node.name,
        "Address": address,
        "Datacenter": node.datacenter,
        "NodePool": node.node_pool,
        "NodeClass": node.node_class,
        "Version": node.attributes.get("nomad.version").cloned().unwrap_or_default(),
        "Status": node.status,
        "StatusDescription": node.status_description,
        "SchedulingEligibility": node.scheduling_eligibility,
        "Drain": node.drain,
        "CreateIndex": node.create_index,
        "ModifyIndex": node.modify_index,
        "Drivers": drivers(node),
        "HostVolumes": node.host_volumes,
        "LastDrain": node.last_drain,
    });
    if let Some(fields) = stub.as_object_mut() {
        if extras.resources {
            fields.insert("NodeResources".to_owned(), json!(node.node_resources));
            fields.insert(
                "ReservedResources".to_owned(),
                json!(node.reserved_resources),
            );
        }
        if extras.os {
            let name = node.attributes.get("os.name");
            fields.insert("Attributes".to_owned(), json!({"os.name": name}));
        }
    }
    stub
}

/// A node alone.
pub(crate) fn full(node: &Node) -> Value {
    let mut all = json!(node);
    let Some(fields) = all.as_object_mut() else {
        return all;
    };
    fields.insert("SecretID".to_owned(), json!(""));
    fields.insert("Drivers".to_owned(), Value::Object(drivers(node)));
    fields.insert("TLSEnabled".to_owned(), json!(false));
    fields.insert("GCVolumesOnNodeGC".to_owned(), json!(false));
    fields.insert("HostNetworks".to_owned(), Value::Null);
    fields.insert("IdentitySigningKeyID".to_owned(), json!(""));
    fields.insert("CSIControllerPlugins".to_owned(), json!({}));
    fields.insert("CSINodePlugins".to_owned(), json!({}));
    let events: Vec<Value> = node
        .events
        .iter()
        .map(|event| {
            json!({
                "Message": event.message,
                "Subsystem": event.subsystem,
                "Details": event.details,
                "Timestamp": moment(event.timestamp),
                "CreateIndex": event.create_index,
            })
        })
        .collect();
    fields.insert("Events".to_owned(), json!(events));
    all
}
