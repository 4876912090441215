//! The agent's part of the hierarchy: parents, a group per task, and the sweep of what was left.
//!
//! Layout (spec/client 19.3). Version 2: `nomad.slice/{share,reserve}.slice/<task>.scope`. Version 1:
//! `<controller>/nomad/<task>`, with `cpuset/nomad/share` for all and `cpuset/nomad/reserve/<task>` for
//! tasks with cores of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::limits::core_list;
use super::{CgroupError, Group, Hierarchy, Limits, Own, file, group::remove_dir, share};

/// How long the sweep tries to remove one leftover.
const SWEEP_PATIENCE: Duration = Duration::from_millis(200);

/// The agent's groups below one parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    hierarchy: Hierarchy,
    parent: String,
}

impl Tree {
    /// The groups below `parent`, which is named as the configuration names it (`nomad.slice`);
    /// version 1 drops the ending `.slice`.
    #[must_use]
    pub fn new(hierarchy: Hierarchy, parent: &str) -> Self {
        let parent = parent.trim_matches('/').to_owned();
        Self { hierarchy, parent }
    }

    fn parent_v1(&self) -> &str {
        self.parent.strip_suffix(".slice").unwrap_or(&self.parent)
    }

    /// Makes the parents and hands the controllers down. Called at agent start; again is fine.
    ///
    /// # Errors
    /// [`CgroupError`], as an ordinary user most often because of missing permission: tasks then run
    /// without limits.
    pub fn prepare(&self) -> Result<(), CgroupError> {
        match &self.hierarchy {
            Hierarchy::V2 { root } => share::prepare_v2(root, &self.parent),
            Hierarchy::V1 { mounts } => share::prepare_v1(mounts, self.parent_v1()),
        }
    }

    /// Makes a task's group and writes its limits. `scope` is `<allocation>.<task>`.
    ///
    /// # Errors
    /// [`CgroupError`] when a directory or a limit cannot be written; nothing is left then.
    pub fn create(&self, scope: &str, limits: &Limits) -> Result<Group, CgroupError> {
        let group = self.locate(scope, limits);
        let made = match &group.own {
            Own::None => Ok(()),
            Own::V2(dir) => create_v2(dir, limits),
            Own::V1(dirs) => create_v1(dirs, limits),
        };
        if made.is_err() {
            let _ = group.remove(Duration::ZERO);
        }
        made.map(|()| group)
    }

    /// Where the group of `scope` is or would be.
    fn locate(&self, scope: &str, limits: &Limits) -> Group {
        match &self.hierarchy {
            Hierarchy::V2 { root } => {
                let part = if limits.cores.is_empty() {
                    "share.slice"
                } else {
                    "reserve.slice"
                };
                let dir = root
                    .join(&self.parent)
                    .join(part)
                    .join(format!("{scope}.scope"));
                Group {
                    own: Own::V2(dir),
                    joined: Vec::new(),
                }
            }
            Hierarchy::V1 { mounts } => self.locate_v1(mounts, scope, limits),
        }
    }

    fn locate_v1(&self, mounts: &BTreeMap<String, PathBuf>, scope: &str, limits: &Limits) -> Group {
        let (mut own, mut joined) = (BTreeMap::new(), Vec::new());
        for (controller, mount) in mounts {
            let base = mount.join(self.parent_v1());
            match controller.as_str() {
                "cpuset" if limits.cores.is_empty() => joined.push(base.join("share")),
                "cpuset" => {
                    own.insert(controller.clone(), base.join("reserve").join(scope));
                }
                "pids" if limits.pids_max.is_none() => {}
                _ => {
                    own.insert(controller.clone(), base.join(scope));
                }
            }
        }
        Group {
            own: Own::V1(own),
            joined,
        }
    }

    /// Gives the shared tasks every usable core that is not reserved; when none would be left they
    /// keep all, which overlaps and is better than a task that cannot start.
    ///
    /// # Errors
    /// [`CgroupError::Write`] when the kernel refuses.
    pub fn repartition(&self, usable: &[u16], reserved: &[u16]) -> Result<(), CgroupError> {
        let mut shared: Vec<u16> = usable.to_vec();
        shared.retain(|core| !reserved.contains(core));
        let shared = core_list(if shared.is_empty() { usable } else { &shared });
        let dir = match &self.hierarchy {
            Hierarchy::V2 { root } => root.join(&self.parent).join("share.slice"),
            Hierarchy::V1 { mounts } => match mounts.get("cpuset") {
                Some(mount) => mount.join(self.parent_v1()).join("share"),
                None => return Ok(()),
            },
        };
        file::write(&dir.join("cpuset.cpus"), &shared)
    }

