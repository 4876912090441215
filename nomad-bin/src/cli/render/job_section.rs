//! The sections of a job's page, each with a blank line and a title before it, or empty.

use super::Look;
use super::metric::bullets;
use crate::api::view::{AllocStub, Eval, Job, JobStub, Summary};
use crate::cli::layout::{go_duration, pairs, table};

/// Groups that "Placement Failure" shows before it points at `eval status`.
const FAILED_GROUPS_MAX: usize = 5;

/// "Summary": allocations of each group by status.
pub(crate) fn summary(summary: &Summary, look: &Look<'_>) -> String {
    let rows: Vec<Vec<String>> = summary
        .summary
        .iter()
        .map(|(group, c)| {
            let counts = [
                c.queued, c.starting, c.running, c.failed, c.complete, c.lost, c.unknown,
            ];
            std::iter::once(group.clone())
                .chain(counts.map(|n| n.to_string()))
                .collect()
        })
        .collect();
    let header = [
        "Task Group",
        "Queued",
        "Starting",
        "Running",
        "Failed",
        "Complete",
        "Lost",
        "Unknown",
    ];
    look.section("Summary", &table(&header, &rows))
}

/// What a periodic or parameterized job launched.
pub(crate) fn children(
    job: &Job,
    summary: &Summary,
    children: &[JobStub],
    look: &Look<'_>,
) -> String {
    let counts = [
        summary.children.pending,
        summary.children.running,
        summary.children.dead,
    ];
    let row = counts.map(|n| n.to_string()).to_vec();
    let counts = table(&["Pending", "Running", "Dead"], &[row]);
    let rows: Vec<Vec<String>> = children
        .iter()
        .map(|child| vec![child.id.clone(), child.status.clone()])
        .collect();
    let list = table(&["ID", "Status"], &rows);
    let Some(parameters) = job
        .parameterized_job
        .as_ref()
        .filter(|_| job.is_parameterized())
    else {
        let list = if children.is_empty() {
            "No instances of periodic job found"
        } else {
            &list
        };
        return format!(
            "{}{}",
            look.section("Children Job Summary", &counts),
            look.section("Previously Launched Jobs", list)
        );
    };
    let head = pairs(&[
        ("Payload", parameters.payload.clone()),
        ("Required Metadata", parameters.meta_required.join(", ")),
        ("Optional Metadata", parameters.meta_optional.join(", ")),
    ]);
    let list = if children.is_empty() {
        "No dispatched instances of parameterized job found"
    } else {
        &list
    };
    format!(
        "{}{}{}",
        look.section("Parameterized Job", &head),
        look.section("Parameterized Job Summary", &counts),
        look.section("Dispatched Jobs", list)
    )
}

/// "Evaluations".
pub(crate) fn evaluations(evals: &[Eval], look: &Look<'_>) -> String {
    let rows: Vec<Vec<String>> = evals
        .iter()
        .map(|eval| {
            vec![
                look.id(&eval.id),
                eval.priority.to_string(),
                eval.triggered_by.clone(),
                eval.status.clone(),
                super::eval::failures(eval),
            ]
        })
        .collect();
    let header = [
        "ID",
        "Priority",
        "Triggered By",
        "Status",
        "Placement Failures",
    ];
    look.section("Evaluations", &table(&header, &rows))
}

/// "Placement Failure": the newest reasons, while an evaluation waits for room.
pub(crate) fn placement_failure(evals: &[Eval], look: &Look<'_>) -> String {
    let blocked = evals.iter().any(|eval| eval.status == "blocked");
    let latest = evals
        .iter()
        .filter(|eval| !eval.failed_groups.is_empty())
        .max_by_key(|eval| eval.create_index);
    let Some(latest) = latest.filter(|_| blocked) else {
        return String::new();
    };
    let mut parts: Vec<String> = latest
        .failed_groups
        .iter()
        .take(FAILED_GROUPS_MAX)
        .map(|(group, metric)| format!("Task Group \"{group}\":\n{}", bullets(metric, "  ")))
        .collect();
    if latest.failed_groups.len() > FAILED_GROUPS_MAX {
        parts.push(format!(
            "\nPlacement failures truncated. To see remainder run:\nnomad eval status {}",
            look.id(&latest.id)
        ));
    }
    look.section("Placement Failure", &parts.join("\n"))
}

