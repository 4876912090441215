//! The tree on plain directories that pretend to be hierarchies.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

use super::{Group, Hierarchy, Limits, Own, Tree};

fn limits(cores: &[u16]) -> Limits {
    Limits {
        memory_hard: Some(67_108_864),
        memory_soft: None,
        cpu_shares: 1_024,
        cores: cores.to_vec(),
        pids_max: None,
    }
}

fn read(root: &Path, path: &str) -> String {
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| format!("{path}: {error}"))
}

/// A version 2 root with all controllers.
fn unified() -> (tempfile::TempDir, Tree) {
    let dir = tempfile::tempdir().unwrap();
    for path in [
        "",
        "nomad.slice",
        "nomad.slice/share.slice",
        "nomad.slice/reserve.slice",
    ] {
        fs::create_dir_all(dir.path().join(path)).unwrap();
        let controllers = dir.path().join(path).join("cgroup.controllers");
        fs::write(controllers, "cpuset cpu io memory pids rdma\n").unwrap();
        fs::write(
            dir.path().join(path).join("cgroup.subtree_control"),
            "memory\n",
        )
        .unwrap();
    }
    let tree = Tree::new(
        Hierarchy::V2 {
            root: dir.path().to_owned(),
        },
        "nomad.slice",
    );
    (dir, tree)
}

#[test]
fn version_two_hands_down_what_is_missing_and_makes_a_scope_per_task() {
    let (dir, tree) = unified();
    tree.prepare().unwrap();
    for path in ["", "nomad.slice/", "nomad.slice/share.slice/"] {
        let control = read(dir.path(), &format!("{path}cgroup.subtree_control"));
        assert_eq!(control, "+cpuset +cpu +io +pids", "{path}");
    }
    let shared = tree.create("a.t", &limits(&[])).unwrap();
    let scope = "nomad.slice/share.slice/a.t.scope";
    assert_eq!(shared.own, Own::V2(dir.path().join(scope)));
    assert_eq!(
        shared.join_files(),
        [dir.path().join(scope).join("cgroup.procs")]
    );
    assert_eq!(read(dir.path(), &format!("{scope}/memory.max")), "67108864");
    assert_eq!(read(dir.path(), &format!("{scope}/cpu.weight")), "39");
    assert!(!dir.path().join(scope).join("memory.low").exists());
    let reserved = tree.create("a.u", &limits(&[1, 2])).unwrap();
    let scope = "nomad.slice/reserve.slice/a.u.scope";
    assert_eq!(reserved.own, Own::V2(dir.path().join(scope)));
    assert_eq!(read(dir.path(), &format!("{scope}/cpuset.cpus")), "1-2");
    tree.repartition(&[0, 1, 2, 3], &[1, 2]).unwrap();
    assert_eq!(
        read(dir.path(), "nomad.slice/share.slice/cpuset.cpus"),
        "0,3"
    );
    tree.repartition(&[0, 1], &[0, 1]).unwrap();
    assert_eq!(
        read(dir.path(), "nomad.slice/share.slice/cpuset.cpus"),
        "0-1"
    );
}

/// Version 1 with some controllers.
fn legacy() -> (tempfile::TempDir, Tree) {
    let dir = tempfile::tempdir().unwrap();
    let mut mounts = BTreeMap::new();
    for controller in ["freezer", "memory", "cpu", "cpuset", "pids"] {
        let mount = dir.path().join(controller);
        fs::create_dir(&mount).unwrap();
        mounts.insert(controller.to_owned(), mount);
    }
    fs::write(dir.path().join("cpuset/cpuset.cpus"), "0-3\n").unwrap();
    fs::write(dir.path().join("cpuset/cpuset.mems"), "0\n").unwrap();
    let tree = Tree::new(Hierarchy::V1 { mounts }, "nomad.slice");
    (dir, tree)
}

