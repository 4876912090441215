//! Rules for restart, update, migrate and disconnect blocks.

use super::Collector;
use crate::model::policy::{
    DisconnectStrategySpec, MigrateStrategySpec, RestartPolicySpec, UpdateStrategySpec,
};
use crate::units::Span;

/// Shortest interval of a restart policy.
const RESTART_INTERVAL_MIN: Span = Span::from_secs(5);

fn check_word(c: &mut Collector, what: &str, word: Option<&str>, allowed: &[&str]) {
    let word = word.unwrap_or_default();
    c.require(allowed.contains(&word), || {
        format!("invalid {what}: {word:?}; one of {allowed:?} is needed")
    });
}

pub(super) fn check_restart(c: &mut Collector, policy: &RestartPolicySpec) {
    let attempts = policy.attempts.unwrap_or_default();
    let interval = policy.interval.unwrap_or_default();
    let delay = policy.delay.unwrap_or_default();
    let mode = policy.mode.as_deref();
    check_word(c, "restart mode", mode, &["fail", "delay"]);
    c.require(attempts > 0 || mode == Some("fail"), || {
        "restart policy with 0 attempts must have mode \"fail\": it would never restart".into()
    });
    c.require(delay >= Span::ZERO, || {
        format!("delay must not be negative, got {delay}")
    });
    c.require(interval >= RESTART_INTERVAL_MIN, || {
        format!("interval can not be less than {RESTART_INTERVAL_MIN} (got {interval})")
    });
    c.require(delay.times(attempts) <= interval, || {
        format!(
            "can't restart {attempts} times in an interval of {interval} with a delay of {delay}"
        )
    });
}

pub(super) fn check_update(c: &mut Collector, update: &UpdateStrategySpec, count: Option<i64>) {
    let parallel = update.max_parallel.unwrap_or_default();
    let canary = update.canary.unwrap_or_default();
    check_word(
        c,
        "health check",
        update.health_check.as_deref(),
        &["checks", "task_states", "manual"],
    );
    c.require(parallel >= 0, || {
        format!("max parallel can not be less than zero: {parallel} < 0")
    });
    c.require(canary >= 0, || {
        format!("canary count can not be less than zero: {canary} < 0")
    });
    c.require(update.auto_promote != Some(true) || canary > 0, || {
        "auto promote requires a canary count greater than zero".into()
    });
    let count = count.unwrap_or_default();
    if count > 1 && parallel > count {
        c.warn(format!("update max parallel count is greater than task group count ({parallel} > {count}). A destructive change would result in the simultaneous replacement of all allocations"));
    }
    check_deadlines(c, update);
}

fn check_deadlines(c: &mut Collector, update: &UpdateStrategySpec) {
    let minimum = update.min_healthy_time.unwrap_or_default();
    let healthy = update.healthy_deadline.unwrap_or_default();
    let progress = update.progress_deadline.unwrap_or_default();
    let stagger = update.stagger.unwrap_or_default();
    c.require(minimum >= Span::ZERO, || {
        format!("minimum healthy time may not be less than zero: {minimum}")
    });
    c.require(healthy > Span::ZERO, || {
        format!("healthy deadline must be greater than zero: {healthy}")
    });
    c.require(progress >= Span::ZERO, || {
        format!("progress deadline must be zero or greater: {progress}")
    });
    c.require(minimum < healthy, || {
        format!("minimum healthy time must be less than healthy deadline: {minimum} > {healthy}")
    });
    c.require(progress.is_zero() || healthy < progress, || {
        format!("healthy deadline must be less than progress deadline: {healthy} > {progress}")
    });
    c.require(stagger > Span::ZERO, || {
        format!("stagger must be greater than zero: {stagger}")
    });
}

pub(super) fn check_migrate(c: &mut Collector, migrate: &MigrateStrategySpec) {
    let parallel = migrate.max_parallel.unwrap_or_default();
    let minimum = migrate.min_healthy_time.unwrap_or_default();
    let healthy = migrate.healthy_deadline.unwrap_or_default();
    check_word(
        c,
        "health check",
        migrate.health_check.as_deref(),
        &["checks", "task_states"],
    );
    c.require(parallel >= 0, || {
        format!("max parallel must be >= 0 but found {parallel}")
    });
    c.require(minimum >= Span::ZERO, || {
        format!("min healthy time is {minimum} and must be >= 0")
    });
    c.require(healthy >= Span::ZERO, || {
        format!("healthy deadline is {healthy} and must be >= 0")
    });
    c.require(minimum <= healthy, || {
        "min healthy time must be less than healthy deadline".into()
    });
}

pub(super) fn check_disconnect(c: &mut Collector, disconnect: &DisconnectStrategySpec, kind: &str) {
    let lost_after = disconnect.lost_after.unwrap_or_default();
    let known = [
        "best_score",
        "keep_original",
        "keep_replacement",
        "longest_running",
        "",
    ];
    check_word(
        c,
        "reconcile strategy",
        disconnect.reconcile.as_deref(),
        &known,
    );
    c.require(lost_after >= Span::ZERO, || {
        "lost_after cannot be a negative duration".into()
    });
    if let Some(stop_after) = disconnect.stop_on_client_after {
        c.require(stop_after >= Span::ZERO, || {
            "stop_on_client_after cannot be a negative duration".into()
        });
        c.require(matches!(kind, "service" | "batch"), || {
            "stop_on_client_after can only be used with service and batch jobs".into()
        });
        c.require(lost_after.is_zero(), || {
            "lost_after and stop_on_client_after cannot be used together".into()
        });
    }
}
