//! What the simulated disk keeps and forgets.

use super::*;

fn crash(disk: &SimDisk) -> SimDirectory {
    disk.crash();
    disk.restart();
    disk.directory("d")
}

#[test]
fn synced_bytes_under_a_synced_name_survive_every_crash() {
    for seed in 0..100 {
        let disk = SimDisk::new(seed);
        let directory = disk.directory("d");
        let mut file = directory.create("f").unwrap();
        file.write_at(0, &[1; 3000]).unwrap();
        file.sync().unwrap();
        directory.sync_dir().unwrap();
        file.write_at(1000, &[2; 3000]).unwrap();
        let file = crash(&disk).open("f").unwrap();
        let bytes = file.read_vec(0, 10_000).unwrap();
        assert!(bytes.len() >= 3000);
        assert!(bytes[..1000].iter().all(|b| *b == 1), "seed {seed}");
        assert!(
            bytes[1000..3000].iter().all(|b| [1, 2].contains(b)),
            "seed {seed}"
        );
    }
}

#[test]
fn unsynced_bytes_are_lost_kept_and_torn_over_the_seeds() {
    let (mut lost, mut kept, mut torn) = (0, 0, 0);
    for seed in 0..200 {
        let disk = SimDisk::new(seed);
        let directory = disk.directory("d");
        let mut file = directory.create("f").unwrap();
        file.zero_fill(0, 4096).unwrap();
        file.sync().unwrap();
        directory.sync_dir().unwrap();
        file.write_at(0, &[7; 4096]).unwrap();
        let bytes = crash(&disk).open("f").unwrap().read_vec(0, 4096).unwrap();
        match bytes.iter().filter(|b| **b == 7).count() {
            0 => lost += 1,
            4096 => kept += 1,
            _ => torn += 1,
        }
    }
    assert!(lost > 10 && kept > 10 && torn > 10, "{lost} {kept} {torn}");
}

#[test]
fn a_name_that_was_not_synced_may_be_gone() {
    let gone = (0..50).filter(|seed| {
        let disk = SimDisk::new(*seed);
        disk.directory("d").create("f").unwrap().sync().unwrap();
        crash(&disk).list().unwrap().is_empty()
    });
    assert!((5..45).contains(&gone.count()));
}

#[test]
fn a_sync_after_a_failed_sync_lies() {
    let disk = SimDisk::new(1);
    let directory = disk.directory("d");
    let mut file = directory.create("f").unwrap();
    directory.sync_dir().unwrap();
    file.write_at(0, b"gone").unwrap();
    disk.fail_at(disk.operations(), Fault::Fail(DiskCause::Device));
    assert_eq!(file.sync().unwrap_err().cause, DiskCause::Device);
    file.sync().unwrap();
    assert_eq!(
        file.read_vec(0, 4).unwrap(),
        b"gone",
        "the cache still shows it"
    );
    let file = crash(&disk).open("f").unwrap();
    assert_ne!(file.read_vec(0, 4).unwrap(), b"gone");
}

#[test]
fn a_full_disk_takes_what_fits_and_says_so() {
    let disk = SimDisk::new(1);
    disk.limit_capacity(Some(100));
    let mut file = disk.directory("d").create("f").unwrap();
    file.write_at(0, &[1; 80]).unwrap();
    let error = file.write_at(80, &[1; 80]).unwrap_err();
    assert!(error.is_disk_full());
    assert_eq!(error.to_string(), "write d/f: the disk is full");
    assert_eq!(file.size().unwrap(), 100);
    file.write_at(0, &[2; 100]).unwrap();
}

#[test]
fn a_crashed_machine_does_nothing_until_it_restarts() {
    let disk = SimDisk::new(1);
    let directory = disk.directory("d");
    let mut file = directory.create("f").unwrap();
    disk.fail_at(disk.operations(), Fault::CrashBefore);
    assert_eq!(
        file.write_at(0, b"x").unwrap_err().cause,
        DiskCause::Crashed
    );
    assert_eq!(directory.list().unwrap_err().cause, DiskCause::Crashed);
    disk.restart();
    assert_eq!(
        file.sync().unwrap_err().cause,
        DiskCause::Crashed,
        "a handle of an earlier run"
    );
    disk.directory("d").list().unwrap();
}

#[test]
fn the_same_seed_keeps_the_same_bytes() {
    let run = |seed| {
        let disk = SimDisk::new(seed);
        let directory = disk.directory("d");
        let mut file = directory.create("f").unwrap();
        directory.sync_dir().unwrap();
        file.write_at(0, &(0..=255).cycle().take(9000).collect::<Vec<u8>>())
            .unwrap();
        crash(&disk).open("f").unwrap().read_vec(0, 10_000).unwrap()
    };
    assert_eq!(
        (0..20).map(run).collect::<Vec<_>>(),
        (0..20).map(run).collect::<Vec<_>>()
    );
}
