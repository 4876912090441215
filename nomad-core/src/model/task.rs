//! A task: one process or container, and everything around it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::constraint::{Affinity, Constraint};
use super::policy::RestartPolicy;
use super::resources::Resources;
use super::scaling::ScalingPolicy;
use super::service::Service;
use super::template::{Artifact, DispatchPayload, Template};
use super::volume::VolumeMount;
use crate::id::TaskName;
use crate::units::Span;

words! {
    /// When a task that is not a main task runs.
    LifecycleHook, "lifecycle hook" {
        #[default]
        Prestart = "prestart",
        Poststart = "poststart",
        Poststop = "poststop",
    }
}

noun! {
    /// A task of a group.
    Task, TaskSpec {
        name = "Name": name TaskName;
        driver = "Driver": plain String;
        user = "User": plain String;
        lifecycle = "Lifecycle": one Lifecycle;
        /// For the driver; checked against its schema.
        config = "Config": null BTreeMap<String, Value>;
        constraints = "Constraints": many Constraint;
        affinities = "Affinities": many Affinity;
        env = "Env": dict String;
        services = "Services": many Service;
        resources = "Resources": must Resources;
        restart_policy = "RestartPolicy": one RestartPolicy;
        meta = "Meta": dict String;
        kill_timeout = "KillTimeout": opt Span;
        log_config = "LogConfig": must LogConfig;
        artifacts = "Artifacts": many Artifact;
        vault = "Vault": one Vault;
        consul = "Consul": one Consul;
        templates = "Templates": many Template;
        dispatch_payload = "DispatchPayload": one DispatchPayload;
        volume_mounts = "VolumeMounts": many VolumeMount;
        csi_plugin = "CSIPluginConfig": one CsiPlugin,
            raw #[serde(skip_serializing_if = "Option::is_none")];
        leader = "Leader": plain bool;
        shutdown_delay = "ShutdownDelay": plain Span;
        kill_signal = "KillSignal": plain String;
        kind = "Kind": plain String;
        scaling_policies = "ScalingPolicies": many ScalingPolicy;
        secrets = "Secrets": many Secret;
        identity = "Identity": one WorkloadIdentity;
        identities = "Identities": many WorkloadIdentity;
        actions = "Actions": many Action;
        schedule = "Schedule": null Value;
    }
}

noun! {
    /// Place of a task in its group's life; a task without one is a main task.
    Lifecycle, LifecycleSpec {
        hook = "Hook": name LifecycleHook;
        sidecar = "Sidecar": plain bool;
    }
}

noun! {
    /// Rotation of a task's logs.
    LogConfig, LogConfigSpec {
        max_files = "MaxFiles": opt i64;
        max_file_size_mb = "MaxFileSizeMB": opt i64;
        disabled = "Disabled": opt bool;
    }
    raw {
        /// Deprecated; use `Disabled`.
        enabled = "Enabled": Option<bool>;
    }
}

noun! {
    /// Vault settings of a task; carried along.
    Vault, VaultSpec {
        policies = "Policies": list String;
        role = "Role": plain String;
        namespace = "Namespace": opt String;
        cluster = "Cluster": plain String;
        env = "Env": opt bool;
        disable_file = "DisableFile": opt bool;
        change_mode = "ChangeMode": opt String;
        change_signal = "ChangeSignal": opt String;
        allow_token_expiration = "AllowTokenExpiration": opt bool;
    }
}

noun! {
    /// Consul settings of a group or task; carried along.
    Consul, ConsulSpec {
        namespace = "Namespace": plain String;
        cluster = "Cluster": plain String;
        partition = "Partition": plain String;
    }
}

noun! {
    /// A CSI plugin that the task is.
    CsiPlugin, CsiPluginSpec {
        id = "ID": plain String;
        kind = "Type": plain String;
        mount_dir = "MountDir": plain String;
        stage_publish_base_dir = "StagePublishBaseDir": plain String;
        health_timeout = "HealthTimeout": plain Span;
    }
}

noun! {
    /// An identity that a task or service proves with a signed token.
    WorkloadIdentity, WorkloadIdentitySpec {
        name = "Name": plain String;
        audience = "Audience": list String;
        change_mode = "ChangeMode": plain String;
        change_signal = "ChangeSignal": plain String;
        env = "Env": plain bool;
        file = "File": plain bool;
        filepath = "Filepath": plain String;
        service_name = "ServiceName": plain String;
        ttl = "TTL": plain Span;
        extra_claims = "ExtraClaims": dict String;
    }
}

noun! {
    /// A command that operators may run inside a task.
    Action, ActionSpec {
        name = "Name": plain String;
        command = "Command": plain String;
        args = "Args": list String;
    }
}

noun! {
    /// A secret fetched before the task starts.
    Secret, SecretSpec {
        name = "Name": plain String;
        provider = "Provider": plain String;
        path = "Path": plain String;
        config = "Config": null BTreeMap<String, Value>;
        env = "Env": dict String;
    }
}