/// "Future Rescheduling Attempts": failed allocations whose follow-up evaluation is still to come.
pub(crate) fn future_attempts(
    job: &Job,
    evals: &[Eval],
    allocs: &[AllocStub],
    look: &Look<'_>,
) -> String {
    let rows: Vec<Vec<String>> = evals
        .iter()
        .filter(|eval| !eval.wait_until.is_never() && eval.wait_until > look.now)
        .filter_map(|eval| {
            let waits = |alloc: &&AllocStub| alloc.followup_eval_id == eval.id;
            let alloc = allocs.iter().find(waits)?;
            let mut row = vec![alloc.task_group.clone()];
            if look.verbose {
                row.push(policy(job, &alloc.task_group));
            }
            row.extend([look.id(&eval.id), look.age(eval.wait_until)]);
            Some(row)
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let header: &[&str] = if look.verbose {
        &["Task Group", "Reschedule Policy", "Eval ID", "Eval Time"]
    } else {
        &["Task Group", "Eval ID", "Eval Time"]
    };
    look.section("Future Rescheduling Attempts", &table(header, &rows))
}

fn policy(job: &Job, group: &str) -> String {
    let policy = job
        .group(group)
        .and_then(|group| group.reschedule_policy.as_ref());
    match policy {
        Some(policy) if policy.unlimited == Some(true) => "unlimited".to_owned(),
        Some(policy) => format!(
            "{} in {}",
            policy.attempts.unwrap_or(0),
            go_duration(policy.interval.unwrap_or(0))
        ),
        None => String::new(),
    }
}

/// "Actions".
pub(crate) fn actions(job: &Job, look: &Look<'_>) -> String {
    let mut rows = Vec::new();
    for group in &job.task_groups {
        for task in &group.tasks {
            for action in &task.actions {
                rows.push(vec![
                    action.name.clone(),
                    group.name.clone(),
                    task.name.clone(),
                ]);
            }
        }
    }
    rows.sort();
    if rows.is_empty() {
        return String::new();
    }
    look.section(
        "Actions",
        &table(&["Action Name", "Task Group", "Task"], &rows),
    )
}

#[cfg(test)]
mod tests {
    use super::super::look::plain::look;
    use super::*;

    fn evals(status: &str) -> Vec<Eval> {
        serde_json::from_str(&format!(
            r#"[{{"ID":"e2","Status":"{status}","CreateIndex":9}},
                {{"ID":"e1","Status":"complete","CreateIndex":8,"FailedTGAllocs":{{"web":{{"NodesEvaluated":1,"DimensionExhausted":{{"memory":1}}}}}}}}]"#
        ))
        .unwrap()
    }

    #[test]
    fn placement_failures_are_shown_only_while_something_waits_for_room() {
        assert_eq!(placement_failure(&evals("complete"), &look(false)), "");
        assert_eq!(
            placement_failure(&evals("blocked"), &look(false)),
            "\n\nPlacement Failure\nTask Group \"web\":\n  * Dimension \"memory\" exhausted on 1 nodes"
        );
    }

    #[test]
    fn a_follow_up_in_the_future_is_told_with_its_time() {
        let evals: Vec<Eval> = serde_json::from_str(
            r#"[{"ID":"eeeeeeee-1","WaitUntil":"2031-05-08T09:47:10Z"},{"ID":"ffffffff-1","WaitUntil":"2031-05-08T09:46:00Z"}]"#,
        )
        .unwrap();
        let allocs: Vec<AllocStub> = serde_json::from_str(
            r#"[{"TaskGroup":"web","FollowupEvalID":"eeeeeeee-1"},{"TaskGroup":"web","FollowupEvalID":"ffffffff-1"}]"#,
        )
        .unwrap();
        assert_eq!(
            future_attempts(&Job::default(), &evals, &allocs, &look(false)),
            "\n\nFuture Rescheduling Attempts\nTask Group  Eval ID   Eval Time\nweb         eeeeeeee  30s from now"
        );
    }
}