#[test]
fn version_one_makes_a_group_per_controller_and_shares_the_cores() {
    let (dir, tree) = legacy();
    tree.prepare().unwrap();
    assert_eq!(read(dir.path(), "cpuset/nomad/share/cpuset.cpus"), "0-3");
    assert_eq!(read(dir.path(), "cpuset/nomad/reserve/cpuset.mems"), "0");
    let group = tree.create("a.t", &limits(&[])).unwrap();
    assert_eq!(
        read(dir.path(), "memory/nomad/a.t/memory.limit_in_bytes"),
        "67108864"
    );
    assert_eq!(read(dir.path(), "memory/nomad/a.t/memory.swappiness"), "0");
    assert_eq!(read(dir.path(), "cpu/nomad/a.t/cpu.shares"), "1024");
    assert_eq!(group.joined, [dir.path().join("cpuset/nomad/share")]);
    assert_eq!(
        group.join_files().len(),
        4,
        "freezer, memory, cpu and the shared cores"
    );
    assert!(
        !dir.path().join("pids/nomad/a.t").exists(),
        "no limit, no group"
    );
    let group = tree.create("a.u", &limits(&[2])).unwrap();
    assert_eq!(
        read(dir.path(), "cpuset/nomad/reserve/a.u/cpuset.cpus"),
        "2"
    );
    assert!(group.joined.is_empty());
}

#[test]
fn the_sweep_removes_empty_groups_of_tasks_that_nobody_knows() {
    let (dir, tree) = legacy();
    tree.prepare().unwrap();
    for scope in ["old.t", "known.t", "busy.t"] {
        fs::create_dir(dir.path().join("memory/nomad").join(scope)).unwrap();
    }
    fs::write(dir.path().join("memory/nomad/busy.t/cgroup.procs"), "1\n").unwrap();
    let known = BTreeSet::from(["known.t".to_owned()]);
    assert_eq!(tree.sweep(&known), ["old.t"]);
    assert!(dir.path().join("memory/nomad/known.t").exists());
    assert!(dir.path().join("memory/nomad/busy.t").exists());
    assert!(
        dir.path().join("cpuset/nomad/share").exists(),
        "no task's group"
    );
}

#[test]
fn counters_are_read_in_both_versions() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        dir.path().join("memory.events"),
        "low 0\noom 2\noom_kill 1\n",
    )
    .unwrap();
    fs::write(dir.path().join("memory.stat"), "anon 10\nfile 20\n").unwrap();
    fs::write(dir.path().join("memory.current"), "30\n").unwrap();
    fs::write(
        dir.path().join("cpu.stat"),
        "nr_throttled 4\nthrottled_usec 5\n",
    )
    .unwrap();
    let two = Group {
        own: Own::V2(dir.path().to_owned()),
        joined: vec![],
    };
    assert_eq!(two.oom_kills(), Some(1));
    let memory = two.memory().unwrap();
    assert_eq!(
        (memory.rss, memory.cache, memory.usage),
        (Some(10), Some(20), Some(30))
    );
    assert_eq!(memory.max_usage, None);
    assert_eq!(two.throttling().unwrap().time_ns, 5_000);
    fs::write(
        dir.path().join("memory.oom_control"),
        "under_oom 0\noom_kill 3\n",
    )
    .unwrap();
    let own = BTreeMap::from([("memory".to_owned(), dir.path().to_owned())]);
    let one = Group {
        own: Own::V1(own),
        joined: vec![],
    };
    assert_eq!(one.oom_kills(), Some(3));
    assert_eq!(one.throttling(), None);
}

#[test]
fn a_group_of_somebody_else_is_neither_killed_nor_removed() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        dir.path().join("cgroup.procs"),
        format!("{}\n", std::process::id()),
    )
    .unwrap();
    let group = Group::foreign(vec![dir.path().to_owned()]);
    assert!(!group.is_own());
    group.kill_all(Duration::ZERO).unwrap();
    group.remove(Duration::ZERO).unwrap();
    assert!(dir.path().exists());
}

#[test]
fn process_one_and_the_caller_are_spared() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        dir.path().join("cgroup.procs"),
        format!("1\n{}\n", std::process::id()),
    )
    .unwrap();
    let group = Group {
        own: Own::V2(dir.path().to_owned()),
        joined: vec![],
    };
    group.kill_all(Duration::ZERO).unwrap();
}
