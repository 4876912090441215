//! A group of one over a simulated disk.

#![expect(clippy::unwrap_used, reason = "tests")]

use nomad_core::seam::consensus::{
    Consensus, ConsensusError, ConsensusEvent, MemberId, ProposalId, ProposeError,
};
use nomad_core::seam::disk::{Disk, DiskCause};
use nomad_core::seam::log_store::{LogError, LogPosition, LogStore};
use nomad_core::sim::disk::{Fault, SimDirectory, SimDisk};
use nomad_core::units::Index;
use nomad_raft::log::{Wal, WalLimits};
use nomad_raft::node::{Node, NodeConfig, OpenError, Recovered};
use nomad_raft::snapshot::SnapshotFiles;

type TestNode = Node<Wal<SimDirectory>, SnapshotFiles<SimDirectory>>;

const LIMITS: WalLimits = WalLimits {
    segment_bytes: 2000,
    zero_ahead_bytes: 1000,
};

fn open(disk: &SimDisk) -> Result<(TestNode, Recovered), OpenError> {
    let (log, _) = Wal::open(disk.directory("raft"), LIMITS)?;
    let snapshots = SnapshotFiles::open(disk.directory("snapshots"))?;
    let mut config = NodeConfig::single(MemberId(1));
    config.trailing_entries = 5;
    Node::open(&config, log, snapshots)
}

fn poll(node: &mut TestNode) -> Vec<ConsensusEvent> {
    let mut events = Vec::new();
    node.poll(&mut events).unwrap();
    events
}

fn command(number: u64) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

/// The commands among `events`.
fn commands(events: &[ConsensusEvent]) -> Vec<u64> {
    let data = events.iter().filter_map(|event| match event {
        ConsensusEvent::Committed { data, .. } => data.first_chunk::<8>(),
        _ => None,
    });
    data.map(|data| u64::from_be_bytes(*data)).collect()
}

#[test]
fn it_leads_with_the_first_poll() {
    let (mut node, recovered) = open(&SimDisk::new(1)).unwrap();
    assert_eq!((recovered.snapshot.data.len(), recovered.entries), (0, 0));
    let events = poll(&mut node);
    assert!(
        matches!(events.as_slice(), [ConsensusEvent::Leading { .. }]),
        "{events:?}"
    );
    assert!(node.status().is_leading);
    assert_eq!(node.status().leader, Some(MemberId(1)));
    assert!(node.take_outgoing().is_empty());
}

#[test]
fn many_proposals_share_one_sync_and_come_back_in_order() {
    let disk = SimDisk::new(1);
    let (mut node, _) = open(&disk).unwrap();
    poll(&mut node);
    let syncs = disk.syncs();
    let ids: Vec<ProposalId> = (0..20).map(|n| node.propose(command(n)).unwrap()).collect();
    let events = poll(&mut node);
    assert_eq!(disk.syncs() - syncs, 1);
    assert_eq!(commands(&events), (0..20).collect::<Vec<_>>());
    let answered: Vec<ProposalId> = events
        .iter()
        .filter_map(|event| match event {
            ConsensusEvent::Committed { proposal, .. } => *proposal,
            _ => None,
        })
        .collect();
    assert_eq!(answered, ids);
    assert_eq!(poll(&mut node), []);
}

#[test]
fn a_restart_hands_over_the_snapshot_and_what_follows_it() {
    let disk = SimDisk::new(1);
    let (mut node, _) = open(&disk).unwrap();
    for number in 0..50 {
        node.propose(command(number)).unwrap();
        let events = poll(&mut node);
        if let (30, Some(ConsensusEvent::Committed { position, .. })) = (number, events.last()) {
            node.take_snapshot(position.index, b"thirty".to_vec())
                .unwrap();
        }
    }
    assert!(
        disk.directory("raft").list().unwrap().len() < 3,
        "the log was folded"
    );
    disk.kill();
    let (mut node, recovered) = open(&disk).unwrap();
    assert_eq!(recovered.snapshot.data, b"thirty");
    let events = poll(&mut node);
    assert_eq!(commands(&events), (31..50).collect::<Vec<_>>());
    assert!(matches!(
        events.last(),
        Some(ConsensusEvent::Leading { .. })
    ));
    node.propose(command(50)).unwrap();
    assert_eq!(commands(&poll(&mut node)), [50]);
}

#[test]
fn a_barrier_is_answered_after_all_earlier_writes() {
    let (mut node, _) = open(&SimDisk::new(1)).unwrap();
    assert!(matches!(
        node.read_barrier(),
        Err(ProposeError::NotLeader { .. })
    ));
    poll(&mut node);
    node.propose(command(1)).unwrap();
    let barrier = node.read_barrier().unwrap();
    let events = poll(&mut node);
    assert!(
        events.contains(&ConsensusEvent::Readable(barrier)),
        "{events:?}"
    );
}

#[test]
fn commands_outside_of_the_limits_are_refused() {
    let (mut node, _) = open(&SimDisk::new(1)).unwrap();
    poll(&mut node);
    assert!(matches!(
        node.propose(Vec::new()),
        Err(ProposeError::Size { bytes: 0, .. })
    ));
    let mut refused = (0..).find_map(|_| node.propose(vec![1; 30 << 20]).err());
    assert_eq!(refused.take(), Some(ProposeError::Busy));
}

