//! Snapshots are kept whole or not at all, at whatever point the machine stops.

#![expect(clippy::unwrap_used, reason = "tests")]

use nomad_core::seam::disk::{Disk, DiskCause};
use nomad_core::seam::log_store::LogPosition;
use nomad_core::seam::snapshot_store::{Members, Snapshot, SnapshotError, SnapshotStore};
use nomad_core::sim::disk::{Fault, SimDirectory, SimDisk};
use nomad_raft::snapshot::SnapshotFiles;
use nomad_raft::snapshot::format::file_name;

fn snapshot(index: u64) -> Snapshot {
    let members = Members {
        voters: vec![1, 2, index],
        learners: vec![9],
        outgoing_voters: vec![1],
        next_learners: vec![],
        leaves_automatically: index % 2 == 1,
    };
    let position = LogPosition::new(index, 3);
    Snapshot {
        position,
        members,
        data: vec![index as u8; 3000 + index as usize],
    }
}

fn open(disk: &SimDisk) -> SnapshotFiles<SimDirectory> {
    SnapshotFiles::open(disk.directory("snapshots")).unwrap()
}

fn store_of(indexes: &[u64]) -> SimDisk {
    let disk = SimDisk::new(4);
    for index in indexes {
        open(&disk).save(&snapshot(*index)).unwrap();
    }
    disk
}

#[test]
fn the_latest_snapshot_is_read_as_it_was_saved() {
    assert_eq!(open(&SimDisk::new(1)).latest().unwrap(), None);
    let disk = store_of(&[5, 17]);
    assert_eq!(open(&disk).latest().unwrap(), Some(snapshot(17)));
}

#[test]
fn two_snapshots_are_kept() {
    let disk = store_of(&[5, 6, 7]);
    let names = disk.directory("snapshots").list().unwrap();
    assert_eq!(
        names,
        [6, 7].map(|index| file_name(LogPosition::new(index, 3)))
    );
}

#[test]
fn an_older_snapshot_is_refused() {
    let error = open(&store_of(&[7])).save(&snapshot(6)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "keep a snapshot at index 6: there is one at 7"
    );
}

#[test]
fn a_damaged_snapshot_gives_way_to_the_one_before_and_is_named_when_there_is_none() {
    let disk = store_of(&[6, 7]);
    let flip = |index| {
        let name = file_name(LogPosition::new(index, 3));
        assert!(disk.flip_bit("snapshots", &name, 1000, 4));
    };
    flip(7);
    assert_eq!(open(&disk).latest().unwrap(), Some(snapshot(6)));
    flip(6);
    let error = open(&disk).latest().unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, SnapshotError::Damaged { .. }));
    assert!(text.contains(&file_name(LogPosition::new(7, 3))), "{text}");
}

#[test]
fn a_save_that_is_interrupted_anywhere_leaves_the_one_before_or_the_new_one() {
    let faults = [
        Fault::CrashBefore,
        Fault::CrashAfter,
        Fault::Fail(DiskCause::NoSpace),
        Fault::Fail(DiskCause::Device),
    ];
    for (fault, operation) in faults.into_iter().flat_map(|f| (0..8).map(move |n| (f, n))) {
        for seed in 0..10 {
            let disk = SimDisk::new(seed);
            open(&disk).save(&snapshot(5)).unwrap();
            open(&disk).save(&snapshot(6)).unwrap();
            let mut store = open(&disk);
            disk.fail_at(disk.operations() + operation, fault);
            let saved = store.save(&snapshot(7));
            disk.crash();
            disk.restart();
            let found = open(&disk).latest().unwrap().unwrap();
            let new = found == snapshot(7);
            assert!(
                new || (found == snapshot(6) && saved.is_err()),
                "{fault:?} {operation} {seed}"
            );
            open(&disk).save(&snapshot(8)).unwrap();
        }
    }
}
