//! Files of the host inside a container.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use bollard::models::{
    Mount, MountBindOptions, MountBindOptionsPropagationEnum, MountTmpfsOptions, MountType,
    MountVolumeOptions, MountVolumeOptionsDriverConfig,
};

use super::config::{Config, MountConfig};
use super::rules::DockerRules;
use crate::drivers::TaskDirs;

/// `a/b/../c` without touching the disk: the engine resolves links itself.
fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean
}

/// The host's side of a bind: relative paths lie below the task's directory, and without `volumes`
/// nothing outside of the allocation may be mounted.
fn host_path(
    source: &str,
    whole: &str,
    dirs: &TaskDirs,
    rules: &DockerRules,
) -> Result<PathBuf, String> {
    let path = clean(&dirs.task.join(source));
    if rules.volumes || path.starts_with(&dirs.alloc) {
        return Ok(path);
    }
    Err(format!(
        "volumes are not enabled; cannot mount host path: {whole:?}"
    ))
}

/// The binds of a container, sorted: the allocation's directories and the job file's volumes.
pub(super) fn binds(
    config: &Config,
    dirs: &TaskDirs,
    rules: &DockerRules,
) -> Result<Vec<String>, String> {
    let own = [
        (&dirs.shared, "/alloc", ""),
        (&dirs.logs, "/alloc/logs", ":ro"),
        (&dirs.local, "/local", ""),
        (&dirs.secrets, "/secrets", ""),
    ];
    let own = own.map(|(host, inside, mode)| format!("{}:{inside}{mode}", host.display()));
    let mut binds = own.to_vec();
    for volume in &config.volumes {
        let (source, rest) = volume
            .split_once(':')
            .ok_or_else(|| format!("invalid docker volume: {volume:?}"))?;
        // A volume driver's names are its own; without one a name is a directory of the task.
        if !config.volume_driver.is_empty() && config.volume_driver != "local" {
            if !rules.volumes {
                let name = &config.volume_driver;
                return Err(format!(
                    "volumes are not enabled; cannot use volume driver {name:?}"
                ));
            }
            binds.push(volume.clone());
            continue;
        }
        let host = host_path(source, volume, dirs, rules)?;
        binds.push(format!("{}:{rest}", host.display()));
    }
    binds.sort();
    Ok(binds)
}

/// The mounts that the job file spells out.
pub(super) fn mounts(
    config: &Config,
    dirs: &TaskDirs,
    rules: &DockerRules,
) -> Result<Vec<Mount>, String> {
    let mounts = config.mounts.iter();
    mounts.map(|mount| one_mount(mount, dirs, rules)).collect()
}

fn one_mount(mount: &MountConfig, dirs: &TaskDirs, rules: &DockerRules) -> Result<Mount, String> {
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let mut made = Mount {
        target: some(&mount.target),
        source: some(&mount.source),
        read_only: Some(mount.read_only),
        ..Mount::default()
    };
    match mount.kind.as_str() {
        "bind" => {
            let host = host_path(&mount.source, &mount.source, dirs, rules)?;
            made.typ = Some(MountType::BIND);
            made.source = Some(host.display().to_string());
            if let Some(propagation) = some(&mount.propagation) {
                made.bind_options = Some(MountBindOptions {
                    propagation: Some(read_propagation(&propagation)?),
                    ..MountBindOptions::default()
                });
            }
        }
        "tmpfs" => {
            made.typ = Some(MountType::TMPFS);
            made.source = None;
            made.tmpfs_options = Some(MountTmpfsOptions {
                size_bytes: mount.tmpfs_size,
                mode: mount.tmpfs_mode,
                ..MountTmpfsOptions::default()
            });
        }
        "volume" => {
            made.typ = Some(MountType::VOLUME);
            made.volume_options = Some(volume_options(mount));
        }
        other => {
            return Err(format!(
                "invalid mount type, must be \"bind\", \"volume\", \"tmpfs\": {other:?}"
            ));
        }
    }
    Ok(made)
}

fn volume_options(mount: &MountConfig) -> MountVolumeOptions {
    let table = |from: &std::collections::BTreeMap<String, String>| {
        let table: HashMap<String, String> = from.clone().into_iter().collect();
        Some(table).filter(|table| !table.is_empty())
    };
    MountVolumeOptions {
        no_copy: Some(mount.no_copy),
        labels: table(&mount.labels),
        driver_config: Some(MountVolumeOptionsDriverConfig {
            name: Some(mount.driver.clone()).filter(|name| !name.is_empty()),
            options: table(&mount.driver_options),
        }),
        ..MountVolumeOptions::default()
    }
}

fn read_propagation(text: &str) -> Result<MountBindOptionsPropagationEnum, String> {
    text.parse()
        .map_err(|_| format!("invalid propagation mode: {text:?}"))
}
