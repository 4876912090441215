//! `task` and the small blocks that only tasks have.

use super::artifact::ARTIFACT;
use super::constraint::{AFFINITY, CONSTRAINT};
use super::description::{
    Schema, anything, duration, duration_or_null, flag, flag_or_null, int_or_null, labeled, many,
    map, map_or_argument, one, text, text_or_null, texts, texts_or_one,
};
use super::policy::{RESTART, TASK_SCALING};
use super::resources::RESOURCES;
use super::service::SERVICE;
use super::shorthand;
use super::template::TEMPLATE;
use super::volume::{CSI_PLUGIN, VOLUME_MOUNT};

pub(super) static TASK: Schema = Schema {
    attributes: &[
        text("driver", "Driver"),
        text("user", "User"),
        duration_or_null("kill_timeout", "KillTimeout"),
        text("kill_signal", "KillSignal"),
        duration("shutdown_delay", "ShutdownDelay"),
        flag("leader", "Leader"),
        text("kind", "Kind"),
    ],
    blocks: &[
        one("lifecycle", "Lifecycle", &LIFECYCLE),
        anything("config", "Config"),
        map_or_argument("env", "Env"),
        map_or_argument("meta", "Meta"),
        many("constraint", "Constraints", &CONSTRAINT),
        many("affinity", "Affinities", &AFFINITY),
        many("service", "Services", &SERVICE),
        one("resources", "Resources", &RESOURCES),
        one("restart", "RestartPolicy", &RESTART),
        one("logs", "LogConfig", &LOGS),
        many("artifact", "Artifacts", &ARTIFACT),
        many("template", "Templates", &TEMPLATE),
        one("vault", "Vault", &VAULT),
        one("consul", "Consul", &CONSUL),
        labeled("secret", "Secrets", "Name", &SECRET),
        many("identity", "identity_blocks", &IDENTITY),
        many("volume_mount", "VolumeMounts", &VOLUME_MOUNT),
        one("dispatch_payload", "DispatchPayload", &DISPATCH_PAYLOAD),
        one("csi_plugin", "CSIPluginConfig", &CSI_PLUGIN),
        labeled("scaling", "ScalingPolicies", "label", &TASK_SCALING),
        labeled("action", "Actions", "Name", &ACTION),
        one("schedule", "Schedule", &SCHEDULE),
    ],
    finish: Some(shorthand::identities),
};

static LIFECYCLE: Schema = Schema {
    attributes: &[text("hook", "Hook"), flag("sidecar", "Sidecar")],
    blocks: &[],
    finish: None,
};

pub(super) static LOGS: Schema = Schema {
    attributes: &[
        int_or_null("max_files", "MaxFiles"),
        int_or_null("max_file_size", "MaxFileSizeMB"),
        flag_or_null("enabled", "Enabled"),
        flag_or_null("disabled", "Disabled"),
    ],
    blocks: &[],
    finish: None,
};

pub(super) static VAULT: Schema = Schema {
    attributes: &[
        texts_or_one("policies", "Policies"),
        text("role", "Role"),
        text_or_null("namespace", "Namespace"),
        text("cluster", "Cluster"),
        flag_or_null("env", "Env"),
        flag_or_null("disable_file", "DisableFile"),
        text_or_null("change_mode", "ChangeMode"),
        text_or_null("change_signal", "ChangeSignal"),
        flag_or_null("allow_token_expiration", "AllowTokenExpiration"),
    ],
    blocks: &[],
    finish: Some(shorthand::vault),
};

pub(super) static CONSUL: Schema = Schema {
    attributes: &[
        text("namespace", "Namespace"),
        text("cluster", "Cluster"),
        text("partition", "Partition"),
    ],
    blocks: &[],
    finish: None,
};

pub(super) static SECRET: Schema = Schema {
    attributes: &[text("provider", "Provider"), text("path", "Path")],
    blocks: &[anything("config", "Config"), map("env", "Env")],
    finish: None,
};

pub(super) static IDENTITY: Schema = Schema {
    attributes: &[
        text("name", "Name"),
        texts("aud", "Audience"),
        text("change_mode", "ChangeMode"),
        text("change_signal", "ChangeSignal"),
        flag("env", "Env"),
        flag("file", "File"),
        text("filepath", "Filepath"),
        text("service_name", "ServiceName"),
        duration("ttl", "TTL"),
    ],
    blocks: &[map_or_argument("extra_claims", "ExtraClaims")],
    finish: None,
};

static DISPATCH_PAYLOAD: Schema = Schema {
    attributes: &[text("file", "File")],
    blocks: &[],
    finish: None,
};

static ACTION: Schema = Schema {
    attributes: &[text("command", "Command"), texts("args", "Args")],
    blocks: &[],
    finish: None,
};

static SCHEDULE: Schema = Schema {
    attributes: &[],
    blocks: &[one("cron", "Cron", &CRON)],
    finish: None,
};

static CRON: Schema = Schema {
    attributes: &[
        text("start", "Start"),
        text("end", "End"),
        text("timezone", "Timezone"),
    ],
    blocks: &[],
    finish: None,
};
