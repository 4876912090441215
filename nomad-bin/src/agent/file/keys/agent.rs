//! Keys of a file itself, and of the blocks that concern the agent as a whole.

use std::path::PathBuf;

use super::client::CLIENT;
use super::driver::PLUGINS;
use super::outside::{AUDIT, CONSUL, KEYRINGS, REPORTING, SENTINEL, VAULT};
use super::server::SERVER;
use crate::agent::LogLevel;
use crate::agent::file::key::Kind::{Choice, Filters, Map, Open, Span, Switch, Text, Texts, Whole};
use crate::agent::file::key::{Key, block, idle, not_yet, nowhere, set};
use crate::agent::file::value::Value;

/// Keys of a file.
pub(in crate::agent::file) const AGENT: &[Key] = &[
    set("name", Text, |c, v| filled(&mut c.name, v)),
    set("region", Text, |c, v| match v.text() {
        region if region.is_empty() => Ok(()),
        region => {
            c.region = region.parse().map_err(|error| format!("{error}"))?;
            Ok(())
        }
    }),
    set("datacenter", Text, |c, v| filled(&mut c.datacenter, v)),
    set("data_dir", Text, |c, v| directory(&mut c.data_dir, v)),
    set("bind_addr", Text, |c, v| filled(&mut c.bind_addr, v)),
    set("log_level", Text, |c, v| match v.text() {
        level if level.is_empty() => Ok(()),
        level => {
            c.log_level = LogLevel::parse(&level).ok_or_else(|| format!(
                "Invalid log level: {level}. Valid log levels are: [TRACE DEBUG INFO WARN ERROR OFF]"
            ))?;
            Ok(())
        }
    }),
    set("log_json", Switch, |c, v| {
        c.log_json = v.is_on();
        Ok(())
    }),
    set("leave_on_interrupt", Switch, |c, v| {
        c.leave_on_interrupt = v.is_on();
        Ok(())
    }),
    set("leave_on_terminate", Switch, |c, v| {
        c.leave_on_terminate = v.is_on();
        Ok(())
    }),
    block("ports", PORTS),
    block("addresses", ADDRESSES),
    block("advertise", ADVERTISE),
    block("server", SERVER),
    block("client", CLIENT),
    nowhere("plugin", Open(PLUGINS)),
    block("acl", ACL),
    block("tls", TLS),
    block("telemetry", TELEMETRY),
    block("ui", UI),
    block("limits", LIMITS),
    block("rpc", RPC),
    block("autopilot", AUTOPILOT),
    block("consul", CONSUL),
    block("vault", VAULT),
    block("keyring", KEYRINGS),
    block("audit", AUDIT),
    block("sentinel", SENTINEL),
    block("reporting", REPORTING),
    block("eventlog", &[idle("enabled", Switch), idle("level", Text)]),
    idle("plugin_dir", Text),
    idle("log_file", Text),
    idle("log_include_location", Switch),
    idle("log_rotate_duration", Text),
    idle("log_rotate_bytes", Whole(0, i64::MAX)),
    idle("log_rotate_max_files", Whole(i64::MIN, i64::MAX)),
    idle("enable_debug", Switch),
    idle("enable_syslog", Switch),
    idle("syslog_facility", Text),
    // Nothing ever asks for updates here.
    nowhere("disable_update_check", Switch),
    nowhere("disable_anonymous_signature", Switch),
    idle("http_api_response_headers", Map),
];

fn filled(field: &mut String, value: Value) -> Result<(), String> {
    match value.text() {
        text if text.is_empty() => {}
        text if text.contains("{{") => {
            return Err("address templates are not supported yet: give the address".to_owned());
        }
        text => *field = text,
    }
    Ok(())
}

/// Directories are absolute.
pub(super) fn directory(field: &mut Option<PathBuf>, value: Value) -> Result<(), String> {
    let path = PathBuf::from(value.text());
    if path.as_os_str().is_empty() {
        return Ok(());
    }
    if !path.is_absolute() {
        return Err("a directory must be an absolute path".to_owned());
    }
    *field = Some(path);
    Ok(())
}

fn port(field: &mut u16, value: &Value) -> Result<(), String> {
    if value.whole::<u16>() > 0 {
        *field = value.whole();
    }
    Ok(())
}

const PORTS: &[Key] = &[
    set("http", Whole(0, 65_535), |c, v| port(&mut c.ports.http, &v)),
    set("rpc", Whole(0, 65_535), |c, v| port(&mut c.ports.rpc, &v)),
    set("serf", Whole(0, 65_535), |c, v| port(&mut c.ports.serf, &v)),
];

const ADDRESSES: &[Key] = &[
    set("http", Text, |c, v| filled(&mut c.addresses.http, v)),
    set("rpc", Text, |c, v| filled(&mut c.addresses.rpc, v)),
    set("serf", Text, |c, v| filled(&mut c.addresses.serf, v)),
];

fn advertised(field: &mut String, value: Value) -> Result<(), String> {
    let text = value.text();
    if text.split_whitespace().count() > 1 {
        return Err(format!(
            "multiple addresses found ({text:?}), please configure one"
        ));
    }
    filled(field, Value::Text(text))
}

