//! A job, its groups and their tasks.

use std::collections::BTreeMap;

use serde_json::Value;

use super::compare::{own_fields, parts, presence};
use super::shape::{GROUP, JOB, TASK};
use super::tree::{Change, GroupDiff, JobDiff, TaskDiff};
use crate::model::Job;
use crate::model::list::List;

/// Why two jobs could not be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiffError {
    /// They are not versions of one job.
    #[error("compare job {old:?} with job {new:?}: versions of one job are needed")]
    OtherJob {
        /// Id of the old one.
        old: String,
        /// Id of the new one.
        new: String,
    },
    /// A job has no public JSON.
    #[error("write a job as JSON: {0}")]
    Encode(#[from] serde_json::Error),
}

/// Compares a job with an older version of it; without one everything is new.
///
/// # Errors
///
/// [`DiffError::OtherJob`] when the ids differ.
pub fn diff(old: Option<&Job>, new: &Job) -> Result<JobDiff, DiffError> {
    if let Some(old) = old
        && old.id != new.id
    {
        return Err(DiffError::OtherJob {
            old: old.id.to_string(),
            new: new.id.to_string(),
        });
    }
    let mut before = old.map(serde_json::to_value).transpose()?;
    let mut after = serde_json::to_value(new)?;
    before.iter_mut().for_each(forget_grants);
    forget_grants(&mut after);
    let (before, after) = (before.as_ref(), Some(&after));
    let mut found = JobDiff {
        r#type: Change::None,
        id: new.id.to_string(),
        fields: own_fields(before, after, &JOB),
        objects: parts(before, after, &JOB),
        task_groups: named(before, after, "TaskGroups", group),
    };
    let is_below = found
        .task_groups
        .iter()
        .any(|group| group.r#type != Change::None);
    found.r#type = match before {
        None => Change::Added,
        Some(_) if is_below || !found.fields.is_empty() || !found.objects.is_empty() => {
            Change::Edited
        }
        Some(_) => Change::None,
    };
    Ok(found)
}

/// Removes the device from networks: only a grant has one.
fn forget_grants(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            if let Some(networks) = entries.get_mut("Networks").and_then(Value::as_array_mut) {
                for network in networks.iter_mut().filter_map(Value::as_object_mut) {
                    network.remove("Device");
                }
            }
            for key in ["TaskGroups", "Tasks", "Resources"] {
                entries.get_mut(key).into_iter().for_each(forget_grants);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(forget_grants),
        _ => {}
    }
}

/// A group or a task: what differs, and what it is called.
type Compare<T> = fn(&str, Option<&Value>, Option<&Value>, Change) -> T;

/// Groups or tasks of both sides, by name.
fn named<T>(old: Option<&Value>, new: Option<&Value>, key: &str, compare: Compare<T>) -> List<T> {
    let mut both: BTreeMap<&str, (Option<&Value>, Option<&Value>)> = BTreeMap::new();
    for (name, item) in members(old, key) {
        both.entry(name).or_default().0 = Some(item);
    }
    for (name, item) in members(new, key) {
        both.entry(name).or_default().1 = Some(item);
    }
    let compared = both.into_iter().filter_map(|(name, (old, new))| {
        let change = match presence(old, new)? {
            Change::Edited if old == new => Change::None,
            other => other,
        };
        Some(compare(name, old, new, change))
    });
    compared.collect()
}

fn members<'v>(side: Option<&'v Value>, key: &str) -> impl Iterator<Item = (&'v str, &'v Value)> {
    let items = side
        .and_then(|side| side.get(key))
        .and_then(Value::as_array);
    items
        .into_iter()
        .flatten()
        .filter_map(|item| Some((item.get("Name")?.as_str()?, item)))
}

fn group(name: &str, old: Option<&Value>, new: Option<&Value>, change: Change) -> GroupDiff {
    GroupDiff {
        r#type: change,
        name: name.to_owned(),
        fields: own_fields(old, new, &GROUP),
        objects: parts(old, new, &GROUP),
        tasks: named(old, new, "Tasks", task),
        updates: None,
    }
}

fn task(name: &str, old: Option<&Value>, new: Option<&Value>, change: Change) -> TaskDiff {
    TaskDiff {
        r#type: change,
        name: name.to_owned(),
        fields: own_fields(old, new, &TASK),
        objects: parts(old, new, &TASK),
        annotations: List::default(),
    }
}
