//! What changes in a job, as a tree of marked lines (spec/api-cli 3.9).
//!
//! `+ ` is new, `- ` is gone, `+/- ` is different, nothing is unchanged. Markers and names of one block are
//! padded to the longest of them, so that names and values stand below each other.

use crate::api::view::{Change, FieldDiff, GroupDiff, JobDiff, ObjectDiff, TaskDiff};
use crate::cli::layout::quoted;
use crate::cli::ui::{Paint, Style};

/// What is drawn besides the changes.
#[derive(Clone, Copy)]
pub(crate) struct Drawing {
    /// Unchanged and whole new parts too.
    pub(crate) verbose: bool,
    /// Update counts and annotations (`job plan`), or not (`job history`).
    pub(crate) annotated: bool,
    /// Colors.
    pub(crate) paint: Paint,
}

/// A job.
pub(crate) fn job(diff: &JobDiff, drawing: Drawing) -> String {
    let mut lines = Lines {
        text: Vec::new(),
        drawing,
    };
    let marker = lines.marker(diff.r#type, 0);
    lines.add(0, &format!("{marker}Job: {}", quoted(&diff.id)));
    if drawing.verbose || diff.r#type == Change::Edited {
        lines.block(&diff.fields, &diff.objects, 0);
    }
    let width = widest(diff.task_groups.iter().map(|group| group.r#type));
    for group in &diff.task_groups {
        lines.group(group, width);
    }
    lines.text.join("\n")
}

/// The text under construction.
struct Lines {
    text: Vec<String>,
    drawing: Drawing,
}

impl Lines {
    fn add(&mut self, indent: usize, line: &str) {
        let text = format!("{}{line}", " ".repeat(indent));
        self.text.push(text.trim_end().to_owned());
    }

    /// The marker, painted and padded.
    fn marker(&self, change: Change, width: usize) -> String {
        let plain = plain_marker(change);
        let style = match change {
            Change::Added => Style::Green,
            Change::Deleted => Style::Red,
            Change::Edited | Change::None => Style::Yellow,
        };
        let pad = " ".repeat(width.saturating_sub(plain.len()));
        format!("{}{pad}", self.drawing.paint.text(style, plain))
    }

    fn group(&mut self, group: &GroupDiff, width: usize) {
        let counts = if self.drawing.annotated {
            update_counts(group)
        } else {
            String::new()
        };
        let marker = self.marker(group.r#type, width);
        self.add(
            0,
            &format!("{marker}Task Group: {}{counts}", quoted(&group.name)),
        );
        if self.drawing.verbose || group.r#type == Change::Edited {
            self.block(&group.fields, &group.objects, 2);
        }
        let width = widest(
            group
                .tasks
                .iter()
                .map(|task| task.r#type)
                .chain(group.fields.iter().map(|field| field.r#type))
                .chain(group.objects.iter().map(|object| object.r#type)),
        );
        for task in &group.tasks {
            self.task(task, width);
        }
    }

    fn task(&mut self, task: &TaskDiff, width: usize) {
        let notes = self.notes(&task.annotations);
        let marker = self.marker(task.r#type, width);
        self.add(2, &format!("{marker}Task: {}{notes}", quoted(&task.name)));
        let whole = matches!(task.r#type, Change::Added | Change::Deleted | Change::None);
        if self.drawing.verbose || !whole {
            self.block(&task.fields, &task.objects, 4);
        }
    }

    /// Fields, then objects, of one block.
    fn block(&mut self, fields: &[FieldDiff], objects: &[ObjectDiff], indent: usize) {
        let changes = fields.iter().map(|field| field.r#type);
        let width = widest(changes.chain(objects.iter().map(|object| object.r#type)));
        let name = fields
            .iter()
            .map(|field| field.name.chars().count())
            .max()
            .unwrap_or(0);
        for field in fields {
            let marker = self.marker(field.r#type, width);
            let pad = " ".repeat(name - field.name.chars().count());
            let line = format!("{marker}{}:{pad} {}", field.name, value(field));
            let notes = self.notes(&field.annotations);
            self.add(indent, &format!("{line}{notes}"));
        }
        for object in objects {
            let marker = self.marker(object.r#type, width);
            self.add(indent, &format!("{marker}{} {{", object.name));
            self.block(&object.fields, &object.objects, indent + 2);
            self.add(indent + width, "}");
        }
    }

    fn notes(&self, annotations: &[String]) -> String {
        if annotations.is_empty() || !self.drawing.annotated {
            return String::new();
        }
        let notes: Vec<String> = annotations.iter().map(|note| self.note(note)).collect();
        format!(" ({})", notes.join(", "))
    }

    fn note(&self, note: &str) -> String {
        let style = match note {
            "forces create" => Style::Green,
            "forces destroy" | "forces create/destroy update" => Style::Red,
            _ => Style::Cyan,
        };
        self.drawing.paint.text(style, note)
    }
}

const fn plain_marker(change: Change) -> &'static str {
    match change {
        Change::Added => "+ ",
        Change::Deleted => "- ",
        Change::Edited => "+/- ",
        Change::None => "",
    }
}

fn widest(changes: impl Iterator<Item = Change>) -> usize {
    changes
        .map(|change| plain_marker(change).len())
        .max()
        .unwrap_or(0)
}

fn value(field: &FieldDiff) -> String {
    match field.r#type {
        Change::Added | Change::None => quoted(&field.new),
        Change::Deleted => quoted(&field.old),
        Change::Edited => format!("{} => {}", quoted(&field.old), quoted(&field.new)),
    }
}

/// ` (1 create, 2 ignore)`, sorted by label.
fn update_counts(group: &GroupDiff) -> String {
    if group.updates.is_empty() {
        return String::new();
    }
    let counts: Vec<String> = group
        .updates
        .iter()
        .map(|(label, count)| format!("{count} {label}"))
        .collect();
    format!(" ({})", counts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Drawing = Drawing {
        verbose: false,
        annotated: true,
        paint: Paint::OFF,
    };

    fn edited() -> JobDiff {
        serde_json::from_str(
            r#"{"Type":"Edited","ID":"shop","Fields":null,"Objects":null,"TaskGroups":[
              {"Type":"Edited","Name":"front","Updates":{"ignore":2,"create/destroy update":1},
               "Fields":[{"Type":"Edited","Name":"Count","Old":"3","New":"4","Annotations":["forces create"]}],
               "Tasks":[{"Type":"None","Name":"sidecar"},
                {"Type":"Edited","Name":"web","Annotations":["forces create/destroy update"],
                 "Fields":[{"Type":"Added","Name":"Env[MODE]","New":"fast"}],
                 "Objects":[{"Type":"Edited","Name":"Config","Fields":[
                   {"Type":"Edited","Name":"image","Old":"shop:1","New":"shop:2"},
                   {"Type":"None","Name":"ports[0]","Old":"http","New":"http"}]}]}]},
              {"Type":"None","Name":"back","Updates":{"ignore":1}}]}"#,
        )
        .unwrap()
    }

    #[test]
    fn changes_are_marked_and_names_and_values_align() {
        assert_eq!(
            job(&edited(), PLAIN),
            r#"+/- Job: "shop"
+/- Task Group: "front" (1 create/destroy update, 2 ignore)
  +/- Count: "3" => "4" (forces create)
      Task: "sidecar"
  +/- Task: "web" (forces create/destroy update)
    +   Env[MODE]: "fast"
    +/- Config {
      +/- image:    "shop:1" => "shop:2"
          ports[0]: "http"
        }
    Task Group: "back" (1 ignore)"#
        );
    }

    #[test]
    fn history_shows_the_same_without_counts_and_annotations() {
        let text = job(
            &edited(),
            Drawing {
                annotated: false,
                ..PLAIN
            },
        );
        assert!(text.contains("+/- Task Group: \"front\"\n"));
        assert!(text.contains("  +/- Task: \"web\"\n"));
    }

    #[test]
    fn a_new_job_shows_headings_only_unless_verbose() {
        let diff: JobDiff = serde_json::from_str(
            r#"{"Type":"Added","ID":"x","Fields":[{"Type":"Added","Name":"Type","New":"batch"}],"TaskGroups":[
              {"Type":"Added","Name":"web","Updates":{"create":2},"Fields":[{"Type":"Added","Name":"Count","New":"2"}],
               "Tasks":[{"Type":"Added","Name":"main","Annotations":["forces create"],"Fields":[{"Type":"Added","Name":"Driver","New":"docker"}]}]}]}"#,
        )
        .unwrap();
        assert_eq!(
            job(&diff, PLAIN),
            "+ Job: \"x\"\n+ Task Group: \"web\" (2 create)\n  + Task: \"main\" (forces create)"
        );
        assert!(
            job(
                &diff,
                Drawing {
                    verbose: true,
                    ..PLAIN
                }
            )
            .contains("    + Driver: \"docker\"")
        );
    }

    #[test]
    fn an_unchanged_job_has_no_margin() {
        let diff: JobDiff = serde_json::from_str(
            r#"{"Type":"None","ID":"x","TaskGroups":[{"Type":"None","Name":"web","Updates":{"ignore":2},"Tasks":[{"Type":"None","Name":"main"}]}]}"#,
        )
        .unwrap();
        assert_eq!(
            job(&diff, PLAIN),
            "Job: \"x\"\nTask Group: \"web\" (2 ignore)\n  Task: \"main\""
        );
    }
}
