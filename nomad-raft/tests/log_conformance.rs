//! One suite for every log: what the seam promises, kept by each implementation.

#![expect(clippy::unwrap_used, reason = "tests")]

use nomad_core::seam::log_store::{
    EntryKind, HardState, LogEntry, LogError, LogPosition, LogStore, MAX_ENTRY_BYTES, MemoryLog,
    Term,
};
use nomad_core::sim::disk::SimDisk;
use nomad_core::units::Index;
use nomad_raft::disk::FileDisk;
use nomad_raft::log::{SledLog, Wal, WalLimits};

const SMALL: WalLimits = WalLimits {
    segment_bytes: 1024,
    zero_ahead_bytes: 512,
};

/// Opens the same log again and again, as an agent does that restarts.
type Open = Box<dyn Fn() -> Box<dyn LogStore>>;

fn every_log(test: fn(&mut dyn LogStore)) {
    for (name, open) in logs() {
        println!("{name}");
        test(open().as_mut());
    }
}

fn every_durable_log(before: fn(&mut dyn LogStore), after: fn(&mut dyn LogStore)) {
    for (name, open) in logs().into_iter().filter(|(name, _)| *name != "memory") {
        println!("{name}");
        before(open().as_mut());
        after(open().as_mut());
    }
}

fn logs() -> Vec<(&'static str, Open)> {
    let sim = SimDisk::new(1);
    let [files, sled] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    vec![
        ("memory", Box::new(|| Box::new(MemoryLog::new()))),
        (
            "wal in a simulator",
            Box::new(move || wal(sim.directory("raft"), SMALL)),
        ),
        (
            "wal in files",
            Box::new(move || wal(FileDisk::open(files.path()).unwrap(), WalLimits::default())),
        ),
        (
            "sled",
            Box::new(move || Box::new(SledLog::open(sled.path()).unwrap())),
        ),
    ]
}

fn wal<D: nomad_core::seam::disk::Disk + 'static>(disk: D, limits: WalLimits) -> Box<dyn LogStore> {
    let (wal, recovery) = Wal::open(disk, limits).unwrap();
    assert_eq!(recovery.torn, None);
    Box::new(wal)
}

fn entry(index: u64, term: u64) -> LogEntry {
    let data = vec![index as u8; (index % 90) as usize];
    LogEntry {
        position: LogPosition::new(index, term),
        kind: EntryKind::Command,
        data,
    }
}

fn entries(range: std::ops::RangeInclusive<u64>, term: u64) -> Vec<LogEntry> {
    range.map(|index| entry(index, term)).collect()
}

fn read(log: &dyn LogStore, range: std::ops::RangeInclusive<u64>) -> Vec<LogEntry> {
    log.entries(Index(*range.start())..Index(range.end() + 1), u64::MAX)
        .unwrap()
}

#[test]
fn an_empty_log_begins_at_one() {
    every_log(|log| {
        assert_eq!(log.base(), LogPosition::default());
        assert_eq!(log.last(), LogPosition::default());
        assert_eq!(log.term(Index(0)), Some(Term(0)));
        assert_eq!(log.term(Index(1)), None);
        assert_eq!(log.hard_state(), HardState::default());
        assert_eq!(log.sync().unwrap(), Index(0));
    });
}

#[test]
fn entries_are_read_as_they_were_appended_before_and_after_a_sync() {
    every_log(|log| {
        log.append(&entries(1..=40, 1)).unwrap();
        log.append(&entries(41..=50, 2)).unwrap();
        assert_eq!(read(log, 1..=50)[40..], entries(41..=50, 2));
        assert_eq!(log.sync().unwrap(), Index(50));
        assert_eq!(read(log, 1..=40), entries(1..=40, 1));
        assert_eq!(log.last(), LogPosition::new(50, 2));
        assert_eq!(log.term(Index(41)), Some(Term(2)));
        assert_eq!(log.term(Index(51)), None);
        assert!(log.entries(Index(50)..Index(52), u64::MAX).is_err());
    });
}

#[test]
fn a_read_is_limited_in_bytes_but_gives_at_least_one_entry() {
    every_log(|log| {
        log.append(&entries(80..=89, 1)[..0]).unwrap();
        log.append(&entries(1..=9, 1)).unwrap();
        let read = |limit| log.entries(Index(5)..Index(10), limit).unwrap().len();
        assert_eq!(read(0), 1);
        assert_eq!(read(11), 2);
        assert_eq!(read(1000), 5);
    });
}

#[test]
fn a_gap_or_an_entry_above_the_limit_is_refused_and_nothing_changes() {
    every_log(|log| {
        log.append(&entries(1..=2, 1)).unwrap();
        for wrong in [entries(4..=4, 1), entries(2..=3, 1)] {
            assert!(matches!(log.append(&wrong), Err(LogError::Gap { .. })));
        }
        let mut large = entry(3, 1);
        large.data = vec![0; MAX_ENTRY_BYTES + 1];
        assert!(matches!(
            log.append(&[large]),
            Err(LogError::TooLarge { .. })
        ));
        assert_eq!(log.last(), LogPosition::new(2, 1));
        log.append(&entries(3..=3, 1)).unwrap();
    });
}

