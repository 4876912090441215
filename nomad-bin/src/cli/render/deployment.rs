//! Deployments.

use super::Look;
use crate::api::view::{Deployment, GroupProgress};
use crate::cli::layout::{pairs, table};

/// The list.
pub(crate) fn list(deployments: &[Deployment], look: &Look<'_>) -> String {
    if deployments.is_empty() {
        return "No deployments found".to_owned();
    }
    let rows: Vec<Vec<String>> = deployments
        .iter()
        .map(|d| {
            vec![
                look.id(&d.id),
                d.job_id.clone(),
                d.job_version.to_string(),
                d.status.clone(),
                d.status_description.clone(),
            ]
        })
        .collect();
    table(
        &["ID", "Job ID", "Job Version", "Status", "Description"],
        &rows,
    )
}

/// One deployment: what it is and how far its groups are.
pub(crate) fn one(d: &Deployment, look: &Look<'_>) -> String {
    let head = pairs(&[
        ("ID", look.id(&d.id)),
        ("Job ID", d.job_id.clone()),
        ("Job Version", d.job_version.to_string()),
        ("Status", d.status.clone()),
        ("Description", d.status_description.clone()),
    ]);
    format!("{head}{}", deployed(d, look))
}

/// The section "Deployed".
pub(crate) fn deployed(d: &Deployment, look: &Look<'_>) -> String {
    if d.task_groups.is_empty() {
        String::new()
    } else {
        look.section("Deployed", &groups(d, look))
    }
}

/// One row per group; columns that no group needs are left out (spec/api-cli 3.7).
fn groups(d: &Deployment, look: &Look<'_>) -> String {
    let any = |test: fn(&GroupProgress) -> bool| d.task_groups.values().any(test);
    let reverts = any(|g| g.auto_revert);
    let canaries = any(|g| g.desired_canaries > 0);
    let deadline = any(|g| g.progress_deadline != 0);
    let columns: [(&str, bool); 9] = [
        ("Task Group", true),
        ("Auto Revert", reverts),
        ("Promoted", canaries),
        ("Desired", true),
        ("Canaries", canaries),
        ("Placed", true),
        ("Healthy", true),
        ("Unhealthy", true),
        ("Progress Deadline", deadline),
    ];
    let shown = |cells: [String; 9]| -> Vec<String> {
        cells
            .into_iter()
            .zip(columns)
            .filter(|(_, (_, on))| *on)
            .map(|(cell, _)| cell)
            .collect()
    };
    let header = shown(columns.map(|(name, _)| name.to_owned()));
    let rows: Vec<Vec<String>> = d
        .task_groups
        .iter()
        .map(|(name, g)| shown(cells(name, g, look)))
        .collect();
    table(&header, &rows)
}

fn cells(name: &str, g: &GroupProgress, look: &Look<'_>) -> [String; 9] {
    let promoted = if g.desired_canaries > 0 {
        g.promoted.to_string()
    } else {
        "N/A".to_owned()
    };
    let deadline = match look.time(g.require_progress_by) {
        time if time.is_empty() => "N/A".to_owned(),
        time => time,
    };
    let canaries = if g.desired_canaries > 0 {
        g.desired_canaries.to_string()
    } else {
        "N/A".to_owned()
    };
    [
        name.to_owned(),
        g.auto_revert.to_string(),
        promoted,
        g.desired_total.to_string(),
        canaries,
        g.placed_allocs.to_string(),
        g.healthy_allocs.to_string(),
        g.unhealthy_allocs.to_string(),
        deadline,
    ]
}

#[cfg(test)]
mod tests {
    use super::super::look::plain::look;
    use super::*;

    #[test]
    fn canary_columns_come_together_and_only_when_needed() {
        let mut d: Deployment = serde_json::from_str(
            r#"{"ID":"0123456789","JobID":"web","JobVersion":1,"Status":"running","StatusDescription":"Deployment is running",
                "TaskGroups":{"api":{"DesiredTotal":2,"PlacedAllocs":1,"ProgressDeadline":600000000000}}}"#,
        )
        .unwrap();
        assert_eq!(
            one(&d, &look(false)),
            "ID          = 01234567\nJob ID      = web\nJob Version = 1\nStatus      = running\n\
             Description = Deployment is running\n\nDeployed\n\
             Task Group  Desired  Placed  Healthy  Unhealthy  Progress Deadline\n\
             api         2        1       0        0          N/A"
        );
        d.task_groups.get_mut("api").unwrap().desired_canaries = 1;
        d.task_groups.get_mut("api").unwrap().progress_deadline = 0;
        assert_eq!(
            groups(&d, &look(false)),
            "Task Group  Promoted  Desired  Canaries  Placed  Healthy  Unhealthy\n\
             api         false     2        1         1       0        0"
        );
    }
}
