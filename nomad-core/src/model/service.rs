//! Services that tasks offer, and the checks on them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::task::WorkloadIdentity;
use crate::units::Span;

noun! {
    /// A service registered for a running allocation.
    Service, ServiceSpec {
        name = "Name": plain String;
        tags = "Tags": list String;
        canary_tags = "CanaryTags": list String;
        enable_tag_override = "EnableTagOverride": plain bool;
        port_label = "PortLabel": plain String;
        address_mode = "AddressMode": plain String;
        address = "Address": plain String;
        checks = "Checks": many ServiceCheck;
        /// Service mesh settings; carried along, opaque here.
        connect = "Connect": null Value;
        meta = "Meta": dict String;
        canary_meta = "CanaryMeta": dict String;
        tagged_addresses = "TaggedAddresses": dict String;
        weights = "Weights": null Value;
        task_name = "TaskName": plain String;
        on_update = "OnUpdate": plain String;
        identity = "Identity": one WorkloadIdentity;
        /// `nomad` or `consul`.
        provider = "Provider": plain String;
        cluster = "Cluster": plain String;
        kind = "Kind": plain String;
    }
    raw {
        /// For every check that has none of its own.
        check_restart = "CheckRestart": Option<CheckRestartSpec>;
    }
    meant {
        /// Namespace that the service is registered in.
        namespace = "Namespace": String;
    }
}

noun! {
    /// A probe of a service.
    ServiceCheck, ServiceCheckSpec {
        name = "Name": plain String;
        /// `http`, `tcp`, `grpc` or `script`.
        kind = "Type": plain String;
        command = "Command": plain String;
        args = "Args": list String;
        path = "Path": plain String;
        protocol = "Protocol": plain String;
        port_label = "PortLabel": plain String;
        expose = "Expose": plain bool;
        address_mode = "AddressMode": plain String;
        advertise = "Advertise": plain String;
        interval = "Interval": plain Span;
        timeout = "Timeout": plain Span;
        initial_status = "InitialStatus": plain String;
        notes = "Notes": plain String;
        tls_server_name = "TLSServerName": plain String;
        tls_skip_verify = "TLSSkipVerify": plain bool;
        header = "Header": null BTreeMap<String, Vec<String>>;
        method = "Method": plain String;
        check_restart = "CheckRestart": one CheckRestart;
        grpc_service = "GRPCService": plain String;
        grpc_use_tls = "GRPCUseTLS": plain bool;
        task_name = "TaskName": plain String;
        success_before_passing = "SuccessBeforePassing": plain i64;
        failures_before_critical = "FailuresBeforeCritical": plain i64;
        failures_before_warning = "FailuresBeforeWarning": plain i64;
        body = "Body": plain String;
        on_update = "OnUpdate": plain String;
    }
}

noun! {
    /// When a failing check restarts its task.
    CheckRestart, CheckRestartSpec {
        limit = "Limit": plain i64;
        grace = "Grace": opt Span;
        ignore_warnings = "IgnoreWarnings": plain bool;
    }
}
