//! Evaluations.

use super::metric::failed_group;
use super::{Look, allocs};
use crate::api::view::{AllocStub, Eval};
use crate::cli::layout::{pairs, table};

/// Whether placements failed, for tables: an evaluation that waits does not know yet.
pub(crate) fn failures(eval: &Eval) -> String {
    if eval.status == "blocked" {
        "N/A - In Progress".to_owned()
    } else {
        (!eval.failed_groups.is_empty()).to_string()
    }
}

/// The list.
pub(crate) fn list(evals: &[Eval], look: &Look<'_>) -> String {
    if evals.is_empty() {
        return "No evals found".to_owned();
    }
    let rows: Vec<Vec<String>> = evals
        .iter()
        .map(|eval| {
            vec![
                look.id(&eval.id),
                eval.priority.to_string(),
                eval.triggered_by.clone(),
                eval.job_id.clone(),
                eval.namespace.clone(),
                look.id(&eval.node_id),
                eval.status.clone(),
                failures(eval),
            ]
        })
        .collect();
    let header = [
        "ID",
        "Priority",
        "Triggered By",
        "Job ID",
        "Namespace",
        "Node ID",
        "Status",
        "Placement Failures",
    ];
    table(&header, &rows)
}

/// One evaluation, whole.
pub(crate) fn page(eval: &Eval, placed: &[AllocStub], look: &Look<'_>) -> String {
    let mut text = head(eval, look);
    if look.verbose && !eval.related_evals.is_empty() {
        text.push_str(&look.section("Related Evaluations", &related(eval, look)));
    }
    if !eval.plan_annotations.desired.is_empty() {
        text.push_str(&look.section("Plan Annotations", &annotations(eval)));
    }
    if !placed.is_empty() {
        text.push_str(&look.section("Placed Allocations", &allocs::newest_first(placed, look)));
    }
    if !eval.failed_groups.is_empty() {
        let groups: Vec<String> = eval
            .failed_groups
            .iter()
            .map(|(name, m)| failed_group(name, m, ""))
            .collect();
        text.push_str(&look.section("Failed Placements", &groups.join("\n\n")));
        if !eval.blocked_eval.is_empty() {
            text.push_str(&format!("\n\n{}", waiting(&eval.blocked_eval, look)));
        }
    }
    text
}

/// The line that says who waits for room.
pub(crate) fn waiting(blocked: &str, look: &Look<'_>) -> String {
    format!(
        "Evaluation \"{}\" waiting for additional capacity to place remainder",
        look.id(blocked)
    )
}

fn head(eval: &Eval, look: &Look<'_>) -> String {
    let mut rows = vec![
        ("ID", look.id(&eval.id)),
        ("Create Time", look.age(eval.create_time)),
        ("Modify Time", look.age(eval.modify_time)),
        ("Status", eval.status.clone()),
        ("Status Description", description(eval)),
        ("Type", eval.r#type.clone()),
        ("TriggeredBy", eval.triggered_by.clone()),
        ("Job ID", eval.job_id.clone()),
        ("Namespace", eval.namespace.clone()),
    ];
    match eval.triggered_by.as_str() {
        "node-update" => rows.push(("Node ID", look.id(&eval.node_id))),
        "deployment-watcher" => rows.push(("Deployment ID", look.id(&eval.deployment_id))),
        _ => {}
    }
    rows.push(("Priority", eval.priority.to_string()));
    rows.push(("Placement Failures", failures(eval)));
    if !eval.wait_until.is_never() {
        rows.push(("Wait Until", look.time(eval.wait_until)));
    }
    if !eval.quota_limit_reached.is_empty() {
        rows.push(("Quota Limit Reached", eval.quota_limit_reached.clone()));
    }
    rows.push(("Previous Eval", look.id(&eval.previous_eval)));
    rows.push(("Next Eval", look.id(&eval.next_eval)));
    rows.push(("Blocked Eval", look.id(&eval.blocked_eval)));
    pairs(&rows)
}

fn description(eval: &Eval) -> String {
    let text = &eval.status_description;
    if text.is_empty() {
        eval.status.clone()
    } else {
        text.clone()
    }
}

fn related(eval: &Eval, look: &Look<'_>) -> String {
    let rows: Vec<Vec<String>> = eval
        .related_evals
        .iter()
        .map(|other| {
            vec![
                look.id(&other.id),
                other.priority.to_string(),
                other.triggered_by.clone(),
                look.id(&other.node_id),
                other.status.clone(),
                other.status_description.clone(),
            ]
        })
        .collect();
    table(
        &[
            "ID",
            "Priority",
            "Triggered By",
            "Node ID",
            "Status",
            "Description",
        ],
        &rows,
    )
}

fn annotations(eval: &Eval) -> String {
    let rows: Vec<Vec<String>> = eval
        .plan_annotations
        .desired
        .iter()
        .map(|(group, d)| {
            let counts = [
                d.ignore,
                d.place,
                d.stop,
                d.in_place_update,
                d.destructive_update,
                d.migrate,
                d.canary,
                d.preemptions,
            ];
            std::iter::once(group.clone())
                .chain(counts.map(|n| n.to_string()))
                .collect()
        })
        .collect();
    let header = [
        "Task Group",
        "Ignore",
        "Place",
        "Stop",
        "InPlace",
        "Destructive",
        "Migrate",
        "Canary",
        "Preemptions",
    ];
    table(&header, &rows)
}

#[cfg(test)]
mod tests {
    use super::super::look::plain::look;
    use super::*;

    #[test]
    fn a_failed_placement_is_told_with_who_waits_for_it() {
        let eval: Eval = serde_json::from_str(
            r#"{"ID":"eeeeeeee-1","Status":"complete","Type":"service","TriggeredBy":"job-register","JobID":"x",
                "Namespace":"default","Priority":50,"BlockedEval":"bbbbbbbb-1","CreateTime":1935999990000000000,
                "ModifyTime":1935999999000000000,
                "FailedTGAllocs":{"web":{"NodesEvaluated":1,"ConstraintFiltered":{"missing drivers":1}}}}"#,
        )
        .unwrap();
        let text = page(&eval, &[], &look(false));
        assert!(
            text.starts_with("ID                 = eeeeeeee\nCreate Time        = 10s ago\n"),
            "{text}"
        );
        assert!(text.contains("Blocked Eval       = bbbbbbbb\n\nFailed Placements\n"));
        assert!(text.contains(
            "Task Group \"web\" (failed to place 1 allocation):\n  * Constraint \"missing drivers\": 1 nodes"
        ));
        assert!(text.ends_with(
            "Evaluation \"bbbbbbbb\" waiting for additional capacity to place remainder"
        ));
    }
}