    /// Removes groups without processes that belong to none of the `known` scopes, such as those
    /// of an agent that was killed (spec/client 33.7). Returns their names.
    #[must_use]
    pub fn sweep(&self, known: &BTreeSet<String>) -> Vec<String> {
        let mut swept = Vec::new();
        for parent in self.task_parents() {
            for dir in subdirs(&parent) {
                let name = dir
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned());
                let name = name.unwrap_or_default();
                let scope = name.strip_suffix(".scope").unwrap_or(&name).to_owned();
                let ours = scope.contains('.') && !known.contains(&scope);
                if ours
                    && file::procs(&dir).is_empty()
                    && remove_dir(&dir, Instant::now() + SWEEP_PATIENCE).is_ok()
                {
                    swept.push(scope);
                }
            }
        }
        swept.sort();
        swept.dedup();
        swept
    }

    /// Removes the parents when nothing is left in them (`nomad dev` leaves no group behind).
    pub fn remove_if_empty(&self) {
        let deadline = Instant::now() + SWEEP_PATIENCE;
        for dir in self.task_parents() {
            let _ = remove_dir(&dir, deadline);
        }
        for dir in self.roots() {
            let _ = remove_dir(&dir, deadline);
        }
    }

    /// The parent directory in each hierarchy.
    fn roots(&self) -> Vec<PathBuf> {
        match &self.hierarchy {
            Hierarchy::V2 { root } => vec![root.join(&self.parent)],
            Hierarchy::V1 { mounts } => mounts
                .values()
                .map(|mount| mount.join(self.parent_v1()))
                .collect(),
        }
    }

    /// Directories whose subdirectories are groups of tasks (deepest first).
    fn task_parents(&self) -> Vec<PathBuf> {
        let inner: &[&str] = match &self.hierarchy {
            Hierarchy::V2 { .. } => &["share.slice", "reserve.slice"],
            Hierarchy::V1 { .. } => &["share", "reserve", "."],
        };
        let roots = self.roots();
        let all = inner
            .iter()
            .flat_map(|part| roots.iter().map(move |root| root.join(part)));
        all.filter(|dir| dir.is_dir()).collect()
    }
}

fn subdirs(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect()
}

fn create_v2(dir: &Path, limits: &Limits) -> Result<(), CgroupError> {
    file::make_dir(dir)?;
    let max = limits
        .memory_hard
        .map_or("max".to_owned(), |bytes| bytes.to_string());
    file::write(&dir.join("memory.max"), &max)?;
    if let Some(bytes) = limits.memory_soft {
        file::write(&dir.join("memory.low"), &bytes.to_string())?;
    }
    file::write(&dir.join("cpu.weight"), &limits.cpu_weight().to_string())?;
    if !limits.cores.is_empty() {
        file::write(&dir.join("cpuset.cpus"), &core_list(&limits.cores))?;
    }
    if let Some(pids) = limits.pids_max {
        file::write(&dir.join("pids.max"), &pids.to_string())?;
    }
    Ok(())
}

fn create_v1(dirs: &BTreeMap<String, PathBuf>, limits: &Limits) -> Result<(), CgroupError> {
    for (controller, dir) in dirs {
        file::make_dir(dir)?;
        match controller.as_str() {
            "memory" => limit_memory_v1(dir, limits)?,
            "cpu" => file::write(&dir.join("cpu.shares"), &limits.cpu_shares.to_string())?,
            "cpuset" => share::fill_cpuset_v1(dir, Some(&core_list(&limits.cores)))?,
            "pids" => {
                let max = limits
                    .pids_max
                    .map_or("max".to_owned(), |max| max.to_string());
                file::write(&dir.join("pids.max"), &max)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn limit_memory_v1(dir: &Path, limits: &Limits) -> Result<(), CgroupError> {
    let hard = limits
        .memory_hard
        .map_or("-1".to_owned(), |bytes| bytes.to_string());
    file::write(&dir.join("memory.limit_in_bytes"), &hard)?;
    if let Some(bytes) = limits.memory_soft {
        file::write(&dir.join("memory.soft_limit_in_bytes"), &bytes.to_string())?;
    }
    // Not every kernel lets a group choose its swappiness; the limit holds without it.
    let _ = file::write(&dir.join("memory.swappiness"), "0");
    Ok(())
}
