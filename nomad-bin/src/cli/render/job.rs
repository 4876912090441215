//! Jobs: the list, and one job with all that belongs to it (spec/api-cli 3.7).

use super::job_section as section;
use super::{Look, allocs, deployment};
use crate::api::view::{AllocStub, Deployment, Eval, Job, JobStub, Summary};
use crate::cli::layout::{go_duration, pairs, table};

/// The list.
pub(crate) fn list(jobs: &[JobStub], namespaces: bool, look: &Look<'_>) -> String {
    let rows: Vec<Vec<String>> = jobs
        .iter()
        .map(|job| {
            let mut row = vec![job.id.clone()];
            if namespaces {
                row.push(job.namespace.clone());
            }
            row.extend([
                kind(job),
                job.priority.to_string(),
                status(&job.status, job.stop),
                look.time(job.submit_time),
            ]);
            row
        })
        .collect();
    let header: &[&str] = if namespaces {
        &[
            "ID",
            "Namespace",
            "Type",
            "Priority",
            "Status",
            "Submit Date",
        ]
    } else {
        &["ID", "Type", "Priority", "Status", "Submit Date"]
    };
    table(header, &rows)
}

fn kind(job: &JobStub) -> String {
    let suffix = match (job.periodic, job.parameterized_job) {
        (true, _) => "/periodic",
        (_, true) => "/parameterized",
        _ => "",
    };
    format!("{}{suffix}", job.r#type)
}

fn status(status: &str, stopped: bool) -> String {
    if stopped {
        format!("{status} (stopped)")
    } else {
        status.to_owned()
    }
}

/// The block at the top of one job.
pub(crate) fn head(job: &Job, next_launch: Option<&str>, look: &Look<'_>) -> String {
    let mut rows = vec![
        ("ID", job.id.clone()),
        ("Name", job.name.clone()),
        ("Submit Date", look.time(job.submit_time)),
        ("Type", job.r#type.clone()),
        ("Priority", job.priority.to_string()),
        ("Datacenters", job.datacenters.join(",")),
        ("Namespace", job.namespace.clone()),
        ("Node Pool", job.node_pool.clone()),
        ("Status", status(&job.status, job.stop)),
        ("Periodic", job.is_periodic().to_string()),
        ("Parameterized", job.is_parameterized().to_string()),
    ];
    if !job.dispatch_idempotency_token.is_empty() {
        rows.push(("Idempotency Token", job.dispatch_idempotency_token.clone()));
    }
    if let Some(launch) = next_launch {
        rows.push(("Next Periodic Launch", launch.to_owned()));
    }
    pairs(&rows)
}

/// All that the sections below the head show.
pub(crate) struct Page {
    pub(crate) job: Job,
    pub(crate) summary: Summary,
    pub(crate) evals: Vec<Eval>,
    pub(crate) allocs: Vec<AllocStub>,
    pub(crate) deployment: Option<Deployment>,
    pub(crate) children: Vec<JobStub>,
}

/// One job, whole. `evaluations`: list them too.
pub(crate) fn page(page: &Page, evaluations: bool, look: &Look<'_>) -> String {
    let job = &page.job;
    let mut text = head(job, None, look);
    if job.is_periodic() || job.is_parameterized() {
        text.push_str(&section::children(job, &page.summary, &page.children, look));
        return text;
    }
    text.push_str(&section::summary(&page.summary, look));
    if evaluations || look.verbose {
        text.push_str(&section::evaluations(&page.evals, look));
    }
    text.push_str(&section::placement_failure(&page.evals, look));
    text.push_str(&section::future_attempts(
        job,
        &page.evals,
        &page.allocs,
        look,
    ));
    if let Some(latest) = &page.deployment {
        text.push_str(&latest_deployment(latest, look));
    }
    text.push_str(&section::actions(job, look));
    text.push_str(&look.section("Allocations", &allocs::newest_first(&page.allocs, look)));
    text
}

fn latest_deployment(latest: &Deployment, look: &Look<'_>) -> String {
    let head = pairs(&[
        ("ID", look.id(&latest.id)),
        ("Status", latest.status.clone()),
        ("Description", latest.status_description.clone()),
    ]);
    format!(
        "{}{}",
        look.section("Latest Deployment", &head),
        deployment::deployed(latest, look)
    )
}

/// `2031-05-04T10:11:12Z (58m12s from now)`.
pub(crate) fn launch(at: crate::api::Moment, look: &Look<'_>) -> String {
    let from_now = (at.seconds() - look.now.seconds()).max(0);
    format!(
        "{} ({} from now)",
        look.time(at),
        go_duration(from_now * 1_000_000_000)
    )
}

#[cfg(test)]
mod tests {
    use super::super::look::plain::look;
    use super::*;

    #[test]
    fn the_list_shows_what_kind_of_job_it_is_and_whether_it_was_stopped() {
        let jobs: Vec<JobStub> = serde_json::from_str(
            r#"[{"ID":"a","Namespace":"default","Type":"batch","Periodic":true,"Priority":50,"Status":"running","SubmitTime":1936000000000000000},
                {"ID":"bb","Namespace":"n2","Type":"service","Priority":7,"Status":"dead","Stop":true,"SubmitTime":1936000000000000000}]"#,
        )
        .unwrap();
        assert_eq!(
            list(&jobs, true, &look(false)),
            "ID  Namespace  Type            Priority  Status          Submit Date\n\
             a   default    batch/periodic  50        running         2031-05-08T09:46:40Z\n\
             bb  n2         service         7         dead (stopped)  2031-05-08T09:46:40Z"
        );
    }
}
