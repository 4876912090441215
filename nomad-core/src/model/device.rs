//! Devices of a node, with typed facts about them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::list::List;

/// A group of like devices of a node (spec/scheduler 6.8).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct NodeDevice {
    /// Who makes it.
    pub vendor: String,
    /// What it is, such as `gpu`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Its model.
    pub name: String,
    /// The single devices.
    pub instances: List<DeviceInstance>,
    /// Facts that constraints and affinities may look at.
    pub attributes: BTreeMap<String, DeviceAttribute>,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DeviceInstance {
    /// Its id, unique in its group.
    #[serde(rename = "ID")]
    pub id: String,
    /// It works.
    pub healthy: bool,
    /// In a sentence.
    pub health_description: String,
    /// Where it sits; carried along.
    pub locality: Option<serde_json::Value>,
}

/// A typed fact: exactly one of the values is set.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DeviceAttribute {
    /// A whole number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub int: Option<i64>,
    /// A number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub float: Option<f64>,
    /// Text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub string: Option<String>,
    /// Yes or no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bool: Option<bool>,
    /// Unit of the number, such as `MiB`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unit: String,
}
