//! `volume` of a group, `volume_mount` and `csi_plugin` of a task.

use super::description::{Schema, duration, flag, flag_or_null, one, text, text_or_null, texts};

pub(super) static VOLUME: Schema = Schema {
    attributes: &[
        text("type", "Type"),
        text("source", "Source"),
        flag("read_only", "ReadOnly"),
        flag("sticky", "Sticky"),
        text("access_mode", "AccessMode"),
        text("attachment_mode", "AttachmentMode"),
        flag("per_alloc", "PerAlloc"),
    ],
    blocks: &[one("mount_options", "MountOptions", &MOUNT_OPTIONS)],
    finish: None,
};

static MOUNT_OPTIONS: Schema = Schema {
    attributes: &[
        text("fs_type", "FSType"),
        texts("mount_flags", "MountFlags"),
    ],
    blocks: &[],
    finish: None,
};

pub(super) static VOLUME_MOUNT: Schema = Schema {
    attributes: &[
        text_or_null("volume", "Volume"),
        text_or_null("destination", "Destination"),
        flag_or_null("read_only", "ReadOnly"),
        text_or_null("propagation_mode", "PropagationMode"),
        text_or_null("selinux_label", "SELinuxLabel"),
    ],
    blocks: &[],
    finish: None,
};

pub(super) static CSI_PLUGIN: Schema = Schema {
    attributes: &[
        text("id", "ID"),
        text("type", "Type"),
        text("mount_dir", "MountDir"),
        text("stage_publish_base_dir", "StagePublishBaseDir"),
        duration("health_timeout", "HealthTimeout"),
    ],
    blocks: &[],
    finish: None,
};