#[test]
fn a_suffix_can_be_overruled() {
    every_log(|log| {
        log.append(&entries(1..=60, 1)).unwrap();
        log.sync().unwrap();
        log.truncate_from(Index(31)).unwrap();
        assert_eq!(log.last(), LogPosition::new(30, 1));
        log.truncate_from(Index(31)).unwrap();
        log.append(&entries(31..=33, 2)).unwrap();
        assert_eq!(read(log, 30..=33)[1..], entries(31..=33, 2));
        assert!(matches!(
            log.truncate_from(Index(0)),
            Err(LogError::OutOfRange { .. })
        ));
    });
}

#[test]
fn a_prefix_can_be_folded_away() {
    every_log(|log| {
        log.append(&entries(1..=60, 3)).unwrap();
        log.compact_to(LogPosition::new(50, 3)).unwrap();
        assert_eq!(
            (log.base(), log.last()),
            (LogPosition::new(50, 3), LogPosition::new(60, 3))
        );
        assert_eq!(log.term(Index(49)), None);
        assert_eq!(read(log, 51..=60), entries(51..=60, 3));
        assert!(log.entries(Index(50)..Index(52), u64::MAX).is_err());
        assert!(matches!(
            log.truncate_from(Index(50)),
            Err(LogError::OutOfRange { .. })
        ));
        assert!(log.compact_to(LogPosition::new(49, 3)).is_err());
        log.compact_to(LogPosition::new(60, 3)).unwrap();
        assert_eq!(log.last(), LogPosition::new(60, 3));
        log.append(&entries(61..=61, 4)).unwrap();
        assert_eq!(read(log, 61..=61), entries(61..=61, 4));
    });
}

#[test]
fn a_snapshot_of_a_leader_replaces_entries_that_do_not_agree() {
    every_log(|log| {
        log.append(&entries(1..=10, 1)).unwrap();
        log.compact_to(LogPosition::new(5, 2)).unwrap();
        assert_eq!(
            (log.base(), log.last()),
            (LogPosition::new(5, 2), LogPosition::new(5, 2))
        );
        log.append(&entries(6..=7, 2)).unwrap();
        log.compact_to(LogPosition::new(100, 3)).unwrap();
        assert_eq!(log.last(), LogPosition::new(100, 3));
        log.append(&entries(101..=101, 3)).unwrap();
    });
}

#[test]
fn a_reopened_log_is_the_same_log() {
    every_durable_log(
        |log| {
            log.append(&entries(1..=70, 1)).unwrap();
            log.truncate_from(Index(61)).unwrap();
            let mut membership = entry(61, 2);
            membership.kind = EntryKind::Membership;
            log.append(&[membership]).unwrap();
            log.compact_to(LogPosition::new(20, 1)).unwrap();
            let state = HardState {
                term: Term(2),
                vote: 7,
                commit: Index(61),
            };
            log.save_hard_state(state).unwrap();
            log.sync().unwrap();
        },
        |log| {
            assert_eq!(
                (log.base(), log.last()),
                (LogPosition::new(20, 1), LogPosition::new(61, 2))
            );
            assert_eq!(log.hard_state().vote, 7);
            assert_eq!(log.hard_state().commit, Index(61));
            assert_eq!(read(log, 21..=60), entries(21..=60, 1));
            assert_eq!(read(log, 61..=61)[0].kind, EntryKind::Membership);
            log.append(&entries(62..=62, 2)).unwrap();
        },
    );
}

#[test]
fn the_hard_state_outlives_the_files_it_was_first_written_to() {
    every_durable_log(
        |log| {
            let state = HardState {
                term: Term(9),
                vote: 3,
                commit: Index(0),
            };
            log.save_hard_state(state).unwrap();
            for index in 1..=200 {
                log.append(&[entry(index, 9)]).unwrap();
                log.sync().unwrap();
            }
            log.compact_to(LogPosition::new(200, 9)).unwrap();
        },
        |log| {
            assert_eq!((log.hard_state().term, log.hard_state().vote), (Term(9), 3));
            assert_eq!(log.last(), LogPosition::new(200, 9));
        },
    );
}

#[test]
fn a_large_entry_reads_back() {
    every_durable_log(
        |log| {
            let mut large = entry(1, 1);
            large.data = (0..=250).cycle().take(300_000).collect();
            log.append(&[large, entry(2, 1)]).unwrap();
            log.sync().unwrap();
        },
        |log| {
            let found = read(log, 1..=2);
            assert_eq!(
                found[0].data,
                (0..=250).cycle().take(300_000).collect::<Vec<u8>>()
            );
            assert_eq!(found[1], entry(2, 1));
        },
    );
}
