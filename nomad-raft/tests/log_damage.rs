//! A torn tail is cut and reported; damage to what had been durable is refused with file and place.

#![expect(clippy::unwrap_used, reason = "tests")]

use nomad_core::seam::disk::{Disk, DiskFile};
use nomad_core::seam::log_store::{Damage, EntryKind, LogEntry, LogError, LogPosition, LogStore};
use nomad_core::sim::disk::{SimDirectory, SimDisk};
use nomad_core::units::Index;
use nomad_raft::log::{Recovery, Wal, WalLimits};

const FIRST: &str = "wal-0000000000000001.log";
/// Offset of the first entry: behind the header, the base and the hard state.
const FIRST_ENTRY: u64 = 32 + 32 + 40;
/// Each entry of these tests: a header and 96 bytes.
const ENTRY_BYTES: u64 = 128;

fn entry(index: u64) -> LogEntry {
    let position = LogPosition::new(index, 1);
    LogEntry {
        position,
        kind: EntryKind::Command,
        data: vec![b'x'; 96],
    }
}

fn open(disk: &SimDisk) -> Result<(Wal<SimDirectory>, Recovery), LogError> {
    let limits = WalLimits {
        segment_bytes: 1200,
        zero_ahead_bytes: 4096,
    };
    Wal::open(disk.directory("raft"), limits)
}

/// A log of `entries` entries, each synced on its own.
fn log_of(entries: u64) -> SimDisk {
    let disk = SimDisk::new(1);
    let (mut log, _) = open(&disk).unwrap();
    for index in 1..=entries {
        log.append(&[entry(index)]).unwrap();
        log.sync().unwrap();
    }
    disk
}

fn offset_of(index: u64) -> u64 {
    FIRST_ENTRY + (index - 1) * ENTRY_BYTES
}

#[test]
fn a_flipped_bit_in_the_middle_is_refused_with_file_and_offset() {
    for bit in 0..ENTRY_BYTES * 8 {
        let disk = log_of(5);
        assert!(disk.flip_bit("raft", FIRST, offset_of(2) + bit / 8, (bit % 8) as u8));
        let Err(LogError::Damaged { file, offset, .. }) = open(&disk) else {
            unreachable!("bit {bit} was not seen");
        };
        assert_eq!((file.as_str(), offset), (FIRST, offset_of(2)));
    }
}

#[test]
fn the_refusal_says_what_to_do() {
    let disk = log_of(5);
    disk.flip_bit("raft", FIRST, offset_of(2), 0);
    let text = open(&disk).unwrap_err().to_string();
    assert_eq!(
        text,
        "read the log: wal-0000000000000001.log is damaged at byte 232 (checksum mismatch), and \
         later records show that this part had been written completely; restore the file or the \
         server from a copy"
    );
}

#[test]
fn a_hole_in_the_middle_is_refused() {
    let disk = log_of(5);
    let mut file = disk.directory("raft").open(FIRST).unwrap();
    file.write_at(offset_of(3), &[0; ENTRY_BYTES as usize])
        .unwrap();
    let error = open(&disk).unwrap_err();
    assert!(
        matches!(
            error,
            LogError::Damaged {
                what: Damage::Hole,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_flipped_bit_in_the_last_record_is_cut_and_reported() {
    let disk = log_of(5);
    disk.flip_bit("raft", FIRST, offset_of(5) + 50, 3);
    let (mut log, recovery) = open(&disk).unwrap();
    let torn = recovery.torn.unwrap();
    assert_eq!((torn.file.as_str(), torn.offset), (FIRST, offset_of(5)));
    assert_eq!(
        torn.to_string(),
        "cut a write that never completed off wal-0000000000000001.log at byte 616 (checksum \
         mismatch)"
    );
    assert_eq!(log.last(), LogPosition::new(4, 1));
    log.append(&[entry(5)]).unwrap();
    log.sync().unwrap();
    drop(log);
    let (log, recovery) = open(&disk).unwrap();
    assert_eq!((log.last().index, recovery.torn), (Index(5), None));
}

#[test]
fn a_shortened_file_is_cut_at_its_last_whole_record() {
    let disk = log_of(5);
    let mut file = disk.directory("raft").open(FIRST).unwrap();
    file.truncate(offset_of(5) + 77).unwrap();
    let (log, recovery) = open(&disk).unwrap();
    assert_eq!(log.last(), LogPosition::new(4, 1));
    assert!(recovery.torn.is_some());
}

#[test]
fn any_damage_to_a_closed_segment_is_refused() {
    let last_of_the_segment = 8;
    for offset in [
        20,
        FIRST_ENTRY - 1,
        offset_of(1),
        offset_of(last_of_the_segment),
    ] {
        let disk = log_of(12);
        disk.flip_bit("raft", FIRST, offset, 1);
        let error = open(&disk).unwrap_err();
        assert!(
            matches!(error, LogError::Damaged { .. }),
            "{offset}: {error}"
        );
    }
    let disk = log_of(12);
    disk.directory("raft")
        .open(FIRST)
        .unwrap()
        .truncate(offset_of(last_of_the_segment))
        .unwrap();
    assert!(matches!(
        open(&disk),
        Err(LogError::Damaged {
            what: Damage::Hole,
            ..
        })
    ));
}

#[test]
fn a_missing_segment_is_named() {
    for (removed, missing) in [
        (FIRST, FIRST),
        ("wal-0000000000000002.log", "wal-0000000000000002.log"),
    ] {
        let disk = log_of(30);
        disk.directory("raft").remove(removed).unwrap();
        let error = open(&disk).unwrap_err();
        assert_eq!(
            error,
            LogError::Missing {
                file: missing.to_owned()
            }
        );
    }
}

#[test]
fn a_file_of_a_later_version_is_refused() {
    let disk = log_of(3);
    disk.flip_bit("raft", FIRST, 8, 1);
    let error = open(&disk).unwrap_err();
    assert_eq!(
        error,
        LogError::Version {
            file: FIRST.to_owned(),
            version: 3,
            known: 1
        }
    );
}

#[test]
fn rot_under_an_open_log_is_seen_when_the_entry_is_read() {
    let disk = log_of(5);
    let (log, _) = open(&disk).unwrap();
    disk.flip_bit("raft", FIRST, offset_of(3) + 40, 0);
    log.entries(Index(1)..Index(3), u64::MAX).unwrap();
    let error = log.entries(Index(3)..Index(4), u64::MAX).unwrap_err();
    assert!(matches!(error, LogError::Damaged { .. }), "{error}");
}

#[test]
fn folded_segments_are_deleted() {
    let disk = log_of(40);
    let (mut log, _) = open(&disk).unwrap();
    assert_eq!(log.segments(), 5);
    log.compact_to(LogPosition::new(30, 1)).unwrap();
    assert_eq!(log.segments(), 2);
    assert_eq!(disk.directory("raft").list().unwrap().len(), 2);
    assert_eq!(
        log.entries(Index(31)..Index(41), u64::MAX).unwrap().len(),
        10
    );
}
