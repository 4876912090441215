//! Durable groups of 512-byte entries: how long one takes, and what that is in entries per second.
//!
//! `wal` and `sled` are the two logs of `nomad-raft` over files in the target directory; `node`
//! is a group of one from proposal to committed event. A group is one sync, so the first figure is
//! the disk's and the others show what sharing it is worth.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run may stop")]

use std::hint::black_box;
use std::path::Path;

use criterion::{BenchmarkId, Criterion, Throughput};
use nomad_core::seam::consensus::{Consensus, MemberId};
use nomad_core::seam::log_store::{EntryKind, LogEntry, LogPosition, LogStore};
use nomad_raft::disk::FileDisk;
use nomad_raft::log::{SledLog, Wal, WalLimits};
use nomad_raft::node::{Node, NodeConfig};
use nomad_raft::snapshot::SnapshotFiles;

const ENTRY_BYTES: usize = 512;
const GROUPS: [u64; 3] = [1, 8, 64];
/// Entries kept; older ones are folded away as a server does after a snapshot.
const TRAILING: u64 = 10_000;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    logs(&mut criterion);
    node(&mut criterion);
    opening(&mut criterion);
    criterion.final_summary();
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

fn wal(directory: &Path) -> Wal<FileDisk> {
    Wal::open(FileDisk::open(directory).unwrap(), WalLimits::default())
        .unwrap()
        .0
}

fn group_after(log: &dyn LogStore, count: u64) -> Vec<LogEntry> {
    let last = log.last().index.0;
    let data = vec![7; ENTRY_BYTES];
    let entry = |n| LogEntry {
        position: LogPosition::new(last + n, 1),
        kind: EntryKind::Command,
        data: data.clone(),
    };
    (1..=count).map(entry).collect()
}

fn append(log: &mut dyn LogStore, count: u64) {
    let group = group_after(log, count);
    log.append(&group).unwrap();
    let last = log.sync().unwrap();
    if last.0 - log.base().index.0 > 2 * TRAILING {
        log.compact_to(LogPosition::new(last.0 - TRAILING, 1))
            .unwrap();
    }
}

fn logs(criterion: &mut Criterion) {
    let mut bench = criterion.benchmark_group("log/append");
    for count in GROUPS {
        bench.throughput(Throughput::Elements(count));
        let home = home();
        let mut log = wal(home.path());
        bench.bench_function(BenchmarkId::new("wal", count), |b| {
            b.iter(|| append(&mut log, count))
        });
        let home = self::home();
        let mut log = SledLog::open(home.path()).unwrap();
        bench.bench_function(BenchmarkId::new("sled", count), |b| {
            b.iter(|| append(&mut log, count));
        });
    }
    bench.finish();
}

fn node(criterion: &mut Criterion) {
    let mut bench = criterion.benchmark_group("node/propose");
    for count in GROUPS {
        bench.throughput(Throughput::Elements(count));
        let home = home();
        let snapshots = FileDisk::open(home.path().join("snapshots")).unwrap();
        let snapshots = SnapshotFiles::open(snapshots).unwrap();
        let config = NodeConfig::single(MemberId(1));
        let (mut node, _) = Node::open(&config, wal(&home.path().join("raft")), snapshots).unwrap();
        let mut events = Vec::new();
        node.poll(&mut events).unwrap();
        bench.bench_function(BenchmarkId::from_parameter(count), |b| {
            b.iter(|| {
                events.clear();
                for _ in 0..count {
                    node.propose(vec![7; ENTRY_BYTES]).unwrap();
                }
                node.poll(&mut events).unwrap();
                assert_eq!(black_box(events.len()) as u64, count);
            });
        });
    }
    bench.finish();
}

fn opening(criterion: &mut Criterion) {
    let home = home();
    let mut log = wal(home.path());
    (0..TRAILING / 50).for_each(|_| append(&mut log, 50));
    drop(log);
    criterion.bench_function("log/open 10,000 entries", |b| {
        b.iter(|| black_box(wal(home.path()).last()));
    });
}
