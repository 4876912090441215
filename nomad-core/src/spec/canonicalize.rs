//! Fills in what a job left out: the half that happens before a job is sent.
//!
//! In: a raw job. Out: the same job with every default that depends on the job alone, as
//! `POST /v1/jobs/parse` with `Canonicalize` answers it (spec/scheduler 3.2, spec/api-cli 4.6).
//! What the server adds at registration is `complete`'s part.

use std::collections::BTreeMap;

use crate::model::group::TaskGroupSpec;
use crate::model::job::{JobSpec, PeriodicSpec};
use crate::model::policy::{
    DisconnectStrategySpec, EphemeralDiskSpec, MigrateStrategySpec, ReschedulePolicySpec,
    RestartPolicySpec, UpdateStrategySpec,
};
use crate::model::resources::ResourcesSpec;
use crate::model::service::ServiceSpec;
use crate::model::task::{LogConfigSpec, TaskSpec, VaultSpec};
use crate::model::template::{ArtifactSpec, TemplateSpec};
use crate::units::{Index, JobVersion, Span};

/// Priority of a job that names none.
pub(super) const PRIORITY_DEFAULT: i64 = 50;
/// Weight of an affinity or spread that names none.
pub(super) const WEIGHT_DEFAULT: i64 = 50;
/// MHz of a task that names neither `cpu` nor `cores`.
pub(super) const CPU_MHZ_DEFAULT: i64 = 100;
/// MiB of a task that names none.
pub(super) const MEMORY_MIB_DEFAULT: i64 = 300;
/// MiB of disk of a group that names none.
pub(super) const DISK_MIB_DEFAULT: i64 = 300;
/// Time between the kill signal and the kill of a task that names none.
pub(super) const KILL_TIMEOUT_DEFAULT: Span = Span::from_secs(5);

/// Sets each named field of `$to` that is missing from the same field of `$from`.
macro_rules! overlay {
    ($to:expr, $from:expr; $($field:ident),+ $(,)?) => {
        $( if $to.$field.is_none() { $to.$field = $from.$field; } )+
    };
}

/// Fills in every default that depends on the job alone. Doing it twice changes nothing more.
pub fn canonicalize(job: &mut JobSpec) {
    let kind = job.kind.get_or_insert_with(|| "service".to_owned()).clone();
    fill_job_texts(job);
    if let Some(periodic) = &mut job.periodic {
        canonicalize_periodic(periodic);
    }
    if is_updatable(&kind) {
        fill_update(job.update.get_or_insert_default());
    }
    for affinity in job.affinities.iter_mut().flatten() {
        affinity.weight.get_or_insert(WEIGHT_DEFAULT);
    }
    for spread in job.spreads.iter_mut().flatten() {
        spread.weight.get_or_insert(WEIGHT_DEFAULT);
    }
    drop_empty(&mut job.meta);
    let inherited = Inherited {
        kind: &kind,
        job_name: job.id.clone().unwrap_or_default(),
        update: job.update.clone(),
        reschedule: job.reschedule.clone(),
        migrate: job.migrate.clone(),
    };
    for group in job.task_groups.iter_mut().flatten() {
        canonicalize_group(group, &inherited);
    }
}

/// What groups take over from their job.
struct Inherited<'a> {
    kind: &'a str,
    job_name: String,
    update: Option<UpdateStrategySpec>,
    reschedule: Option<ReschedulePolicySpec>,
    migrate: Option<MigrateStrategySpec>,
}

fn is_updatable(kind: &str) -> bool {
    matches!(kind, "service" | "system")
}

fn is_batch(kind: &str) -> bool {
    matches!(kind, "batch" | "sysbatch")
}

fn drop_empty<V>(table: &mut Option<BTreeMap<String, V>>) {
    if table.as_ref().is_some_and(BTreeMap::is_empty) {
        *table = None;
    }
}

fn fill_job_texts(job: &mut JobSpec) {
    let id = job.id.get_or_insert_default().clone();
    job.name.get_or_insert(id);
    job.priority.get_or_insert(PRIORITY_DEFAULT);
    job.region.get_or_insert_with(|| "global".to_owned());
    job.namespace.get_or_insert_with(|| "default".to_owned());
    job.all_at_once.get_or_insert(false);
    job.stable.get_or_insert(false);
    job.stop.get_or_insert(false);
    job.version.get_or_insert(JobVersion(0));
    job.create_index.get_or_insert(Index(0));
    job.modify_index.get_or_insert(Index(0));
    job.job_modify_index.get_or_insert(Index(0));
    for text in [
        &mut job.node_pool,
        &mut job.parent_id,
        &mut job.status,
        &mut job.status_description,
        &mut job.consul_namespace,
        &mut job.vault_namespace,
        &mut job.nomad_token_id,
    ] {
        text.get_or_insert_default();
    }
}

