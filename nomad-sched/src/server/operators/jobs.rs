//! Jobs: register, stop, evaluate, revert, scale; allocations: stop (spec/scheduler 3.5 to 3.9).

use std::sync::Arc;

use nomad_core::command::{Command, ScalingEvent, Submission};
use nomad_core::id::{AllocId, GroupName, JobKey};
use nomad_core::model::{AllocClientStatus, DesiredTransition, Evaluation, Job, JobType, Trigger};
use nomad_core::state::ApplyError;
use nomad_core::units::{Index, JobVersion};
use nomad_core::wire::operator::{OperatorRefusal, OperatorRequest};

use super::super::config::JOB_MAX_COUNT;
use super::super::machine::Server;
use super::super::proposals::About;
use super::request::{Outcome, Write};

impl Server {
    pub(super) fn understand_job(&mut self, request: OperatorRequest) -> Outcome {
        match request {
            OperatorRequest::RegisterJob {
                job,
                submission,
                enforce_index,
                preserve_counts,
                eval_priority,
            } => {
                let options = Registration {
                    submission,
                    enforce_index,
                    preserve_counts,
                    eval_priority,
                    trigger: Trigger::JobRegister,
                };
                self.register_job(*job, options)
            }
            OperatorRequest::DeregisterJob {
                job,
                purge,
                no_shutdown_delay,
                eval_priority,
            } => Ok(self.deregister_job(job, purge, no_shutdown_delay, eval_priority)),
            OperatorRequest::EvaluateJob {
                job,
                force_reschedule,
            } => self.evaluate_job(&job, force_reschedule),
            OperatorRequest::RevertJob {
                job,
                version,
                enforce_prior_version,
            } => self.revert_job(&job, version, enforce_prior_version),
            OperatorRequest::SetJobStability {
                job,
                version,
                stable,
            } => Ok(Write {
                record: None,
                about: About::Job {
                    key: job.clone(),
                    eval: None,
                },
                command: Command::SetJobStability {
                    job,
                    version,
                    stable,
                },
            }),
            OperatorRequest::StopAlloc {
                alloc_id,
                no_shutdown_delay,
                reschedule,
            } => self.stop_alloc(alloc_id, no_shutdown_delay, reschedule),
            other => self.understand_scale(other),
        }
    }

    fn understand_scale(&mut self, request: OperatorRequest) -> Outcome {
        let OperatorRequest::ScaleJob {
            job,
            group,
            count,
            override_policy,
            job_modify_index,
            event,
        } = request
        else {
            return Err(OperatorRefusal::Empty {
                what: "a request that this server knows".to_owned(),
            });
        };
        let stored = self.known_job(&job)?;
        if stored.group(group.as_str()).is_none() {
            return Err(OperatorRefusal::UnknownGroup { job, group });
        }
        match count {
            None => Ok(record_scaling(job, group, event)),
            Some(_) if event.error => Err(OperatorRefusal::CountAndError { group }),
            Some(count) => {
                let guard = (override_policy, job_modify_index);
                self.scale(&stored, &group, count, guard, event)
            }
        }
    }

    fn known_job(&self, key: &JobKey) -> Result<Arc<Job>, OperatorRefusal> {
        let job = self.state.job(key).cloned();
        job.ok_or_else(|| ApplyError::UnknownJob(key.clone()).into())
    }

    fn register_job(&mut self, job: Job, options: Registration) -> Outcome {
        let key = job.key();
        if self.state.scheduler_config().reject_job_registration {
            return Err(OperatorRefusal::RegistrationRejected { job: key });
        }
        if let Some(known) = self.state.job(&key) {
            check_nature(known, &job)?;
        }
        let runs = !job.is_periodic() && !job.is_parameterized();
        let eval = runs.then(|| {
            let mut eval = self.job_eval(&job, options.trigger);
            if options.eval_priority > 0 {
                eval.priority = options.eval_priority;
            }
            eval
        });
        Ok(Write {
            record: None,
            about: about(&key, eval.as_ref()),
            command: Command::RegisterJob {
                job: Box::new(job),
                submission: options.submission,
                enforce_index: options.enforce_index,
                preserve_counts: options.preserve_counts,
                eval,
            },
        })
    }

