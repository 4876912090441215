//! Rules for templates, artifacts and volume mounts: whatever puts files into a task.

use std::collections::BTreeSet;

use super::{Collector, is_interpolated};
use crate::model::template::{ArtifactSpec, TemplateSpec};
use crate::model::{TaskGroupSpec, TaskSpec};
use crate::units::Span;

/// True when `path`, taken beneath the task's directory, stays inside the allocation.
fn stays_inside(path: &str) -> bool {
    let mut depth = 1i64;
    path.split('/').all(|part| {
        depth += match part {
            "" | "." => 0,
            ".." => -1,
            _ => 1,
        };
        depth >= 0
    })
}

pub(super) fn check(c: &mut Collector, task: &TaskSpec, group: &TaskGroupSpec) {
    let mut destinations = BTreeSet::new();
    for (at, template) in task.templates.iter().flatten().enumerate() {
        c.within(format!("template {}", at + 1), |c| {
            check_template(c, template);
            let to = template.dest_path.as_deref().unwrap_or_default();
            c.require(to.is_empty() || destinations.insert(to), || {
                format!("destination {to:?} is used by another template")
            });
        });
    }
    for (at, artifact) in task.artifacts.iter().flatten().enumerate() {
        c.within(format!("artifact {}", at + 1), |c| {
            check_artifact(c, artifact)
        });
    }
    for (at, mount) in task.volume_mounts.iter().flatten().enumerate() {
        let volume = mount.volume.as_deref().unwrap_or_default();
        let known = group
            .volumes
            .as_ref()
            .is_some_and(|all| all.contains_key(volume));
        c.require(known, || {
            format!("volume mount ({at}) references undefined volume {volume}")
        });
        let mode = mount.propagation_mode.as_deref().unwrap_or_default();
        c.require(
            matches!(mode, "" | "private" | "host-to-task" | "bidirectional"),
            || format!("volume mount has an invalid propagation mode: {mode:?}"),
        );
        let label = mount.selinux_label.as_deref().unwrap_or_default();
        c.require(matches!(label, "" | "z" | "Z"), || {
            format!("volume mount has an invalid SELinux label: {label:?}")
        });
    }
}

fn check_template(c: &mut Collector, template: &TemplateSpec) {
    let text = |value: &Option<String>| value.as_deref().unwrap_or_default().to_owned();
    let (source, data) = (text(&template.source_path), text(&template.embedded));
    let to = text(&template.dest_path);
    c.require(!source.is_empty() || !data.is_empty(), || {
        "must specify a source path or have an embedded template".into()
    });
    c.require(!to.is_empty(), || {
        "must specify a destination for the template".into()
    });
    c.require(is_interpolated(&to) || stays_inside(&to), || {
        "destination escapes allocation directory".into()
    });
    let mode = text(&template.change_mode);
    c.require(matches!(mode.as_str(), "noop" | "signal" | "script" | "restart"), || {
        format!("invalid change mode {mode:?}; must be one of the following: noop, signal, script, restart")
    });
    c.require(mode != "signal" || template.env != Some(true), || {
        "cannot use signals with env var templates".into()
    });
    c.require(mode != "script" || template.change_script.is_some(), || {
        "must specify change script configuration value when change mode is script".into()
    });
    c.require(template.splay.unwrap_or_default() >= Span::ZERO, || {
        "must specify positive splay value".into()
    });
    let perms = text(&template.perms);
    c.require(
        perms.is_empty() || u32::from_str_radix(&perms, 8).is_ok_and(|p| p <= 0o7777),
        || format!("failed to parse {perms:?} as octal"),
    );
}

fn check_artifact(c: &mut Collector, artifact: &ArtifactSpec) {
    let source = artifact.source.as_deref().unwrap_or_default();
    let to = artifact.destination.as_deref().unwrap_or_default();
    let mode = artifact.mode.as_deref().unwrap_or_default();
    c.require(!source.is_empty(), || "source must be specified".into());
    c.require(is_interpolated(to) || stays_inside(to), || {
        "destination escapes allocation directory".into()
    });
    c.require(matches!(mode, "" | "any" | "file" | "dir"), || {
        format!("invalid artifact mode {mode:?}; must be one of: any, file, dir")
    });
}