fn canonicalize_periodic(periodic: &mut PeriodicSpec) {
    periodic.enabled.get_or_insert(true);
    periodic.spec.get_or_insert_default();
    periodic.specs.get_or_insert_default();
    periodic.spec_type.get_or_insert_with(|| "cron".to_owned());
    periodic.prohibit_overlap.get_or_insert(false);
    let zone = periodic.time_zone.get_or_insert_default();
    if zone.is_empty() {
        "UTC".clone_into(zone);
    }
}

fn fill_update(update: &mut UpdateStrategySpec) {
    update.stagger.get_or_insert(Span::from_secs(30));
    update.max_parallel.get_or_insert(1);
    update
        .health_check
        .get_or_insert_with(|| "checks".to_owned());
    update.min_healthy_time.get_or_insert(Span::from_secs(10));
    update.healthy_deadline.get_or_insert(Span::from_mins(5));
    update.progress_deadline.get_or_insert(Span::from_mins(10));
    update.canary.get_or_insert(0);
    update.auto_revert.get_or_insert(false);
    update.auto_promote.get_or_insert(false);
}

fn canonicalize_group(group: &mut TaskGroupSpec, inherited: &Inherited<'_>) {
    let scaling_min = group.scaling.as_ref().and_then(|scaling| scaling.min);
    group.count.get_or_insert(scaling_min.unwrap_or(1));
    if let Some(scaling) = &mut group.scaling {
        scaling.min = scaling.min.or(group.count);
        scaling.enabled.get_or_insert(true);
        if scaling.kind.is_empty() {
            "horizontal".clone_into(&mut scaling.kind);
        }
    }
    for affinity in group.affinities.iter_mut().flatten() {
        affinity.weight.get_or_insert(WEIGHT_DEFAULT);
    }
    for spread in group.spreads.iter_mut().flatten() {
        spread.weight.get_or_insert(WEIGHT_DEFAULT);
    }
    drop_empty(&mut group.meta);
    fill_disk(group.ephemeral_disk.get_or_insert_default());
    merge_policies(group, inherited);
    if let Some(disconnect) = &mut group.disconnect {
        fill_disconnect(disconnect);
    }
    canonicalize_tasks(group, inherited);
}

fn fill_disk(disk: &mut EphemeralDiskSpec) {
    disk.sticky.get_or_insert(false);
    disk.migrate.get_or_insert(false);
    disk.size_mb.get_or_insert(DISK_MIB_DEFAULT);
}

fn fill_disconnect(disconnect: &mut DisconnectStrategySpec) {
    disconnect.replace.get_or_insert(true);
    disconnect
        .reconcile
        .get_or_insert_with(|| "best_score".to_owned());
}

fn merge_policies(group: &mut TaskGroupSpec, inherited: &Inherited<'_>) {
    let kind = inherited.kind;
    if is_updatable(kind) || group.update.is_some() {
        let mut update = group.update.take().unwrap_or_default();
        let from = inherited.update.clone().unwrap_or_default();
        overlay!(update, from; stagger, max_parallel, health_check, min_healthy_time,
            healthy_deadline, progress_deadline, canary, auto_revert, auto_promote);
        fill_update(&mut update);
        group.update = Some(update);
    }
    if kind == "service" || group.migrate.is_some() || inherited.migrate.is_some() {
        let mut migrate = group.migrate.take().unwrap_or_default();
        let from = inherited.migrate.clone().unwrap_or_default();
        overlay!(migrate, from; max_parallel, health_check, min_healthy_time, healthy_deadline);
        fill_migrate(&mut migrate);
        group.migrate = Some(migrate);
    }
    let wanted = matches!(kind, "service" | "batch");
    if wanted || group.reschedule_policy.is_some() || inherited.reschedule.is_some() {
        let mut policy = group.reschedule_policy.take().unwrap_or_default();
        let from = inherited.reschedule.clone().unwrap_or_default();
        overlay!(policy, from; attempts, interval, delay, delay_function, max_delay, unlimited);
        fill_reschedule(&mut policy, kind);
        group.reschedule_policy = Some(policy);
    }
    fill_restart(group.restart_policy.get_or_insert_default(), kind);
}

