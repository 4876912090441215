//! Every write, sync and change of names of a run is a place to crash at, before and after it, and
//! to fail at. Whatever happens, no acknowledged change is lost and the log opens again.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod model;

use model::{Op, Run};
use nomad_core::seam::disk::DiskCause;
use nomad_core::seam::log_store::LogError;
use nomad_core::sim::disk::{Fault, SimDisk};

/// Seeds per fault: each keeps other sectors of what was not synced.
const SEEDS: u64 = 3;

/// Appends in groups, overrules, folds, rolls over, restarts.
fn workload() -> Vec<Op> {
    let append = |bytes| Op::Append {
        new_term: false,
        bytes,
    };
    let mut ops = vec![Op::HardState { vote: 1 }, Op::Sync];
    for group in 0..4_u64 {
        ops.extend((0..4).map(|n| append(60 + 40 * n)));
        ops.extend([
            Op::HardState { vote: group },
            Op::Sync,
            append(700),
            append(5),
        ]);
        ops.extend([
            Op::Truncate { entries: 3 },
            Op::Append {
                new_term: true,
                bytes: 90,
            },
        ]);
        ops.extend([
            Op::Sync,
            append(8),
            append(1200),
            append(0),
            Op::Kill,
            append(30),
            Op::Crash,
        ]);
        ops.extend([Op::Compact { but: 4 }, append(17), Op::Sync]);
    }
    ops.extend([
        append(3),
        append(4),
        Op::Install { ahead: 5 },
        append(600),
        Op::Sync,
    ]);
    ops
}

/// Runs the workload until something fails; the error, if any.
fn run_until_failure(disk: &SimDisk) -> (Option<Run>, Option<LogError>) {
    let mut run = match Run::begin(disk.clone()) {
        Ok(run) => run,
        Err(error) => return (None, Some(error)),
    };
    let failure = workload().iter().find_map(|op| run.perform(op).err());
    (Some(run), failure)
}

fn operations_of_the_workload() -> u64 {
    let disk = SimDisk::new(0);
    assert_eq!(run_until_failure(&disk).1, None);
    disk.operations()
}

fn survives(fault: Fault, operation: u64, seed: u64) -> Option<LogError> {
    let disk = SimDisk::new(seed);
    disk.fail_at(operation, fault);
    let (run, failure) = run_until_failure(&disk);
    if let Some(mut run) = run {
        run.crash();
    } else {
        disk.crash();
        disk.restart();
        drop(Run::begin(disk).unwrap());
    }
    failure
}

fn at_every_operation(fault: Fault) -> Vec<LogError> {
    let operations = operations_of_the_workload();
    println!("{fault:?} at each of {operations} operations, {SEEDS} seeds");
    assert!(operations > 150);
    let points = (0..operations).flat_map(|n| (0..SEEDS).map(move |seed| (n, seed)));
    points
        .filter_map(|(operation, seed)| survives(fault, operation, seed))
        .collect()
}

#[test]
fn a_crash_before_any_operation_loses_nothing_acknowledged() {
    at_every_operation(Fault::CrashBefore);
}

#[test]
fn a_crash_after_any_operation_loses_nothing_acknowledged() {
    at_every_operation(Fault::CrashAfter);
}

#[test]
fn a_device_error_at_any_operation_stops_the_log_and_loses_nothing_acknowledged() {
    let failures = at_every_operation(Fault::Fail(DiskCause::Device));
    assert!(
        failures
            .iter()
            .all(|error| matches!(error, LogError::Disk(_)))
    );
}

#[test]
fn a_full_disk_at_any_operation_is_called_so_and_loses_nothing_acknowledged() {
    let failures = at_every_operation(Fault::Fail(DiskCause::NoSpace));
    assert!(failures.iter().all(LogError::is_disk_full));
}

#[test]
fn after_a_failed_sync_the_log_takes_no_more() {
    let disk = SimDisk::new(3);
    let mut run = Run::begin(disk.clone()).unwrap();
    run.perform(&Op::Append {
        new_term: false,
        bytes: 10,
    })
    .unwrap();
    disk.fail_at(disk.operations() + 1, Fault::Fail(DiskCause::Device));
    let first = run.perform(&Op::Sync).unwrap_err();
    assert_eq!(
        first.to_string(),
        "sync raft/wal-0000000000000001.log: the device reports an input/output error"
    );
    let syncs = disk.syncs();
    let second = run.perform(&Op::Sync).unwrap_err();
    assert!(matches!(second, LogError::Stopped(_)));
    assert!(second.to_string().contains("restart the agent"), "{second}");
    assert_eq!(disk.syncs(), syncs, "no second sync was tried");
    run.crash();
}

#[test]
fn a_disk_that_fills_up_loses_nothing_and_goes_on_when_there_is_room() {
    let disk = SimDisk::new(9);
    disk.limit_capacity(Some(20_000));
    let mut run = Run::begin(disk.clone()).unwrap();
    let group = [
        Op::Append {
            new_term: false,
            bytes: 100,
        },
        Op::Sync,
    ];
    let failure = (0..1000)
        .flat_map(|_| &group)
        .find_map(|op| run.perform(op).err())
        .unwrap();
    assert!(failure.is_disk_full());
    run.crash();
    disk.limit_capacity(None);
    group.iter().for_each(|op| run.perform(op).unwrap());
}
