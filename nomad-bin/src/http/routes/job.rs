//! `/v1/job/:id` and what can be read beneath it.

use std::sync::Arc;

use nomad_core::diff::diff;
use nomad_core::id::{GroupName, JobKey};
use nomad_core::model::Job;
use nomad_core::state::{JobRecord, Snapshot, TableName, Topic};
use nomad_core::units::{Index, JobVersion};
use serde_json::{Value, json};

use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::error::HttpError;
use crate::http::permit::{Permit, ReadJob};
use crate::http::request::Request;
use crate::http::view;
use crate::http::wait::{Read, blocking};

fn missing(state: &Snapshot) -> Read {
    Read::missing(state.table_index(TableName::Jobs), "job not found")
}

fn job_topics(key: &JobKey) -> [Topic; 1] {
    [Topic::Job(key.clone())]
}

/// `GET /v1/job/:id`.
pub(crate) async fn read(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let key = request.job_key()?;
    blocking(api, &request, &job_topics(&key), |state| {
        let Some(job) = state.job(&key) else {
            return Ok(missing(state));
        };
        Ok(Read::found(job.modify_index, Answer::json(job)?))
    })
    .await
}

/// `GET /v1/job/:id/summary`.
pub(crate) async fn summary(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let key = request.job_key()?;
    let topics = [Topic::JobSummary(key.clone()), Topic::Job(key.clone())];
    blocking(api, &request, &topics, |state| {
        let Some(record) = state.job_record(&key) else {
            return Ok(missing(state));
        };
        let answer = Answer::value(view::job::summary(&key, record));
        Ok(Read::found(record.summary_index, answer))
    })
    .await
}

/// What each version is compared with.
enum DiffBase {
    /// The one before it.
    Previous,
    /// The one of this number.
    Version(JobVersion),
    /// The one of this tag.
    Tag(String),
}

impl DiffBase {
    fn of(request: &Request) -> Result<Self, HttpError> {
        let tag = request.query.text("diff_tag");
        if !tag.is_empty() {
            return Ok(Self::Tag(tag.to_owned()));
        }
        let version = request.query.number("diff_version")?;
        Ok(version.map_or(Self::Previous, |number| Self::Version(JobVersion(number))))
    }

    /// Newest first; null when there is nothing to compare with.
    fn diffs(&self, record: &JobRecord) -> Result<Value, HttpError> {
        let newest_first: Vec<&Job> = record.versions.values().rev().map(AsRef::as_ref).collect();
        let pairs: Vec<(&Job, &Job)> = match self.named(record)? {
            Some(named) => newest_first.iter().map(|job| (named, *job)).collect(),
            None => {
                let older = newest_first.iter().skip(1);
                let pairs = older.zip(&newest_first);
                pairs.map(|(old, new)| (*old, *new)).collect()
            }
        };
        if pairs.is_empty() {
            return Ok(Value::Null);
        }
        let compared: Result<Vec<_>, _> = pairs
            .into_iter()
            .map(|(old, new)| diff(Some(old), new))
            .collect();
        let compared = compared.map_err(|error| HttpError::server(format!("could not {error}")))?;
        Ok(json!(compared))
    }

    fn named<'r>(&self, record: &'r JobRecord) -> Result<Option<&'r Job>, HttpError> {
        let found = match self {
            Self::Previous => return Ok(None),
            Self::Version(version) => record
                .versions
                .get(version)
                .ok_or_else(|| HttpError::server(format!("version {version} not found"))),
            Self::Tag(name) => {
                let tagged = |job: &&Arc<Job>| {
                    job.version_tag
                        .as_ref()
                        .is_some_and(|tag| tag.name == *name)
                };
                let found = record.versions.values().find(tagged);
                found.ok_or_else(|| HttpError::server(format!("tag {name:?} not found")))
            }
        };
        found.map(|job| Some(job.as_ref()))
    }
}

