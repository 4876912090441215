//! Keys of the `client` block.

use super::agent::directory;
use crate::agent::file::key::Kind::{
    Map, Named, Ports, Real, Size, Span, Switch, Text, Texts, Whole,
};
use crate::agent::file::key::{Key, block, idle, not_yet, nowhere, set};

/// Keys of the `client` block.
pub(super) const CLIENT: &[Key] = &[
    set("enabled", Switch, |c, v| {
        c.client.enabled = v.is_on();
        Ok(())
    }),
    set("servers", Texts, |c, v| {
        c.client.servers.extend(v.texts());
        Ok(())
    }),
    block("server_join", JOIN),
    set("node_class", Text, |c, v| {
        c.client.node_class = v.text();
        Ok(())
    }),
    set("node_pool", Text, |c, v| match v.text() {
        pool if pool.is_empty() => Ok(()),
        pool => {
            c.client.node_pool = pool
                .parse()
                .map_err(|error| format!("Invalid node pool: {error}"))?;
            Ok(())
        }
    }),
    set("meta", Map, |c, v| {
        c.client.meta.extend(v.map());
        Ok(())
    }),
    idle("options", Map),
    block("reserved", RESERVED),
    set("alloc_dir", Text, |c, v| {
        directory(&mut c.client.alloc_dir, v)
    }),
    set("state_dir", Text, |c, v| {
        directory(&mut c.client.state_dir, v)
    }),
    set("network_interface", Text, |c, v| {
        c.client.network_interface = Some(v.text()).filter(|name| !name.is_empty());
        Ok(())
    }),
    set("cpu_total_compute", Whole(0, i64::MAX), |c, v| {
        c.client.cpu_total_compute = Some(v.whole()).filter(|mhz| *mhz > 0);
        Ok(())
    }),
    set("memory_total_mb", Whole(0, i64::MAX), |c, v| {
        c.client.memory_total_mb = Some(v.whole()).filter(|mib| *mib > 0);
        Ok(())
    }),
    set("gc_max_allocs", Whole(0, i64::MAX), |c, v| {
        c.client.gc_max_allocs = Some(v.whole());
        Ok(())
    }),
    set("min_dynamic_port", Whole(0, 65_535), |c, v| {
        let last = c.client.dynamic_ports.map_or(32_000, |(_, last)| last);
        c.client.dynamic_ports = Some((v.whole(), last));
        Ok(())
    }),
    set("max_dynamic_port", Whole(0, 65_535), |c, v| {
        let first = c.client.dynamic_ports.map_or(20_000, |(first, _)| first);
        c.client.dynamic_ports = Some((first, v.whole()));
        Ok(())
    }),
    set("max_kill_timeout", Span, |c, v| {
        c.client.max_kill_timeout = Some(v.span());
        Ok(())
    }),
    idle("alloc_mounts_dir", Text),
    idle("host_volumes_dir", Text),
    idle("host_volume_plugin_dir", Text),
    idle("common_plugin_dir", Text),
    idle("chroot_env", Map),
    idle("preferred_address_family", Text),
    idle("network_speed", Whole(0, i64::MAX)),
    idle("cpu_disable_dmidecode", Switch),
    idle("disk_total_mb", Whole(0, i64::MAX)),
    idle("disk_free_mb", Whole(0, i64::MAX)),
    idle("reservable_cores", Text),
    idle("client_max_port", Whole(0, 65_535)),
    idle("client_min_port", Whole(0, 65_535)),
    idle("gc_interval", Span),
    idle("gc_parallel_destroys", Whole(0, i64::MAX)),
    idle("gc_disk_usage_threshold", Real),
    idle("gc_inode_usage_threshold", Real),
    idle("gc_volumes_on_node_gc", Switch),
    nowhere("no_host_uuid", Switch),
    not_yet("disable_remote_exec", Switch),
    block("template", TEMPLATE),
    idle("cni_path", Text),
    idle("cni_config_dir", Text),
    idle("bridge_network_name", Text),
    idle("bridge_network_subnet", Text),
    idle("bridge_network_subnet_ipv6", Text),
    idle("bridge_network_hairpin_mode", Switch),
    nowhere(
        "host_volume",
        Named(&[idle("path", Text), idle("read_only", Switch)], &["path"]),
    ),
    nowhere(
        "host_network",
        Named(
            &[
                idle("cidr", Text),
                idle("interface", Text),
                idle("reserved_ports", Ports),
            ],
            &[],
        ),
    ),
    idle("bind_wildcard_default_host_network", Switch),
    idle("cgroup_parent", Text),
    idle("nomad_service_discovery", Switch),
    block("artifact", ARTIFACT),
    block(
        "drain_on_shutdown",
        &[
            idle("deadline", Span),
            idle("force", Switch),
            idle("ignore_system_jobs", Switch),
        ],
    ),
    block(
        "users",
        &[
            idle("dynamic_user_min", Whole(0, i64::MAX)),
            idle("dynamic_user_max", Whole(0, i64::MAX)),
        ],
    ),
    idle("node_max_allocs", Whole(0, i64::MAX)),
    idle("log_file", Text),
    not_yet("default_ineligible", Switch),
    nowhere(
        "fingerprint",
        Named(
            &[
                idle("retry_interval", Span),
                idle("retry_attempts", Whole(-1, i64::MAX)),
                idle("exit_on_failure", Switch),
            ],
            &[],
        ),
    ),
];

