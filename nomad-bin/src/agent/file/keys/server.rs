//! Keys of the `server` block.

use crate::agent::file::key::Kind::{
    Block, Choice, Choices, Map, Real, Secret, Size, Span, Switch, Text, Texts, Whole,
};
use crate::agent::file::key::{Key, block, idle, nowhere, set};

/// Highest priority that may be allowed (spec/api-cli 5.3).
const PRIORITY_MAX: i64 = 32_766;

/// Keys of the `server` block.
pub(super) const SERVER: &[Key] = &[
    set("enabled", Switch, |c, v| {
        c.server.enabled = v.is_on();
        Ok(())
    }),
    set("bootstrap_expect", Whole(0, 255), |c, v| {
        if v.whole::<u32>() > 0 {
            c.server.bootstrap_expect = v.whole();
        }
        Ok(())
    }),
    set("data_dir", Text, |c, v| {
        c.server.data_dir =
            Some(v.text().into()).filter(|dir: &std::path::PathBuf| !dir.as_os_str().is_empty());
        Ok(())
    }),
    set("num_schedulers", Whole(0, 1_024), |c, v| {
        c.server.num_schedulers = Some(v.whole());
        Ok(())
    }),
    set("node_gc_threshold", Span, |c, v| {
        c.server.gc.node = v.span();
        Ok(())
    }),
    set("job_gc_threshold", Span, |c, v| {
        c.server.gc.job = v.span();
        Ok(())
    }),
    set("eval_gc_threshold", Span, |c, v| {
        c.server.gc.eval = v.span();
        Ok(())
    }),
    set("batch_eval_gc_threshold", Span, |c, v| {
        c.server.gc.batch_eval = v.span();
        Ok(())
    }),
    set("deployment_gc_threshold", Span, |c, v| {
        c.server.gc.deployment = v.span();
        Ok(())
    }),
    idle("job_gc_interval", Span),
    idle("csi_volume_claim_gc_interval", Span),
    idle("csi_volume_claim_gc_threshold", Span),
    idle("csi_plugin_gc_threshold", Span),
    idle("acl_token_gc_threshold", Span),
    idle("root_key_gc_interval", Span),
    idle("root_key_gc_threshold", Span),
    idle("root_key_rotation_threshold", Span),
    idle("authoritative_region", Text),
    idle(
        "enabled_schedulers",
        Choices(&["service", "batch", "system", "sysbatch", "_core"]),
    ),
    idle("heartbeat_grace", Span),
    idle("min_heartbeat_ttl", Span),
    idle("max_heartbeats_per_second", Real),
    idle("failover_heartbeat_ttl", Span),
    idle("encrypt", Secret),
    block("server_join", JOIN),
    idle("start_join", Texts),
    idle("retry_join", Texts),
    idle("retry_max", Whole(0, i64::MAX)),
    idle("retry_interval", Span),
    idle("rejoin_after_leave", Switch),
    nowhere("raft_protocol", Whole(3, 3)),
    idle("raft_multiplier", Whole(0, 10)),
    idle("raft_snapshot_threshold", Whole(0, i64::MAX)),
    idle("raft_snapshot_interval", Span),
    idle("raft_trailing_logs", Whole(0, i64::MAX)),
    block("raft_logstore", LOG_STORE),
    block("raft_boltdb", &[idle("no_freelist_sync", Switch)]),
    block("default_scheduler_config", SCHEDULER),
    block(
        "plan_rejection_tracker",
        &[
            idle("enabled", Switch),
            idle("node_threshold", Whole(0, i64::MAX)),
            idle("node_window", Span),
        ],
    ),
    idle("plan_apply_pipeline", Whole(0, i64::MAX)),
    idle("enable_event_broker", Switch),
    idle("event_buffer_size", Whole(0, i64::MAX)),
    block(
        "search",
        &[
            idle("fuzzy_enabled", Switch),
            idle("limit_query", Whole(0, i64::MAX)),
            idle("limit_results", Whole(0, i64::MAX)),
            idle("min_term_length", Whole(0, i64::MAX)),
        ],
    ),
    idle("deploy_query_rate_limit", Real),
    idle("job_default_priority", Whole(1, PRIORITY_MAX)),
    idle("job_max_priority", Whole(100, PRIORITY_MAX)),
    idle("job_max_count", Whole(0, i64::MAX)),
    idle("job_max_source_size", Size),
    idle("job_tracked_versions", Whole(0, i64::MAX)),
    idle("oidc_issuer", Text),
    idle("start_timeout", Span),
    idle("log_file", Text),
    block(
        "client_introduction",
        &[
            idle("enforcement", Choice(&["none", "warn", "strict"])),
            idle("default_identity_ttl", Span),
            idle("max_identity_ttl", Span),
        ],
    ),
    idle("non_voting_server", Switch),
    idle("redundancy_zone", Text),
    idle("upgrade_version", Text),
    idle("license_path", Text),
    idle("non_production", Switch),
    idle("options", Map),
];

const JOIN: &[Key] = &[
    idle("start_join", Texts),
    idle("retry_join", Texts),
    idle("retry_max", Whole(0, i64::MAX)),
    idle("retry_interval", Span),
];

const LOG_STORE: &[Key] = &[
    idle("backend", Choice(&["boltdb", "wal"])),
    block("boltdb", &[idle("no_freelist_sync", Switch)]),
    block("wal", &[idle("segment_size_mb", Whole(0, i64::MAX))]),
    idle("disable_log_cache", Switch),
    block(
        "verification",
        &[idle("enabled", Switch), idle("interval", Span)],
    ),
];

const SCHEDULER: &[Key] = &[
    idle("scheduler_algorithm", Choice(&["binpack", "spread"])),
    idle("memory_oversubscription_enabled", Switch),
    idle("reject_job_registration", Switch),
    idle("pause_eval_broker", Switch),
    idle("node_limit_for_feasibility_checks", Whole(0, i64::MAX)),
    nowhere(
        "preemption_config",
        Block(&[
            idle("system_scheduler_enabled", Switch),
            idle("sysbatch_scheduler_enabled", Switch),
            idle("batch_scheduler_enabled", Switch),
            idle("service_scheduler_enabled", Switch),
        ]),
    ),
];
