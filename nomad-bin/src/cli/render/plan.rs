//! The page of `job plan`.

use std::collections::BTreeMap;

use super::diff::{self, Drawing};
use super::metric::failed_group;
use super::{Look, job};
use crate::api::view::{AllocStub, Change, Plan};
use crate::cli::layout::table;
use crate::cli::ui::Style;

/// From this many preempted allocations on, jobs are listed instead of allocations.
const PREEMPTED_ALLOCS_MAX: usize = 10;
/// From this many preempted jobs on, job types are listed instead of jobs.
const PREEMPTED_JOBS_MAX: usize = 10;

/// What the user typed, to be repeated in the advice at the end.
pub(crate) struct Typed {
    /// Flags that change what the file means, in front of the path.
    pub(crate) flags: Vec<String>,
    /// The path as given.
    pub(crate) path: String,
}

/// The whole page. `with_diff`: show what changes.
pub(crate) fn page(plan: &Plan, with_diff: bool, typed: &Typed, look: &Look<'_>) -> String {
    let mut parts = Vec::new();
    if let Some(diff) = plan.diff.as_ref().filter(|_| with_diff) {
        let drawing = Drawing {
            verbose: look.verbose,
            annotated: true,
            paint: look.paint,
        };
        parts.push(diff::job(diff, drawing));
    }
    parts.push(format!(
        "{}\n{}",
        look.paint.title("Scheduler dry-run:"),
        dry_run(plan, look)
    ));
    if !plan.warnings.is_empty() {
        parts.push(warnings(&plan.warnings, look));
    }
    let preempted = &plan.annotations.preempted_allocs;
    if !preempted.is_empty() {
        parts.push(format!(
            "{}\n{}",
            look.paint.title("Preemptions:"),
            preemptions(preempted)
        ));
    }
    parts.push(check_index(plan.job_modify_index, typed, look));
    parts.join("\n\n")
}

/// The block of warnings, as run, plan and validate print it.
pub(crate) fn warnings(text: &str, look: &Look<'_>) -> String {
    let title = look.paint.text(Style::Yellow, "Job Warnings:");
    format!("{title}\n{}", text.trim_end())
}

fn dry_run(plan: &Plan, look: &Look<'_>) -> String {
    let mut lines = Vec::new();
    if plan.failed_groups.is_empty() {
        let text = "- All tasks successfully allocated.";
        lines.push(look.paint.text(Style::Green, text));
    } else {
        let text = "- WARNING: Failed to place all allocations.";
        lines.push(look.paint.text(Style::Yellow, text));
        for (name, metric) in &plan.failed_groups {
            lines.push(failed_group(name, metric, "  "));
        }
    }
    if !plan.next_periodic_launch.is_never() {
        lines.push(format!(
            "- If submitted now, next periodic launch would be at {}.",
            job::launch(plan.next_periodic_launch, look)
        ));
    }
    lines.join("\n")
}

fn preemptions(allocs: &[AllocStub]) -> String {
    if allocs.len() < PREEMPTED_ALLOCS_MAX {
        let rows: Vec<Vec<String>> = allocs
            .iter()
            .map(|a| vec![a.id.clone(), a.job_id.clone(), a.task_group.clone()])
            .collect();
        return table(&["Alloc ID", "Job ID", "Task Group"], &rows);
    }
    let mut jobs: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    let mut types: BTreeMap<&str, usize> = BTreeMap::new();
    for alloc in allocs {
        *jobs
            .entry((&alloc.job_id, &alloc.namespace, &alloc.job_type))
            .or_default() += 1;
        *types.entry(&alloc.job_type).or_default() += 1;
    }
    if jobs.len() < PREEMPTED_JOBS_MAX {
        let rows: Vec<Vec<String>> = jobs
            .iter()
            .map(|((id, ns, kind), n)| {
                vec![
                    (*id).to_owned(),
                    (*ns).to_owned(),
                    (*kind).to_owned(),
                    n.to_string(),
                ]
            })
            .collect();
        return table(&["Job ID", "Namespace", "Job Type", "Preemptions"], &rows);
    }
    let rows: Vec<Vec<String>> = types
        .iter()
        .map(|(kind, n)| vec![(*kind).to_owned(), n.to_string()])
        .collect();
    table(&["Job Type", "Preemptions"], &rows)
}