const JOIN: &[Key] = &[
    set("start_join", Texts, |_, v| match v.texts().is_empty() {
        true => Ok(()),
        false => Err("start_join is for servers; use retry_join".to_owned()),
    }),
    set("retry_join", Texts, |c, v| {
        c.client.servers.extend(v.texts());
        Ok(())
    }),
    idle("retry_max", Whole(0, i64::MAX)),
    idle("retry_interval", Span),
];

const RESERVED: &[Key] = &[
    set("cpu", Whole(0, i64::MAX), |c, v| {
        c.client.reserved.cpu = v.whole();
        Ok(())
    }),
    set("memory", Whole(0, i64::MAX), |c, v| {
        c.client.reserved.memory = v.whole();
        Ok(())
    }),
    set("disk", Whole(0, i64::MAX), |c, v| {
        c.client.reserved.disk = v.whole();
        Ok(())
    }),
    set("reserved_ports", Ports, |c, v| {
        c.client.reserved.reserved_ports = v.text();
        Ok(())
    }),
    idle("cores", Text),
];

const RETRY: &[Key] = &[
    idle("attempts", Whole(0, i64::MAX)),
    idle("backoff", Span),
    idle("max_backoff", Span),
];

const WAIT: &[Key] = &[idle("min", Span), idle("max", Span)];

const TEMPLATE: &[Key] = &[
    idle("function_denylist", Texts),
    idle("function_blacklist", Texts),
    idle("disable_file_sandbox", Switch),
    idle("max_stale", Span),
    idle("block_query_wait", Span),
    block("wait", WAIT),
    block("wait_bounds", WAIT),
    idle("vault_default_lease_duration", Span),
    idle("use_client_consul_token", Switch),
    block("consul_retry", RETRY),
    block("vault_retry", RETRY),
    block("nomad_retry", RETRY),
];

const ARTIFACT: &[Key] = &[
    idle("http_read_timeout", Span),
    idle("http_max_size", Size),
    idle("gcs_timeout", Span),
    idle("git_timeout", Span),
    idle("hg_timeout", Span),
    idle("s3_timeout", Span),
    idle("decompression_file_count_limit", Whole(0, i64::MAX)),
    idle("decompression_size_limit", Size),
    idle("disable_artifact_inspection", Switch),
    idle("disable_filesystem_isolation", Switch),
    idle("filesystem_isolation_extra_paths", Texts),
    idle("set_environment_variables", Text),
];