    /// Stopping a job that is not there is a success without effect.
    fn deregister_job(
        &mut self,
        key: JobKey,
        purge: bool,
        no_shutdown_delay: bool,
        eval_priority: i64,
    ) -> Write {
        let known = self.state.job(&key).cloned();
        let runs = known.is_none_or(|it| !it.is_periodic() && !it.is_parameterized());
        let eval = runs.then(|| {
            let mut eval = self.key_eval(&key, Trigger::JobDeregister);
            // Whatever the job's type: the service scheduler stops everything.
            eval.kind = JobType::Service;
            if eval_priority > 0 {
                eval.priority = eval_priority;
            }
            eval
        });
        Write {
            record: None,
            about: about(&key, eval.as_ref()),
            command: Command::DeregisterJob {
                job: key,
                purge,
                no_shutdown_delay,
                eval,
            },
        }
    }

    fn evaluate_job(&mut self, key: &JobKey, force_reschedule: bool) -> Outcome {
        let job = self.known_job(key)?;
        let refuse = |what: &str| OperatorRefusal::NotEvaluable {
            job: key.clone(),
            what: what.to_owned(),
        };
        if job.is_periodic() {
            return Err(refuse("periodic"));
        }
        if job.is_parameterized() {
            return Err(refuse("parameterized"));
        }
        let eval = self.job_eval(&job, Trigger::JobRegister);
        let about = about(key, Some(&eval));
        let evals = vec![eval];
        if !force_reschedule {
            let command = Command::UpdateEvals { evals };
            return Ok(Write::new(command, about));
        }
        let wish = DesiredTransition {
            force_reschedule: Some(true),
            ..DesiredTransition::default()
        };
        let failed = self.state.allocs_of_job(key).filter(|alloc| {
            let group = job.group(alloc.task_group.as_str());
            let policy = group.and_then(|group| group.reschedule_policy.as_ref());
            alloc.job_create_index == job.create_index
                && alloc.next_allocation.is_none()
                && alloc.client_status == AllocClientStatus::Failed
                && alloc.desired_transition.force_reschedule != Some(true)
                && policy.is_some_and(|policy| policy.is_enabled())
        });
        let transitions = failed.map(|alloc| (alloc.id, wish)).collect();
        Ok(Write {
            record: None,
            command: Command::UpdateDesiredTransitions { transitions, evals },
            about,
        })
    }

    fn revert_job(
        &mut self,
        key: &JobKey,
        version: JobVersion,
        enforce_prior_version: Option<JobVersion>,
    ) -> Outcome {
        let current = self.known_job(key)?;
        let (job, found) = (key.clone(), current.version);
        if let Some(wanted) = enforce_prior_version.filter(|wanted| *wanted != found) {
            return Err(OperatorRefusal::PriorVersion { job, wanted, found });
        }
        if version == found {
            return Err(OperatorRefusal::SameVersion { job, version });
        }
        let kept = self
            .state
            .job_versions(key)
            .find(|job| job.version == version);
        let Some(old) = kept else {
            return Err(ApplyError::UnknownVersion { job, version }.into());
        };
        let mut old = (**old).clone();
        old.version = JobVersion(0);
        old.version_tag = None;
        old.stable = false;
        let submission = self
            .state
            .job_record(key)
            .and_then(|record| record.submissions.get(&version))
            .map(|submission| (**submission).clone());
        let options = Registration {
            submission,
            enforce_index: Some(current.job_modify_index),
            preserve_counts: false,
            eval_priority: 0,
            trigger: Trigger::JobRegister,
        };
        self.register_job(old, options)
    }