/// `GET /v1/job/:id/versions`.
pub(crate) async fn versions(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let key = request.job_key()?;
    let wants_diffs = request.query.flag("diffs")?;
    let base = DiffBase::of(&request)?;
    blocking(api, &request, &job_topics(&key), |state| {
        let Some(record) = state.job_record(&key) else {
            let index = state.table_index(TableName::JobVersions);
            return Ok(Read::missing(index, "job versions not found"));
        };
        let newest_first: Vec<Value> = record
            .versions
            .values()
            .rev()
            .map(|job| json!(job))
            .collect();
        let diffs = match wants_diffs {
            true => base.diffs(record)?,
            false => Value::Null,
        };
        let index = record.job.modify_index;
        let answer = json!({
            "Versions": newest_first,
            "Diffs": diffs,
            "Index": index,
            "LastContact": 0,
            "KnownLeader": true,
            "NextToken": "",
        });
        Ok(Read::found(index, Answer::value(answer)))
    })
    .await
}

/// `GET /v1/job/:id/submission?version=N`.
pub(crate) async fn submission(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let key = request.job_key()?;
    let version = request
        .query
        .text("version")
        .parse()
        .map(JobVersion)
        .map_err(|_| HttpError::bad("Unable to parse job submission version parameter"))?;
    blocking(api, &request, &job_topics(&key), |state| {
        let record = state.job_record(&key);
        let found = record.and_then(|record| record.submissions.get(&version));
        let (Some(record), Some(found)) = (record, found) else {
            let index = state.table_index(TableName::Submissions);
            return Ok(Read::missing(index, "job source not found"));
        };
        let answer = json!({
            "Source": found.source,
            "Format": found.format,
            "VariableFlags": found.variable_flags,
            "Variables": found.variables,
            "Namespace": key.namespace,
            "JobID": key.id,
            "JobIndex": record.job.job_modify_index,
            "JobModifyIndex": record.job.job_modify_index,
            "Version": version,
        });
        Ok(Read::found(record.job.modify_index, Answer::value(answer)))
    })
    .await
}

/// `GET /v1/job/:id/allocations`.
pub(crate) async fn allocations(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let key = request.job_key()?;
    let all = request.query.flag("all")?;
    let topics = [Topic::JobAllocs(key.clone()), Topic::Job(key.clone())];
    let extras = view::alloc::Extras {
        resources: request.query.flag("resources")?,
        task_states: true,
    };
    blocking(api, &request, &topics, |state| {
        let current = state.job(&key).map(|job| job.create_index);
        let shown: Vec<_> = state
            .allocs_of_job(&key)
            .filter(|alloc| all || current.is_none_or(|index| alloc.job_create_index == index))
            .collect();
        let index = shown.iter().map(|alloc| alloc.modify_index).max();
        let index = index.unwrap_or_else(|| state.table_index(TableName::Allocs));
        let job = |alloc| state.job_of(alloc).map(AsRef::as_ref);
        let list = shown
            .iter()
            .map(|alloc| view::alloc::stub(alloc, job(alloc), extras))
            .collect();
        Ok(Read::found(index, Answer::value(Value::Array(list))))
    })
    .await
}

/// `GET /v1/job/:id/evaluations`: newest first.
pub(crate) async fn evaluations(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let key = request.job_key()?;
    blocking(api, &request, &[Topic::JobEvals(key.clone())], |state| {
        let mut evals: Vec<_> = state.evals_of_job(&key).collect();
        evals.sort_by_key(|eval| std::cmp::Reverse((eval.create_index, eval.create_time)));
        let index = evals.iter().map(|eval| eval.modify_index).max();
        let index = index.unwrap_or_else(|| state.table_index(TableName::Evals));
        let list = evals.iter().map(|eval| view::eval::full(eval)).collect();
        Ok(Read::found(index, Answer::value(Value::Array(list))))
    })
    .await
}

