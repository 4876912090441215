//! `group`.

use super::constraint::{AFFINITY, CONSTRAINT, SPREAD};
use super::description::{
    Schema, duration_or_null, flag_or_null, int_or_null, labeled, many, map_or_argument, one, table,
};
use super::network::NETWORK;
use super::policy::{DISCONNECT, GROUP_SCALING, MIGRATE, RESCHEDULE, RESTART, UPDATE};
use super::service::SERVICE;
use super::task::{CONSUL, SECRET, TASK, VAULT};
use super::volume::VOLUME;

pub(in crate::spec::hcl) static GROUP: Schema = Schema {
    attributes: &[
        int_or_null("count", "Count"),
        duration_or_null("shutdown_delay", "ShutdownDelay"),
        duration_or_null("stop_after_client_disconnect", "StopAfterClientDisconnect"),
        duration_or_null("max_client_disconnect", "MaxClientDisconnect"),
        duration_or_null("max_run_duration", "MaxRunDuration"),
        flag_or_null("prevent_reschedule_on_lost", "PreventRescheduleOnLost"),
    ],
    blocks: &[
        labeled("task", "Tasks", "Name", &TASK),
        many("constraint", "Constraints", &CONSTRAINT),
        many("affinity", "Affinities", &AFFINITY),
        many("spread", "Spreads", &SPREAD),
        one("scaling", "Scaling", &GROUP_SCALING),
        one("update", "Update", &UPDATE),
        one("migrate", "Migrate", &MIGRATE),
        one("restart", "RestartPolicy", &RESTART),
        one("disconnect", "Disconnect", &DISCONNECT),
        one("reschedule", "ReschedulePolicy", &RESCHEDULE),
        one("ephemeral_disk", "EphemeralDisk", &EPHEMERAL_DISK),
        many("network", "Networks", &NETWORK),
        table("volume", "Volumes", "Name", &VOLUME),
        many("service", "Services", &SERVICE),
        map_or_argument("meta", "Meta"),
        one("consul", "Consul", &CONSUL),
        one("vault", "vault_block", &VAULT),
        labeled("secret", "secret_blocks", "Name", &SECRET),
    ],
    finish: None,
};

static EPHEMERAL_DISK: Schema = Schema {
    attributes: &[
        flag_or_null("sticky", "Sticky"),
        flag_or_null("migrate", "Migrate"),
        int_or_null("size", "SizeMB"),
    ],
    blocks: &[],
    finish: None,
};
