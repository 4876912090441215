//! Keys of what lies outside: Consul, Vault, keyrings, and parts of the enterprise edition.

use crate::agent::file::key::Kind::{Map, Span, Switch, Text, Texts, Tree, Whole};
use crate::agent::file::key::{Key, block, idle};

/// Keys of `consul` blocks.
pub(super) const CONSUL: &[Key] = &[
    idle("name", Text),
    idle("address", Text),
    idle("token", Text),
    idle("auto_advertise", Switch),
    idle("server_auto_join", Switch),
    idle("client_auto_join", Switch),
    idle("server_service_name", Text),
    idle("client_service_name", Text),
    idle("server_http_check_name", Text),
    idle("server_serf_check_name", Text),
    idle("server_rpc_check_name", Text),
    idle("client_http_check_name", Text),
    idle("server_failures_before_critical", Whole(0, i64::MAX)),
    idle("server_failures_before_warning", Whole(0, i64::MAX)),
    idle("client_failures_before_critical", Whole(0, i64::MAX)),
    idle("client_failures_before_warning", Whole(0, i64::MAX)),
    idle("tags", Texts),
    idle("checks_use_advertise", Switch),
    idle("grpc_address", Text),
    idle("timeout", Span),
    idle("auth", Text),
    idle("ssl", Switch),
    idle("share_ssl", Switch),
    idle("verify_ssl", Switch),
    idle("grpc_ca_file", Text),
    idle("ca_file", Text),
    idle("cert_file", Text),
    idle("key_file", Text),
    idle("namespace", Text),
    idle("service_auth_method", Text),
    idle("task_auth_method", Text),
    block("service_identity", IDENTITY),
    block("task_identity", IDENTITY),
];

const IDENTITY: &[Key] = &[
    idle("aud", Texts),
    idle("env", Switch),
    idle("file", Switch),
    idle("filepath", Text),
    idle("ttl", Span),
    idle("extra_claims", Map),
];

/// Keys of `vault` blocks.
pub(super) const VAULT: &[Key] = &[
    idle("name", Text),
    idle("enabled", Switch),
    idle("address", Text),
    idle("create_from_role", Text),
    idle("namespace", Text),
    idle("jwt_auth_backend_path", Text),
    idle("ca_file", Text),
    idle("ca_path", Text),
    idle("cert_file", Text),
    idle("key_file", Text),
    idle("tls_skip_verify", Switch),
    idle("tls_server_name", Text),
    idle("token", Text),
    block("default_identity", IDENTITY),
];

/// Providers of keys.
pub(super) const KEYRINGS: &[Key] = &[
    idle("aead", Tree),
    idle("transit", Tree),
    idle("awskms", Tree),
    idle("azurekeyvault", Tree),
    idle("gcpckms", Tree),
];

/// Keys of the `audit` block.
pub(super) const AUDIT: &[Key] = &[
    idle("enabled", Switch),
    idle("sink", Tree),
    idle("filter", Tree),
];

/// Keys of the `sentinel` block.
pub(super) const SENTINEL: &[Key] = &[
    idle("import", Tree),
    idle("additional_enabled_modules", Texts),
];

/// Keys of the `reporting` block.
pub(super) const REPORTING: &[Key] = &[
    block("license", &[idle("enabled", Switch)]),
    idle("address", Text),
    idle("export_interval", Span),
    idle("snapshot_retention_time", Span),
    idle("disable_product_usage_reporting", Switch),
];
