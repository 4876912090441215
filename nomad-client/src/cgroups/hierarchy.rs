//! Which hierarchies this machine has, and where they are mounted.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Controllers of version 1 that a task gets a group in (spec/client 19.3).
const V1_CONTROLLERS: [&str; 5] = ["freezer", "memory", "cpu", "cpuset", "pids"];

/// The control group hierarchies of a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hierarchy {
    /// The unified hierarchy, with controllers.
    V2 {
        /// Its mount point.
        root: PathBuf,
    },
    /// One hierarchy per controller.
    V1 {
        /// Mount point of each controller.
        mounts: BTreeMap<String, PathBuf>,
    },
}

impl Hierarchy {
    /// Looks at this machine. `None` when control groups are off.
    #[must_use]
    pub fn of_host() -> Option<Self> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
        Self::detect(&mounts, |root| {
            fs::read_to_string(root.join("cgroup.controllers")).unwrap_or_default()
        })
    }

    /// Reads a mount table in the form of `/proc/self/mountinfo`. `controllers` answers the text of
    /// `cgroup.controllers` below a mount point of version 2: such a mount counts when it has at
    /// least `cpu` and `memory`; version 1 counts when it has either.
    pub fn detect(mountinfo: &str, controllers: impl Fn(&Path) -> String) -> Option<Self> {
        let mut v1 = BTreeMap::new();
        for (point, kind, options) in mountinfo.lines().filter_map(mount) {
            if kind == "cgroup2" {
                let names = controllers(&point);
                let has = |name| names.split_whitespace().any(|found| found == name);
                if has("cpu") && has("memory") {
                    return Some(Self::V2 { root: point });
                }
            }
            if kind == "cgroup" {
                for name in options
                    .split(',')
                    .filter(|name| V1_CONTROLLERS.contains(name))
                {
                    v1.entry(name.to_owned()).or_insert_with(|| point.clone());
                }
            }
        }
        let useful = v1.contains_key("cpu") || v1.contains_key("memory");
        useful.then_some(Self::V1 { mounts: v1 })
    }

    /// The value of the attribute `os.cgroups.version`.
    #[must_use]
    pub fn version(&self) -> u8 {
        match self {
            Self::V2 { .. } => 2,
            Self::V1 { .. } => 1,
        }
    }
}

/// Mount point, file system type and options of one line.
fn mount(line: &str) -> Option<(PathBuf, &str, &str)> {
    let (left, right) = line.split_once(" - ")?;
    let point = left.split(' ').nth(4)?;
    let mut right = right.split(' ');
    let (kind, _source, options) = (right.next()?, right.next()?, right.next()?);
    Some((PathBuf::from(point.replace("\\040", " ")), kind, options))
}

#[cfg(test)]
mod tests {
    use super::*;

    const V1: &str = "\
24 23 0:21 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
25 24 0:22 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
26 24 0:23 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
27 24 0:24 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw";

    #[test]
    fn a_unified_mount_without_controllers_leaves_version_one_in_charge() {
        let found = Hierarchy::detect(V1, |_| "hugetlb\n".to_owned()).unwrap();
        let Hierarchy::V1 { mounts } = found else {
            panic!("{found:?}")
        };
        assert_eq!(mounts["cpu"], Path::new("/sys/fs/cgroup/cpu,cpuacct"));
        assert_eq!(mounts["memory"], Path::new("/sys/fs/cgroup/memory"));
        assert_eq!(mounts.len(), 2);
    }

    #[test]
    fn a_unified_mount_with_controllers_wins() {
        let found = Hierarchy::detect(V1, |_| "cpuset cpu io memory pids\n".to_owned()).unwrap();
        assert_eq!(
            found,
            Hierarchy::V2 {
                root: "/sys/fs/cgroup/unified".into()
            }
        );
        assert_eq!(found.version(), 2);
    }

    #[test]
    fn a_machine_without_control_groups_has_no_hierarchy() {
        assert_eq!(
            Hierarchy::detect("1 1 8:1 / / rw - ext4 /dev/sda rw", |_| String::new()),
            None
        );
    }
}
