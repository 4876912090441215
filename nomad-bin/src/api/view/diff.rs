//! What changes between two versions of a job (spec/api-cli 2.3 `/plan`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::nullable;

/// What happened to a thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum Change {
    /// Nothing.
    #[default]
    None,
    /// It is new.
    Added,
    /// It is gone.
    Deleted,
    /// It is different.
    Edited,
}

/// A job.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct JobDiff {
    pub(crate) r#type: Change,
    #[serde(rename = "ID")]
    pub(crate) id: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) fields: Vec<FieldDiff>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) objects: Vec<ObjectDiff>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) task_groups: Vec<GroupDiff>,
}

/// A group.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct GroupDiff {
    pub(crate) r#type: Change,
    pub(crate) name: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) fields: Vec<FieldDiff>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) objects: Vec<ObjectDiff>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) tasks: Vec<TaskDiff>,
    /// How many allocations get which treatment, by its label.
    #[serde(deserialize_with = "nullable")]
    pub(crate) updates: BTreeMap<String, u64>,
}

/// A task.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct TaskDiff {
    pub(crate) r#type: Change,
    pub(crate) name: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) fields: Vec<FieldDiff>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) objects: Vec<ObjectDiff>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) annotations: Vec<String>,
}

/// A block.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ObjectDiff {
    pub(crate) r#type: Change,
    pub(crate) name: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) fields: Vec<FieldDiff>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) objects: Vec<Self>,
}

/// A value.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct FieldDiff {
    pub(crate) r#type: Change,
    pub(crate) name: String,
    pub(crate) old: String,
    pub(crate) new: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) annotations: Vec<String>,
}
