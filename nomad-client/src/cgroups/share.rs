//! The parents of all task groups: made once, with controllers and cores handed down.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{CgroupError, file};

/// Controllers handed down in version 2 (spec/client 19.3).
const V2_CONTROLLERS: [&str; 5] = ["cpuset", "cpu", "io", "memory", "pids"];

/// Makes `<root>/<parent>/{share,reserve}.slice` with the controllers enabled on the way.
pub(super) fn prepare_v2(root: &Path, parent: &str) -> Result<(), CgroupError> {
    hand_down(root)?;
    let base = root.join(parent);
    file::make_dir(&base)?;
    hand_down(&base)?;
    for part in ["share.slice", "reserve.slice"] {
        let dir = base.join(part);
        file::make_dir(&dir)?;
        hand_down(&dir)?;
    }
    Ok(())
}

/// Enables the controllers for the children of `dir`, those that are there and not yet enabled.
fn hand_down(dir: &Path) -> Result<(), CgroupError> {
    let available = file::read(&dir.join("cgroup.controllers"))?;
    let path = dir.join("cgroup.subtree_control");
    let enabled = file::read(&path)?;
    let has = |list: &str, name: &str| list.split_whitespace().any(|found| found == name);
    let missing: Vec<String> = V2_CONTROLLERS
        .iter()
        .filter(|name| has(&available, name) && !has(&enabled, name))
        .map(|name| format!("+{name}"))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        file::write(&path, &missing.join(" "))
    }
}

/// Makes `<mount>/<parent>` for each controller and the two core partitions.
pub(super) fn prepare_v1(
    mounts: &BTreeMap<String, PathBuf>,
    parent: &str,
) -> Result<(), CgroupError> {
    for (controller, mount) in mounts {
        let base = mount.join(parent);
        file::make_dir(&base)?;
        if controller == "cpuset" {
            let _ = file::write(&base.join("cgroup.clone_children"), "0");
            fill_cpuset_v1(&base, None)?;
            for part in ["share", "reserve"] {
                let dir = base.join(part);
                file::make_dir(&dir)?;
                let _ = file::write(&dir.join("cgroup.clone_children"), "0");
                fill_cpuset_v1(&dir, None)?;
            }
        }
    }
    Ok(())
}

/// Gives a version 1 cpuset its memory nodes and cores, from its parent where not told; the kernel
/// lets nobody join one that has none.
pub(super) fn fill_cpuset_v1(dir: &Path, cores: Option<&str>) -> Result<(), CgroupError> {
    let parent = dir.parent().unwrap_or(dir);
    for name in ["cpuset.cpus", "cpuset.mems"] {
        let own = dir.join(name);
        let wanted = match cores {
            Some(cores) if name == "cpuset.cpus" => cores.to_owned(),
            _ if file::read(&own).is_ok_and(|text| !text.trim().is_empty()) => continue,
            _ => file::read(&parent.join(name))?.trim().to_owned(),
        };
        file::write(&own, &wanted)?;
    }
    Ok(())
}
