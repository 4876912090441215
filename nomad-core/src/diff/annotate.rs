//! What the changes lead to: counts per group, and a hint per task (spec/scheduler 19.3).

use std::collections::BTreeMap;

use super::tree::{Change, GroupDiff, JobDiff, ObjectDiff, TaskDiff};
use crate::model::list::List;
use crate::model::plan::{DesiredUpdates, PlanAnnotations};

const CREATE: &str = "forces create";
const DESTROY: &str = "forces destroy";
const IN_PLACE: &str = "forces in-place update";
const DESTRUCTIVE: &str = "forces create/destroy update";

/// Objects whose change does not restart a task.
const HARMLESS: [&str; 4] = ["Service", "Constraint", "Affinity", "Spread"];

/// Writes what the scheduler decided into a diff. The hints per task are a guess from the diff;
/// the counts are the decision.
pub fn annotate(diff: &mut JobDiff, decided: Option<&PlanAnnotations>) {
    for group in diff.task_groups.iter_mut() {
        let updates = decided.and_then(|decided| {
            let mut all = decided.desired_tg_updates.iter();
            all.find(|(name, _)| name.as_str() == group.name)
        });
        if let Some((_, updates)) = updates {
            group.updates = Some(counts(updates));
        }
        annotate_count(group);
        let change = group.r#type;
        for task in group.tasks.iter_mut() {
            annotate_task(task, change);
        }
    }
}

fn counts(updates: &DesiredUpdates) -> BTreeMap<String, u64> {
    let all = [
        ("ignore", updates.ignore),
        ("create", updates.place),
        ("destroy", updates.stop),
        ("migrate", updates.migrate),
        ("canary", updates.canary),
        ("in-place update", updates.in_place_update),
        ("create/destroy update", updates.destructive_update),
    ];
    let some = all.into_iter().filter(|(_, count)| *count > 0);
    some.map(|(label, count)| (label.to_owned(), count))
        .collect()
}

fn annotate_count(group: &mut GroupDiff) {
    let Some(count) = group.fields.iter_mut().find(|field| field.name == "Count") else {
        return;
    };
    let number = |text: &str| text.parse::<i64>().unwrap_or(0);
    let hint = match number(&count.new).cmp(&number(&count.old)) {
        std::cmp::Ordering::Greater => CREATE,
        std::cmp::Ordering::Less => DESTROY,
        std::cmp::Ordering::Equal => return,
    };
    count.annotations = List(vec![hint.to_owned()]);
}

fn annotate_task(task: &mut TaskDiff, group: Change) {
    if task.r#type == Change::None {
        return;
    }
    let hint = match group {
        Change::Added => CREATE,
        Change::Deleted => DESTROY,
        Change::None | Change::Edited if is_destructive(task) => DESTRUCTIVE,
        Change::None | Change::Edited => IN_PLACE,
    };
    task.annotations = List(vec![hint.to_owned()]);
}

fn is_destructive(task: &TaskDiff) -> bool {
    let mut fields = task.fields.iter();
    fields.any(|field| field.name != "KillTimeout" && field.r#type != Change::None)
        || task.objects.iter().any(object_restarts)
}

fn object_restarts(object: &ObjectDiff) -> bool {
    object.r#type != Change::None && !HARMLESS.contains(&object.name.as_str())
}
