//! `service` with its checks.

use super::connect::CONNECT;
use super::description::{
    Schema, duration, duration_or_null, flag, int, list_map, many, map, one, text, texts,
};
use super::task::IDENTITY;

pub(super) static SERVICE: Schema = Schema {
    attributes: &[
        text("name", "Name"),
        texts("tags", "Tags"),
        texts("canary_tags", "CanaryTags"),
        flag("enable_tag_override", "EnableTagOverride"),
        text("port", "PortLabel"),
        text("address_mode", "AddressMode"),
        text("address", "Address"),
        text("task", "TaskName"),
        text("on_update", "OnUpdate"),
        text("provider", "Provider"),
        text("cluster", "Cluster"),
        text("kind", "Kind"),
    ],
    blocks: &[
        many("check", "Checks", &CHECK),
        one("check_restart", "CheckRestart", &CHECK_RESTART),
        one("connect", "Connect", &CONNECT),
        map("meta", "Meta"),
        map("canary_meta", "CanaryMeta"),
        map("tagged_addresses", "TaggedAddresses"),
        one("identity", "Identity", &IDENTITY),
        one("weights", "Weights", &WEIGHTS),
    ],
    finish: None,
};

static WEIGHTS: Schema = Schema {
    attributes: &[int("passing", "Passing"), int("warning", "Warning")],
    blocks: &[],
    finish: None,
};

static CHECK: Schema = Schema {
    attributes: &[
        text("name", "Name"),
        text("type", "Type"),
        text("command", "Command"),
        texts("args", "Args"),
        text("path", "Path"),
        text("protocol", "Protocol"),
        text("port", "PortLabel"),
        flag("expose", "Expose"),
        text("address_mode", "AddressMode"),
        text("advertise", "Advertise"),
        duration("interval", "Interval"),
        duration("timeout", "Timeout"),
        text("initial_status", "InitialStatus"),
        text("notes", "Notes"),
        text("tls_server_name", "TLSServerName"),
        flag("tls_skip_verify", "TLSSkipVerify"),
        text("method", "Method"),
        text("grpc_service", "GRPCService"),
        flag("grpc_use_tls", "GRPCUseTLS"),
        text("task", "TaskName"),
        int("success_before_passing", "SuccessBeforePassing"),
        int("failures_before_critical", "FailuresBeforeCritical"),
        int("failures_before_warning", "FailuresBeforeWarning"),
        text("body", "Body"),
        text("on_update", "OnUpdate"),
    ],
    blocks: &[
        list_map("header", "Header"),
        one("check_restart", "CheckRestart", &CHECK_RESTART),
    ],
    finish: None,
};

static CHECK_RESTART: Schema = Schema {
    attributes: &[
        int("limit", "Limit"),
        duration_or_null("grace", "Grace"),
        flag("ignore_warnings", "IgnoreWarnings"),
    ],
    blocks: &[],
    finish: None,
};