fn fill_migrate(migrate: &mut MigrateStrategySpec) {
    migrate.max_parallel.get_or_insert(1);
    migrate
        .health_check
        .get_or_insert_with(|| "checks".to_owned());
    migrate.min_healthy_time.get_or_insert(Span::from_secs(10));
    migrate.healthy_deadline.get_or_insert(Span::from_mins(5));
}

fn fill_reschedule(policy: &mut ReschedulePolicySpec, kind: &str) {
    let from = match kind {
        "service" => reschedule(0, Span::ZERO, Span::from_secs(30), "exponential", true),
        "batch" => reschedule(
            1,
            Span::from_hours(24),
            Span::from_secs(5),
            "constant",
            false,
        ),
        _ => reschedule(0, Span::ZERO, Span::ZERO, "", false),
    };
    overlay!(policy, from; attempts, interval, delay, delay_function, max_delay, unlimited);
}

fn reschedule(
    attempts: i64,
    interval: Span,
    delay: Span,
    function: &str,
    unlimited: bool,
) -> ReschedulePolicySpec {
    ReschedulePolicySpec {
        attempts: Some(attempts),
        interval: Some(interval),
        delay: Some(delay),
        delay_function: Some(function.to_owned()),
        max_delay: Some(if unlimited {
            Span::from_hours(1)
        } else {
            Span::ZERO
        }),
        unlimited: Some(unlimited),
    }
}

fn fill_restart(policy: &mut RestartPolicySpec, kind: &str) {
    let (attempts, interval) = if is_batch(kind) {
        (3, Span::from_hours(24))
    } else {
        (2, Span::from_mins(30))
    };
    policy.attempts.get_or_insert(attempts);
    policy.interval.get_or_insert(interval);
    policy.delay.get_or_insert(Span::from_secs(15));
    policy.mode.get_or_insert_with(|| "fail".to_owned());
    policy.render_templates.get_or_insert(false);
}

fn canonicalize_tasks(group: &mut TaskGroupSpec, inherited: &Inherited<'_>) {
    let owner = format!(
        "{}-{}",
        inherited.job_name,
        group.name.clone().unwrap_or_default()
    );
    let restart = group.restart_policy.clone().unwrap_or_default();
    for service in group.services.iter_mut().flatten() {
        canonicalize_service(service, &owner);
    }
    for task in group.tasks.iter_mut().flatten() {
        canonicalize_task(task, &restart, &owner);
    }
}

fn canonicalize_task(task: &mut TaskSpec, group_restart: &RestartPolicySpec, owner: &str) {
    let mut restart = task.restart_policy.take().unwrap_or_default();
    let from = group_restart.clone();
    overlay!(restart, from; attempts, interval, delay, mode, render_templates);
    task.restart_policy = Some(restart);
    task.kill_timeout.get_or_insert(KILL_TIMEOUT_DEFAULT);
    fill_logs(task.log_config.get_or_insert_default());
    fill_resources(task.resources.get_or_insert_default());
    drop_empty(&mut task.meta);
    for affinity in task.affinities.iter_mut().flatten() {
        affinity.weight.get_or_insert(WEIGHT_DEFAULT);
    }
    let owner = format!("{owner}-{}", task.name);
    for service in task.services.iter_mut().flatten() {
        canonicalize_service(service, &owner);
    }
    task.artifacts
        .iter_mut()
        .flatten()
        .for_each(canonicalize_artifact);
    task.templates
        .iter_mut()
        .flatten()
        .for_each(canonicalize_template);
    if let Some(vault) = &mut task.vault {
        canonicalize_vault(vault);
    }
    for mount in task.volume_mounts.iter_mut().flatten() {
        mount.read_only.get_or_insert(false);
        mount
            .propagation_mode
            .get_or_insert_with(|| "private".to_owned());
        mount.selinux_label.get_or_insert_default();
    }
    if let Some(plugin) = &mut task.csi_plugin {
        fill_text(&mut plugin.mount_dir, "/csi");
        fill_text(&mut plugin.stage_publish_base_dir, "/local/csi");
        if plugin.health_timeout.is_zero() {
            plugin.health_timeout = Span::from_secs(30);
        }
    }
}

