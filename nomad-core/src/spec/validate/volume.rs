//! Rules for volumes.

use super::Collector;
use crate::model::TaskGroupSpec;
use crate::model::volume::VolumeRequestSpec;

pub(super) fn check(c: &mut Collector, group: &TaskGroupSpec, kind: &str) {
    let canaries = group
        .update
        .as_ref()
        .and_then(|update| update.canary)
        .unwrap_or_default();
    for (name, volume) in group.volumes.iter().flatten() {
        c.within(format!("volume {name:?}"), |c| {
            check_common(c, volume, kind, canaries);
            match volume.kind.as_str() {
                "host" => check_host(c, volume),
                "csi" => check_csi(c, volume, group.count.unwrap_or_default()),
                other => c.error(format!(
                    "unrecognized volume type {other:?}; \"host\" or \"csi\" is needed"
                )),
            }
        });
    }
}

fn check_common(c: &mut Collector, volume: &VolumeRequestSpec, kind: &str, canaries: i64) {
    c.require(!volume.source.is_empty(), || {
        "volume has an empty source".into()
    });
    if volume.per_alloc {
        c.require(!matches!(kind, "system" | "sysbatch"), || {
            format!("volume cannot be per_alloc for {kind} jobs")
        });
        c.require(canaries == 0, || {
            "volume cannot be per_alloc when canaries are in use".into()
        });
        c.require(!volume.sticky, || {
            "volume cannot be per_alloc and sticky at the same time".into()
        });
    }
}

fn check_host(c: &mut Collector, volume: &VolumeRequestSpec) {
    let mode = volume.access_mode.as_str();
    c.require(volume.mount_options.is_none(), || {
        "host volumes cannot have mount options".into()
    });
    match mode {
        "" | "single-node-writer" | "single-node-single-writer" | "single-node-multi-writer" => {}
        "single-node-reader-only" => c.require(volume.read_only, || {
            format!("{mode} volumes must be read-only")
        }),
        _ => c.error(format!(
            "host volumes cannot be mounted with {mode} access mode"
        )),
    }
}

fn check_csi(c: &mut Collector, volume: &VolumeRequestSpec, count: i64) {
    let mode = volume.access_mode.as_str();
    c.require(!volume.attachment_mode.is_empty(), || {
        "CSI volumes must have an attachment mode".into()
    });
    c.require(!mode.is_empty(), || {
        "CSI volumes must have an access mode".into()
    });
    match mode {
        "single-node-reader-only" | "multi-node-reader-only" => c.require(volume.read_only, || {
            format!("{mode} volumes must be read-only")
        }),
        "single-node-writer" if count > 1 && !volume.per_alloc => {
            c.error("volume with single-node-writer access mode allows only one reader or writer");
        }
        "multi-node-single-writer" if !volume.read_only && count > 1 && !volume.per_alloc => {
            c.error("volume with multi-node-single-writer access mode allows only one writer");
        }
        _ => {}
    }
}
