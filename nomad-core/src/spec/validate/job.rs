//! Rules for the job as a whole.

use std::collections::BTreeMap;

use super::{Collector, Limits, constraint, group};
use crate::model::JobSpec;
use crate::model::job::{ParameterizedSpec, PeriodicSpec};

const DESCRIPTION_CHARS_MAX: usize = 1000;

pub(super) fn check(c: &mut Collector, job: &JobSpec, limits: &Limits) {
    let kind = job.kind.as_deref().unwrap_or_default();
    check_names(c, job, kind);
    check_amounts(c, job, limits);
    check_cluster(c, job, limits);
    constraint::check_all(c, &job.constraints);
    if kind == "system" {
        check_system(c, job);
    }
    constraint::check_affinities(c, &job.affinities);
    constraint::check_spreads(c, &job.spreads);
    check_launch(c, job, kind);
    let ui = job
        .ui
        .as_ref()
        .map_or(0, |ui| ui.description.chars().count());
    c.require(ui <= DESCRIPTION_CHARS_MAX, || {
        format!("UI description must be under {DESCRIPTION_CHARS_MAX} characters, got {ui}")
    });
    if job.multiregion.is_some() {
        c.error("multiregion jobs are not supported here");
    }
    check_groups(c, job, kind, limits);
}

fn check_names(c: &mut Collector, job: &JobSpec, kind: &str) {
    let (id, name) = (
        job.id.as_deref().unwrap_or_default(),
        job.name.as_deref().unwrap_or_default(),
    );
    c.require(
        !job.region.as_deref().unwrap_or_default().is_empty(),
        || "missing job region".into(),
    );
    c.require(!id.is_empty(), || "missing job ID".into());
    c.require(!id.contains(' '), || {
        format!("job ID {id:?} contains a space")
    });
    c.require(!id.contains('\0'), || {
        "job ID contains a null character".into()
    });
    c.require(!name.is_empty(), || "missing job name".into());
    c.require(!name.contains('\0'), || {
        "job name contains a null character".into()
    });
    let namespace = job.namespace.as_deref().unwrap_or_default();
    c.require(!namespace.is_empty(), || {
        "job must be in a namespace".into()
    });
    let known = matches!(kind, "service" | "batch" | "system" | "sysbatch");
    c.require(known, || {
        format!("invalid job type: {kind:?}; one of \"service\", \"batch\", \"system\", \"sysbatch\" is needed")
    });
}

fn check_amounts(c: &mut Collector, job: &JobSpec, limits: &Limits) {
    let priority = job.priority.unwrap_or_default();
    c.require((1..=limits.priority_max).contains(&priority), || {
        format!("job priority must be between [1, {}]", limits.priority_max)
    });
    let empty = job.datacenters.iter().flatten().any(String::is_empty);
    c.require(!empty, || "job datacenter must be non-empty string".into());
    let total: i64 = job
        .task_groups
        .iter()
        .flatten()
        .filter_map(|group| group.count)
        .sum();
    c.require(limits.count_max == 0 || total <= limits.count_max, || {
        format!(
            "total count was greater than the limit: {total} > {}",
            limits.count_max
        )
    });
}

fn check_cluster(c: &mut Collector, job: &JobSpec, limits: &Limits) {
    let id = job.id.as_deref().unwrap_or_default();
    let namespace = job.namespace.as_deref().unwrap_or_default();
    c.require(
        namespace.is_empty() || limits.namespaces.contains(namespace),
        || format!("job {id:?} is in nonexistent namespace {namespace:?}"),
    );
    let pool = job.node_pool.as_deref().unwrap_or_default();
    c.require(limits.node_pools.contains(pool), || {
        format!("job {id:?} is in nonexistent node pool {pool:?}")
    });
    let mut tasks = job
        .task_groups
        .iter()
        .flatten()
        .flat_map(|one| one.tasks.iter().flatten());
    c.require(
        limits.vault || tasks.all(|task| task.vault.is_none()),
        || "Vault \"default\" not enabled but used in the job".into(),
    );
}

fn check_system(c: &mut Collector, job: &JobSpec) {
    let has = |list: Option<usize>| list.is_some_and(|len| len > 0);
    c.require(!has(job.affinities.as_ref().map(Vec::len)), || {
        "system jobs may not have an affinity block".into()
    });
    c.require(!has(job.spreads.as_ref().map(Vec::len)), || {
        "system jobs may not have a spread block".into()
    });
}

fn check_launch(c: &mut Collector, job: &JobSpec, kind: &str) {
    let is_batch = matches!(kind, "batch" | "sysbatch");
    if let Some(periodic) = job
        .periodic
        .as_ref()
        .filter(|all| all.enabled != Some(false))
    {
        c.require(is_batch, || {
            "periodic job can only be used with \"batch\" or \"sysbatch\" scheduler".into()
        });
        c.within("periodic".into(), |c| check_periodic(c, periodic));
    }
    if let Some(parameterized) = &job.parameterized {
        c.require(is_batch, || {
            "parameterized job can only be used with \"batch\" or \"sysbatch\" scheduler".into()
        });
        c.within("parameterized".into(), |c| {
            check_parameterized(c, parameterized)
        });
    }
    c.require(job.payload.is_none(), || {
        "job can't be submitted with a payload, only dispatched".into()
    });
    c.require(!job.dispatched, || {
        "job can't be submitted with dispatched set".into()
    });
}

fn check_periodic(c: &mut Collector, periodic: &PeriodicSpec) {
    let single = periodic.spec.as_deref().unwrap_or_default();
    let specs = periodic.specs.as_deref().unwrap_or_default();
    c.require(single.is_empty() || specs.is_empty(), || {
        "only cron or crons may be used".into()
    });
    c.require(!single.is_empty() || !specs.is_empty(), || {
        "must specify a spec".into()
    });
    if !single.is_empty() {
        c.warn("cron is deprecated and may be removed in a future release. Use crons instead");
    }
}

fn check_parameterized(c: &mut Collector, parameterized: &ParameterizedSpec) {
    let payload = parameterized.payload.as_str();
    c.require(
        matches!(payload, "" | "optional" | "required" | "forbidden"),
        || format!("unknown payload requirement: {payload:?}"),
    );
    let optional = parameterized.meta_optional.as_deref().unwrap_or_default();
    let both = parameterized
        .meta_required
        .iter()
        .flatten()
        .find(|key| optional.contains(key));
    if let Some(key) = both {
        c.error(format!(
            "required and optional meta keys should be disjoint; both hold {key:?}"
        ));
    }
}

fn check_groups(c: &mut Collector, job: &JobSpec, kind: &str, limits: &Limits) {
    let groups = job.task_groups.as_deref().unwrap_or_default();
    c.require(!groups.is_empty(), || "missing job task groups".into());
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, one) in groups.iter().enumerate() {
        let name = one.name.as_deref().unwrap_or_default();
        if name.is_empty() {
            c.error(format!("job task group {} missing name", at + 1));
        } else if let Some(first) = seen.insert(name, at + 1) {
            c.error(format!(
                "job task group {} redefines {name:?} from group {first}",
                at + 1
            ));
        }
        c.within(format!("group {name:?}"), |c| {
            group::check(c, one, kind, limits)
        });
    }
}