    fn scale(
        &mut self,
        job: &Job,
        group: &GroupName,
        count: i64,
        (override_policy, job_modify_index): (bool, Option<Index>),
        event: ScalingEvent,
    ) -> Outcome {
        let key = job.key();
        let active = self
            .state
            .latest_deployment(&key)
            .filter(|it| it.status.is_active() && it.job_create_index == job.create_index);
        if let Some(deployment) = active.filter(|_| !override_policy) {
            let deployment = deployment.id;
            return Err(OperatorRefusal::DeploymentActive {
                job: key,
                deployment,
            });
        }
        check_count(job, group, count)?;
        let previous_count = job.group(group.as_str()).map_or(0, |it| it.count);
        let mut scaled = job.clone();
        for it in scaled.task_groups.iter_mut().filter(|it| it.name == *group) {
            it.count = count;
        }
        let options = Registration {
            submission: None,
            enforce_index: Some(job_modify_index.unwrap_or(job.job_modify_index)),
            preserve_counts: false,
            eval_priority: 0,
            trigger: Trigger::Scaling,
        };
        let mut write = self.register_job(scaled, options)?;
        let eval_id = match &write.about {
            About::Job { eval, .. } => *eval,
            _ => None,
        };
        write.record = Some(Command::RecordScaling {
            job: key,
            group: group.clone(),
            event: ScalingEvent {
                time: self.now,
                count: Some(count),
                previous_count,
                eval_id,
                ..event
            },
        });
        Ok(write)
    }

    fn stop_alloc(&mut self, id: AllocId, no_shutdown_delay: bool, reschedule: bool) -> Outcome {
        let Some(alloc) = self.state.alloc(&id).cloned() else {
            return Err(ApplyError::UnknownAlloc(id).into());
        };
        let key = alloc.job_key();
        let eval = self.key_eval(&key, Trigger::AllocStop);
        let wish = DesiredTransition {
            migrate: Some(true),
            no_shutdown_delay: Some(no_shutdown_delay),
            reschedule: Some(reschedule),
            ..DesiredTransition::default()
        };
        Ok(Write {
            record: None,
            about: about(&key, Some(&eval)),
            command: Command::UpdateDesiredTransitions {
                transitions: vec![(id, wish)],
                evals: vec![eval],
            },
        })
    }
}

struct Registration {
    submission: Option<Submission>,
    enforce_index: Option<Index>,
    preserve_counts: bool,
    eval_priority: i64,
    trigger: Trigger,
}

fn about(key: &JobKey, eval: Option<&Evaluation>) -> About {
    About::Job {
        key: key.clone(),
        eval: eval.map(|eval| eval.id),
    }
}

fn record_scaling(job: JobKey, group: GroupName, event: ScalingEvent) -> Write {
    let about = about(&job, None);
    Write::new(Command::RecordScaling { job, group, event }, about)
}

/// What a job is, it stays (spec/scheduler 3.5).
fn check_nature(known: &Job, wanted: &Job) -> Result<(), OperatorRefusal> {
    let job = known.key();
    if known.kind != wanted.kind {
        let (known, wanted) = (known.kind, wanted.kind);
        return Err(OperatorRefusal::TypeChanged { job, known, wanted });
    }
    let changed = if known.is_periodic() != wanted.is_periodic() {
        "periodic"
    } else if known.is_parameterized() != wanted.is_parameterized() {
        "parameterized"
    } else if known.dispatched != wanted.dispatched {
        "dispatched"
    } else {
        return Ok(());
    };
    let what = changed.to_owned();
    Err(OperatorRefusal::NatureChanged { job, what })
}

fn check_count(job: &Job, group: &GroupName, count: i64) -> Result<(), OperatorRefusal> {
    let others = job.task_groups.iter().filter(|it| it.name != *group);
    let others: i64 = others
        .map(|it| it.count.max(0))
        .fold(0, i64::saturating_add);
    let limit = if job.kind == JobType::System {
        1
    } else {
        JOB_MAX_COUNT.saturating_sub(others)
    };
    if count < 0 || count > limit {
        let group = group.clone();
        return Err(OperatorRefusal::BadCount {
            group,
            count,
            limit,
        });
    }
    let scaling = job.group(group.as_str()).and_then(|it| it.scaling.as_ref());
    let below = scaling.and_then(|it| it.min).filter(|min| count < *min);
    let above = scaling.and_then(|it| it.max).filter(|max| count > *max);
    if let Some(bound) = below.or(above) {
        return Err(OperatorRefusal::CountOutOfBounds {
            group: group.clone(),
            count,
            bound,
            above: above.is_some(),
        });
    }
    Ok(())
}
