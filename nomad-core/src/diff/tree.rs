//! The tree of changes, as the public JSON has it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::list::List;

words! {
    /// How a thing changes.
    Change, "kind of change" {
        #[default]
        None = "None",
        Added = "Added",
        Deleted = "Deleted",
        Edited = "Edited",
    }
}

/// A value that changes, or stands beside one that does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FieldDiff {
    /// How it changes.
    pub r#type: Change,
    /// Its name; of a map `Meta[key]`, of a list `args[0]`.
    pub name: String,
    /// The old value as text; empty when there was none.
    pub old: String,
    /// The new value as text; empty when there is none.
    pub new: String,
    /// What the change leads to.
    pub annotations: List<String>,
}

/// A block that changes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ObjectDiff {
    /// How it changes.
    pub r#type: Change,
    /// What it is, such as `Resources`.
    pub name: String,
    /// Its values, unchanged ones too.
    pub fields: List<FieldDiff>,
    /// Blocks in it that change.
    pub objects: List<ObjectDiff>,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TaskDiff {
    /// How it changes.
    pub r#type: Change,
    /// Its name.
    pub name: String,
    /// Its values that change.
    pub fields: List<FieldDiff>,
    /// Its blocks that change.
    pub objects: List<ObjectDiff>,
    /// What the change leads to.
    pub annotations: List<String>,
}

/// A task group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupDiff {
    /// How it changes.
    pub r#type: Change,
    /// Its name.
    pub name: String,
    /// Its values that change.
    pub fields: List<FieldDiff>,
    /// Its blocks that change.
    pub objects: List<ObjectDiff>,
    /// Its tasks, unchanged ones too.
    pub tasks: List<TaskDiff>,
    /// What happens to its allocations: label to count, zeros left out; none without a decision.
    pub updates: Option<BTreeMap<String, u64>>,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct JobDiff {
    /// How it changes.
    pub r#type: Change,
    /// Its id.
    #[serde(rename = "ID")]
    pub id: String,
    /// Its values that change.
    pub fields: List<FieldDiff>,
    /// Its blocks that change.
    pub objects: List<ObjectDiff>,
    /// Its groups, unchanged ones too.
    pub task_groups: List<GroupDiff>,
}

/// Values by name, as text.
pub(super) type Flat = BTreeMap<String, String>;