fn check_index(index: u64, typed: &Typed, look: &Look<'_>) -> String {
    let flags: String = typed.flags.iter().map(|flag| format!("{flag} ")).collect();
    let title = look.paint.title(&format!("Job Modify Index: {index}"));
    format!(
        "{title}\n\
         To submit the job with version verification run:\n\n\
         nomad job run -check-index {index} {flags}{path}\n\n\
         When running the job with the check-index flag, the job will only be run if the\n\
         job modify index given matches the server-side version. If the index has\n\
         changed, another user has modified the job and the plan's results are\n\
         potentially invalid.",
        path = typed.path
    )
}

/// Whether allocations would be created or destroyed: exit status 1 (spec/api-cli 3.5).
pub(crate) fn changes_allocations(plan: &Plan) -> bool {
    let changed = plan
        .diff
        .as_ref()
        .is_none_or(|diff| diff.r#type != Change::None);
    changed
        && plan
            .annotations
            .desired
            .values()
            .any(|d| d.stop + d.place + d.migrate + d.destructive_update + d.canary > 0)
}

#[cfg(test)]
mod tests {
    use super::super::look::plain::look;
    use super::*;

    fn typed() -> Typed {
        Typed {
            flags: vec!["-var=\"a=b\"".into()],
            path: "x.hcl".into(),
        }
    }

    #[test]
    fn the_page_tells_what_cannot_be_placed_and_how_to_submit_safely() {
        let plan: Plan = serde_json::from_str(
            r#"{"JobModifyIndex":7,"Warnings":"1 warning:\n\n* careful","Annotations":{"DesiredTGUpdates":{"web":{"Place":2}}},
                "Diff":{"Type":"Added","ID":"x"},
                "FailedTGAllocs":{"web":{"NodesEvaluated":1,"NodesExhausted":1,"DimensionExhausted":{"memory":1},"CoalescedFailures":1}}}"#,
        )
        .unwrap();
        let text = page(&plan, true, &typed(), &look(false));
        assert!(
            text.starts_with("+ Job: \"x\"\n\nScheduler dry-run:\n- WARNING: Failed"),
            "{text}"
        );
        assert!(
            text.contains("  Task Group \"web\" (failed to place 2 allocations):\n    * Resources")
        );
        assert!(
            text.contains("\n\nJob Warnings:\n1 warning:\n\n* careful\n\nJob Modify Index: 7\n")
        );
        assert!(text.contains("\nnomad job run -check-index 7 -var=\"a=b\" x.hcl\n"));
        assert!(changes_allocations(&plan));
        assert!(!page(&plan, false, &typed(), &look(false)).contains("+ Job"));
    }

    #[test]
    fn in_place_updates_and_unchanged_jobs_create_nothing() {
        let of = |kind: &str, counts: &str| -> Plan {
            serde_json::from_str(&format!(
                r#"{{"Annotations":{{"DesiredTGUpdates":{{"g":{counts}}}}},"Diff":{{"Type":"{kind}"}}}}"#
            ))
            .unwrap()
        };
        assert!(!changes_allocations(&of(
            "Edited",
            r#"{"InPlaceUpdate":3,"Ignore":1}"#
        )));
        assert!(changes_allocations(&of(
            "Edited",
            r#"{"DestructiveUpdate":1}"#
        )));
        assert!(!changes_allocations(&of("None", r#"{"Place":1}"#)));
    }

    #[test]
    fn many_preemptions_are_counted_by_job() {
        let allocs: Vec<AllocStub> = (0..12)
            .map(|n| AllocStub {
                id: n.to_string(),
                job_id: "low".into(),
                ..AllocStub::default()
            })
            .collect();
        assert!(preemptions(&allocs[..2]).starts_with("Alloc ID  Job ID  Task Group"));
        assert!(preemptions(&allocs).ends_with("12"));
    }
}