#[test]
fn a_snapshot_beyond_what_was_handed_over_is_refused() {
    let (mut node, _) = open(&SimDisk::new(1)).unwrap();
    poll(&mut node);
    let refused = node.take_snapshot(Index(99), Vec::new());
    assert!(matches!(refused, Err(ConsensusError::SnapshotRange { .. })));
    node.propose(command(1)).unwrap();
    poll(&mut node);
}

#[test]
fn a_full_disk_stops_it_and_says_so_and_nothing_acknowledged_is_lost() {
    let disk = SimDisk::new(1);
    let (mut node, _) = open(&disk).unwrap();
    poll(&mut node);
    disk.limit_capacity(Some(30_000));
    let mut acknowledged = Vec::new();
    let error = loop {
        node.propose(vec![9; 700]).unwrap();
        let mut events = Vec::new();
        if let Err(error) = node.poll(&mut events) {
            break error;
        }
        acknowledged.append(&mut events);
    };
    assert!(error.is_disk_full(), "{error}");
    assert!(error.to_string().ends_with("the disk is full"), "{error}");
    assert_eq!(node.poll(&mut Vec::new()), Err(ConsensusError::Stopped));
    assert_eq!(node.propose(command(1)), Err(ProposeError::Stopped));
    disk.kill();
    disk.limit_capacity(None);
    let (mut node, _) = open(&disk).unwrap();
    let found = poll(&mut node);
    assert!(found.len() > acknowledged.len());
}

#[test]
fn rot_in_the_log_is_an_error_with_its_place_and_no_crash() {
    let disk = SimDisk::new(1);
    let (mut node, _) = open(&disk).unwrap();
    poll(&mut node);
    node.propose(vec![7; 500]).unwrap();
    poll(&mut node);
    disk.kill();
    let (mut node, _) = open(&disk).unwrap();
    assert!(disk.flip_bit("raft", "wal-0000000000000001.log", 600, 0));
    let error = node.poll(&mut Vec::new()).unwrap_err();
    assert!(
        matches!(error, ConsensusError::Log(LogError::Damaged { .. })),
        "{error}"
    );
}

#[test]
fn a_log_without_its_snapshot_is_refused() {
    let disk = SimDisk::new(1);
    drop(open(&disk).unwrap());
    let directory = disk.directory("snapshots");
    for name in directory.list().unwrap() {
        directory.remove(&name).unwrap();
    }
    assert!(matches!(open(&disk), Err(OpenError::NoSnapshot { .. })));
}

#[test]
fn a_log_that_ends_before_what_was_committed_is_refused() {
    let disk = SimDisk::new(1);
    drop(open(&disk).unwrap());
    let (mut log, _) = Wal::open(disk.directory("raft"), LIMITS).unwrap();
    let mut state = log.hard_state();
    state.commit = Index(77);
    log.save_hard_state(state).unwrap();
    log.sync().unwrap();
    let error = open(&disk).map(|_| ()).unwrap_err();
    assert!(
        matches!(
            error,
            OpenError::Short {
                committed: Index(77),
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_log_folded_beyond_the_snapshot_is_refused() {
    let disk = SimDisk::new(1);
    drop(open(&disk).unwrap());
    let (mut log, _) = Wal::open(disk.directory("raft"), LIMITS).unwrap();
    log.compact_to(LogPosition::new(90, 2)).unwrap();
    let error = open(&disk).map(|_| ()).unwrap_err();
    assert!(
        matches!(
            error,
            OpenError::Behind {
                base: Index(90),
                ..
            }
        ),
        "{error}"
    );
}

/// Proposes and snapshots until something fails; the commands acknowledged.
fn serve(disk: &SimDisk) -> Vec<u64> {
    let mut acknowledged = Vec::new();
    let Ok((mut node, _)) = open(disk) else {
        return acknowledged;
    };
    for group in 0..8_u64 {
        for number in 0..3 {
            if node.propose(command(group * 3 + number)).is_err() {
                // Not leading before the first poll.
                break;
            }
        }
        let mut events = Vec::new();
        if node.poll(&mut events).is_err() {
            break;
        }
        acknowledged.extend(commands(&events));
        let last = node.status().committed;
        let state = acknowledged
            .iter()
            .flat_map(|number| command(*number))
            .collect();
        if group % 3 == 2 && node.take_snapshot(last, state).is_err() {
            break;
        }
    }
    acknowledged
}

#[test]
fn no_acknowledged_command_is_lost_by_a_crash_at_any_operation() {
    let whole = SimDisk::new(0);
    let expected = serve(&whole);
    assert!(expected.len() > 20);
    for operation in 0..whole.operations() {
        for fault in [
            Fault::CrashBefore,
            Fault::CrashAfter,
            Fault::Fail(DiskCause::Device),
        ] {
            for seed in 0..3 {
                let disk = SimDisk::new(seed);
                disk.fail_at(operation, fault);
                let acknowledged = serve(&disk);
                disk.crash();
                disk.restart();
                let (mut node, recovered) = open(&disk).unwrap();
                let kept = recovered.snapshot.data.chunks(8);
                let mut found: Vec<u64> = kept
                    .map(|chunk| u64::from_be_bytes(*chunk.first_chunk::<8>().unwrap()))
                    .collect();
                found.extend(commands(&poll(&mut node)));
                let whole = found.starts_with(&acknowledged);
                assert!(
                    whole,
                    "{fault:?} {operation} {seed}: {acknowledged:?} but {found:?}"
                );
            }
        }
    }
}