/// `GET /v1/job/:id/deployments`: newest first.
pub(crate) async fn deployments(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let key = request.job_key()?;
    let all = request.query.flag("all")?;
    blocking(
        api,
        &request,
        &[Topic::JobDeployments(key.clone())],
        |state| {
            let current = state.job(&key).map(|job| job.create_index);
            let mut found: Vec<_> = state
                .deployments_of_job(&key)
                .filter(|one| all || current.is_none_or(|index| one.job_create_index == index))
                .collect();
            found.sort_by_key(|one| std::cmp::Reverse(one.create_index));
            let index = found.iter().map(|one| one.modify_index).max();
            let index = index.unwrap_or_else(|| state.table_index(TableName::Deployments));
            let list = found
                .iter()
                .map(|one| view::deployment::full(one))
                .collect();
            Ok(Read::found(index, Answer::value(Value::Array(list))))
        },
    )
    .await
}

/// `GET /v1/job/:id/deployment`: the newest, or `null`.
pub(crate) async fn deployment(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let key = request.job_key()?;
    blocking(
        api,
        &request,
        &[Topic::JobDeployments(key.clone())],
        |state| {
            Ok(match state.latest_deployment(&key) {
                Some(one) => {
                    Read::found(one.modify_index, Answer::value(view::deployment::full(one)))
                }
                None => {
                    let index = state.table_index(TableName::Deployments);
                    Read::found(index, Answer::value(Value::Null))
                }
            })
        },
    )
    .await
}

/// `GET /v1/job/:id/scale`: counts and events per group.
pub(crate) async fn scale_status(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let key = request.job_key()?;
    let topics = [Topic::JobSummary(key.clone()), Topic::Job(key.clone())];
    blocking(api, &request, &topics, |state| {
        let Some(record) = state.job_record(&key) else {
            return Ok(missing(state));
        };
        let count = |group: &GroupName, healthy: bool| {
            let of_group = state
                .allocs_of_job(&key)
                .filter(|alloc| alloc.task_group == *group);
            let judged = of_group.filter_map(|alloc| alloc.deployment_status?.healthy);
            judged.filter(|health| *health == healthy).count()
        };
        let groups: serde_json::Map<String, Value> = record
            .job
            .task_groups
            .iter()
            .map(|group| {
                let summary = record.summary.get(&group.name).copied().unwrap_or_default();
                let events = record.scaling_events.get(&group.name);
                let status = json!({
                    "Desired": group.count,
                    "Placed": summary.starting + summary.running + summary.unknown,
                    "Running": summary.running,
                    "Healthy": count(&group.name, true),
                    "Unhealthy": count(&group.name, false),
                    "Events": events,
                });
                (group.name.to_string(), status)
            })
            .collect();
        let index = record.job.modify_index.max(record.summary_index);
        let answer = json!({
            "JobID": key.id,
            "Namespace": key.namespace,
            "JobCreateIndex": record.job.create_index,
            "JobModifyIndex": record.job.job_modify_index,
            "JobStopped": record.job.stop,
            "TaskGroups": groups,
        });
        Ok(Read::found(index.max(Index(1)), Answer::value(answer)))
    })
    .await
}

/// `GET /v1/job/:id/actions`.
pub(crate) async fn actions(
    api: &Api,
    _: Permit<ReadJob>,
    request: Request,
) -> Result<Answer, HttpError> {
    let key = request.job_key()?;
    let server = api.server()?;
    let state = server.snapshot();
    let job = state
        .job(&key)
        .ok_or_else(|| HttpError::missing("job not found"))?;
    let mut found = Vec::new();
    for group in &job.task_groups {
        for task in &group.tasks {
            found.extend(task.actions.iter().map(|action| {
                json!({
                    "Name": action.name,
                    "Command": action.command,
                    "Args": action.args,
                    "TaskName": task.name,
                    "TaskGroupName": group.name,
                })
            }));
        }
    }
    Ok(Answer::value(Value::Array(found)).with_header("x-nomad-index", 0))
}
