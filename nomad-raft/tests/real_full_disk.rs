//! A file system that really is full: a small tmpfs, where this process may mount one.

use std::path::{Path, PathBuf};
use std::process::Command;

use nomad_core::seam::consensus::{Consensus, ConsensusEvent, MemberId};
use nomad_raft::node::{DurableNode, NodeConfig};

/// A mounted tmpfs, unmounted when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Result<Self, String> {
        let mut mount = Command::new("mount");
        let done = mount
            .args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"])
            .arg(at)
            .output();
        match done {
            Ok(done) if done.status.success() => Ok(Self(at.to_owned())),
            Ok(done) => Err(String::from_utf8_lossy(&done.stderr).into_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

/// Applies what is committed; the number of commands, or why it stopped.
fn poll(node: &mut DurableNode) -> Result<usize, String> {
    let mut events = Vec::new();
    node.poll(&mut events).map_err(|error| error.to_string())?;
    let is_command = |event: &&ConsensusEvent| matches!(event, ConsensusEvent::Committed { .. });
    Ok(events.iter().filter(is_command).count())
}

#[test]
fn a_server_on_a_full_disk_stops_says_so_and_has_lost_nothing_acknowledged() {
    let home = tempfile::tempdir().unwrap();
    let _disk = match SmallDisk::mount(home.path()) {
        Ok(disk) => disk,
        Err(why) => {
            println!("skipped: could not mount a tmpfs: {why}");
            return;
        }
    };
    let ballast = home.path().join("ballast");
    std::fs::write(&ballast, vec![1; 1 << 20]).unwrap();
    let config = NodeConfig::single(MemberId(1));
    let (mut node, _) = DurableNode::open_directory(home.path(), &config).unwrap();
    poll(&mut node).unwrap();
    let mut acknowledged = 0;
    let stopped = loop {
        node.propose(vec![7; 10_000]).unwrap();
        match poll(&mut node) {
            Ok(count) => acknowledged += count,
            Err(error) => break error,
        }
    };
    assert!(
        stopped.starts_with("write ") && stopped.ends_with(": the disk is full"),
        "{stopped}"
    );
    assert!(acknowledged > 50);
    drop(node);
    std::fs::remove_file(&ballast).unwrap();
    let (mut node, _) = DurableNode::open_directory(home.path(), &config).unwrap();
    assert!(poll(&mut node).unwrap() >= acknowledged);
    node.propose(vec![8]).unwrap();
    assert_eq!(poll(&mut node).unwrap(), 1);
}