const ADVERTISE: &[Key] = &[
    set("http", Text, |c, v| advertised(&mut c.advertise.http, v)),
    set("rpc", Text, |c, v| advertised(&mut c.advertise.rpc, v)),
    set("serf", Text, |c, v| advertised(&mut c.advertise.serf, v)),
];

const ACL: &[Key] = &[
    not_yet("enabled", Switch),
    idle("token_ttl", Span),
    idle("policy_ttl", Span),
    idle("role_ttl", Span),
    idle("replication_token", Text),
    idle("token_min_expiration_ttl", Span),
    idle("token_max_expiration_ttl", Span),
];

const TLS: &[Key] = &[
    not_yet("http", Switch),
    not_yet("rpc", Switch),
    idle("ca_file", Text),
    idle("cert_file", Text),
    idle("key_file", Text),
    idle("verify_server_hostname", Switch),
    not_yet("verify_https_client", Switch),
    idle("rpc_upgrade_mode", Switch),
    idle("tls_cipher_suites", Text),
    idle(
        "tls_min_version",
        Choice(&["tls10", "tls11", "tls12", "tls13"]),
    ),
    nowhere("tls_prefer_server_cipher_suites", Switch),
];

const TELEMETRY: &[Key] = &[
    idle("collection_interval", Span),
    idle("in_memory_collection_interval", Span),
    idle("in_memory_retention_period", Span),
    idle("statsite_address", Text),
    idle("statsd_address", Text),
    idle("datadog_address", Text),
    idle("datadog_tags", Texts),
    idle("prometheus_metrics", Switch),
    idle("disable_hostname", Switch),
    idle("use_node_name", Switch),
    idle("publish_allocation_metrics", Switch),
    idle("publish_node_metrics", Switch),
    idle("include_alloc_metadata_in_metrics", Switch),
    idle("allowed_metadata_keys_in_metrics", Texts),
    idle("prefix_filter", Filters),
    idle("filter_default", Switch),
    idle("disable_dispatched_job_summary_metrics", Switch),
    idle("disable_quota_utilization_metrics", Switch),
    idle("disable_rpc_rate_metrics_labels", Switch),
    idle("disable_allocation_hook_metrics", Switch),
    idle("circonus_api_token", Text),
    idle("circonus_api_app", Text),
    idle("circonus_api_url", Text),
    idle("circonus_submission_interval", Text),
    idle("circonus_submission_url", Text),
    idle("circonus_check_id", Text),
    idle("circonus_check_force_metric_activation", Text),
    idle("circonus_check_instance_id", Text),
    idle("circonus_check_search_tag", Text),
    idle("circonus_check_tags", Text),
    idle("circonus_check_display_name", Text),
    idle("circonus_broker_id", Text),
    idle("circonus_broker_select_tag", Text),
];

const UI: &[Key] = &[
    idle("enabled", Switch),
    idle("show_cli_hints", Switch),
    block("consul", &[idle("ui_url", Text)]),
    block("vault", &[idle("ui_url", Text)]),
    block(
        "label",
        &[
            idle("text", Text),
            idle("background_color", Text),
            idle("text_color", Text),
        ],
    ),
    block(
        "content_security_policy",
        &[
            idle("connect_src", Texts),
            idle("default_src", Texts),
            idle("form_action", Texts),
            idle("frame_ancestors", Texts),
            idle("img_src", Texts),
            idle("script_src", Texts),
            idle("style_src", Texts),
        ],
    ),
];

/// Connections that are kept for requests that do not stream, and five more (spec/api-cli 5.3).
const RPC_CONNECTIONS_KEPT: i64 = 25;

const LIMITS: &[Key] = &[
    idle("https_handshake_timeout", Span),
    idle("http_max_conns_per_client", Whole(0, i64::MAX)),
    idle("rpc_handshake_timeout", Span),
    set(
        "rpc_max_conns_per_client",
        Whole(0, i64::MAX),
        |_, v| match v.whole() {
            count @ 1..=RPC_CONNECTIONS_KEPT => Err(format!(
                "rpc_max_conns_per_client must be > {RPC_CONNECTIONS_KEPT}; found: {count}"
            )),
            _ => Ok(()),
        },
    ),
];

const RPC: &[Key] = &[
    idle("accept_backlog", Whole(0, i64::MAX)),
    idle("keep_alive_interval", Span),
    idle("connection_write_timeout", Span),
    idle("max_stream_window_size", Whole(0, i64::MAX)),
    idle("stream_open_timeout", Span),
    idle("stream_close_timeout", Span),
    idle("dial_timeout", Span),
];

const AUTOPILOT: &[Key] = &[
    idle("cleanup_dead_servers", Switch),
    idle("server_stabilization_time", Span),
    idle("last_contact_threshold", Span),
    idle("max_trailing_logs", Whole(0, i64::MAX)),
    idle("min_quorum", Whole(0, i64::MAX)),
    idle("enable_redundancy_zones", Switch),
    idle("disable_upgrade_migration", Switch),
    idle("enable_custom_upgrades", Switch),
];
