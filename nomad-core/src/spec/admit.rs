//! The whole way from a raw job to one that the state may hold.

use super::validate::{self, Complaint, Limits};
use super::{canonicalize, complete, imply};
use crate::model::service::Service;
use crate::model::{Job, JobSpec, Settle, SettleError};

/// A job that passed, with what its author should be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Admitted {
    /// Canonical, complete and valid.
    pub job: Job,
    /// Warnings; none of them stops the job.
    pub warnings: Vec<Complaint>,
}

/// Why a job is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AdmitError {
    /// It breaks rules; all of them are listed.
    #[error("{}", list(.0))]
    Invalid(Vec<Complaint>),
    /// A name or word that validation let through is none. Cannot happen for input that passed
    /// validation; kept as an error rather than an assertion because the input is a user's.
    #[error(transparent)]
    Settle(#[from] SettleError),
}

fn list(complaints: &[Complaint]) -> String {
    let count = complaints.len();
    let plural = if count == 1 { "error" } else { "errors" };
    let lines: Vec<String> = complaints.iter().map(|one| format!("\t* {one}")).collect();
    format!("{count} {plural} occurred:\n{}\n\n", lines.join("\n"))
}

/// Canonicalizes, completes, validates and settles `spec`.
///
/// # Errors
///
/// [`AdmitError::Invalid`] with every rule that the job breaks.
pub fn admit(mut spec: JobSpec, limits: &Limits) -> Result<Admitted, AdmitError> {
    canonicalize(&mut spec);
    complete::complete(&mut spec);
    imply::imply(&mut spec);
    let found = validate::validate(&spec, limits);
    if !found.errors.is_empty() {
        return Err(AdmitError::Invalid(found.errors));
    }
    let mut job = spec.settle()?;
    place_services(&mut job);
    Ok(Admitted {
        job,
        warnings: found.warnings,
    })
}

/// Services are registered in their job's namespace; those of a task are told whose they are.
fn place_services(job: &mut Job) {
    let namespace = job.namespace.to_string();
    for group in job.task_groups.iter_mut() {
        for service in group.services.iter_mut() {
            place_service(service, &namespace, None);
        }
        for task in group.tasks.iter_mut() {
            let name = task.name.to_string();
            for service in task.services.iter_mut() {
                place_service(service, &namespace, Some(&name));
            }
        }
    }
}

fn place_service(service: &mut Service, namespace: &str, task: Option<&String>) {
    namespace.clone_into(&mut service.namespace);
    if let Some(task) = task {
        service.task_name.clone_from(task);
    }
    for check in service.checks.iter_mut() {
        if let Some(task) = task {
            check.task_name.clone_from(task);
        }
        if check.name.is_empty() {
            check.name = format!("service: {:?} check", service.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello() -> JobSpec {
        serde_json::from_value(serde_json::json!({
            "ID": "hello",
            "TaskGroups": [{
                "Name": "web",
                "Tasks": [{"Name": "main", "Driver": "raw_exec", "Config": {"command": "/bin/sh"}}],
            }],
        }))
        .unwrap()
    }

    #[test]
    fn a_small_job_is_admitted_with_every_default_in_place() {
        let job = admit(hello(), &Limits::default()).unwrap().job;
        assert_eq!(job.datacenters.as_slice(), ["*"]);
        assert_eq!(job.group("web").unwrap().tasks[0].resources.cpu, 100);
        assert_eq!(job.update.max_parallel, 1);
    }

    #[test]
    fn every_broken_rule_is_reported_at_once() {
        let mut spec = hello();
        spec.priority = Some(101);
        spec.task_groups.as_mut().unwrap()[0]
            .tasks
            .as_mut()
            .unwrap()[0]
            .driver
            .clear();
        let text = admit(spec, &Limits::default()).unwrap_err().to_string();
        assert!(text.starts_with("2 errors occurred:"), "{text}");
        assert!(
            text.contains("job priority must be between [1, 100]"),
            "{text}"
        );
        assert!(
            text.contains("group \"web\": task \"main\": missing task driver"),
            "{text}"
        );
    }
}