fn fill_text(text: &mut String, default: &str) {
    if text.is_empty() {
        default.clone_into(text);
    }
}

fn fill_logs(logs: &mut LogConfigSpec) {
    logs.max_files.get_or_insert(10);
    logs.max_file_size_mb.get_or_insert(10);
    logs.disabled.get_or_insert(false);
}

fn fill_resources(resources: &mut ResourcesSpec) {
    let cores = *resources.cores.get_or_insert(0);
    resources
        .cpu
        .get_or_insert(if cores > 0 { 0 } else { CPU_MHZ_DEFAULT });
    resources.memory_mb.get_or_insert(MEMORY_MIB_DEFAULT);
    for device in resources.devices.iter_mut().flatten() {
        device.count.get_or_insert(1);
        for affinity in device.affinities.iter_mut().flatten() {
            affinity.weight.get_or_insert(WEIGHT_DEFAULT);
        }
    }
}

fn canonicalize_service(service: &mut ServiceSpec, owner: &str) {
    fill_text(&mut service.name, owner);
    fill_text(&mut service.provider, "consul");
    fill_text(&mut service.address_mode, "auto");
    fill_text(&mut service.on_update, "require_healthy");
    fill_text(&mut service.cluster, "default");
    drop_empty(&mut service.meta);
    drop_empty(&mut service.canary_meta);
    let (on_update, inherited) = (service.on_update.clone(), service.check_restart.clone());
    if let Some(restart) = &mut service.check_restart {
        restart.grace.get_or_insert(Span::from_secs(1));
    }
    for check in service.checks.iter_mut().flatten() {
        fill_text(&mut check.on_update, &on_update);
        if check.check_restart.is_none() {
            check.check_restart.clone_from(&inherited);
        }
        if let Some(restart) = &mut check.check_restart {
            restart.grace.get_or_insert(Span::from_secs(1));
        }
    }
}

fn canonicalize_artifact(artifact: &mut ArtifactSpec) {
    let mode = artifact
        .mode
        .get_or_insert_with(|| "any".to_owned())
        .clone();
    artifact.insecure.get_or_insert(false);
    drop_empty(&mut artifact.options);
    drop_empty(&mut artifact.headers);
    if artifact.destination.is_none() {
        let source = artifact.source.as_deref().unwrap_or_default();
        let name = source.rsplit('/').next().unwrap_or_default();
        artifact.destination = Some(if mode == "file" {
            format!("local/{name}")
        } else {
            "local/".to_owned()
        });
    }
}

fn canonicalize_template(template: &mut TemplateSpec) {
    for text in [
        &mut template.source_path,
        &mut template.dest_path,
        &mut template.embedded,
    ] {
        text.get_or_insert_default();
    }
    let mode = template
        .change_mode
        .get_or_insert_with(|| "restart".to_owned())
        .clone();
    let signal = template.change_signal.get_or_insert_default();
    if mode == "signal" && signal.is_empty() {
        "SIGHUP".clone_into(signal);
    }
    *signal = signal.to_uppercase();
    template.once.get_or_insert(false);
    template.splay.get_or_insert(Span::from_secs(5));
    template.perms.get_or_insert_with(|| "0644".to_owned());
    template.left_delim.get_or_insert_with(|| "{{".to_owned());
    template.right_delim.get_or_insert_with(|| "}}".to_owned());
    template.env.get_or_insert(false);
    template.error_on_missing_key.get_or_insert(false);
    template.vault_grace.get_or_insert(Span::ZERO);
    if let Some(script) = &mut template.change_script {
        script.command.get_or_insert_default();
        script.args.get_or_insert_default();
        script.timeout.get_or_insert(Span::from_secs(5));
        script.fail_on_error.get_or_insert(false);
        script.run_on_first_render.get_or_insert(false);
    }
}

fn canonicalize_vault(vault: &mut VaultSpec) {
    fill_text(&mut vault.cluster, "default");
    vault.namespace.get_or_insert_default();
    vault.env.get_or_insert(true);
    vault.disable_file.get_or_insert(false);
    vault
        .change_mode
        .get_or_insert_with(|| "restart".to_owned());
    vault
        .change_signal
        .get_or_insert_with(|| "SIGHUP".to_owned());
    vault.allow_token_expiration.get_or_insert(false);
}
