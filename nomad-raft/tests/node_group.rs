//! Three members in one thread: the same machine that a group of one runs.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use nomad_core::seam::consensus::{Consensus, ConsensusEvent, MemberId, ProposeError};
use nomad_core::seed::Seed;
use nomad_core::sim::disk::{SimDirectory, SimDisk};
use nomad_raft::log::{Wal, WalLimits};
use nomad_raft::node::{FrameError, Node, NodeConfig, Outgoing};
use nomad_raft::snapshot::SnapshotFiles;

type TestNode = Node<Wal<SimDirectory>, SnapshotFiles<SimDirectory>>;

/// What a member has applied: one byte per command.
type Applied = Vec<u8>;

struct Group {
    seed: Seed,
    disks: Vec<SimDisk>,
    nodes: Vec<Option<TestNode>>,
    applied: Vec<Applied>,
    /// Messages on the way: from, message.
    wires: Vec<(usize, Outgoing)>,
    /// Messages lost, of 100.
    loss: u64,
}

impl Group {
    fn new(seed: u64) -> Self {
        let disks: Vec<SimDisk> = (0..3).map(|n| SimDisk::new(seed * 3 + n)).collect();
        let nodes = vec![None, None, None];
        let applied = vec![Vec::new(); 3];
        let mut group = Self {
            seed: Seed::new(seed),
            disks,
            nodes,
            applied,
            wires: Vec::new(),
            loss: 0,
        };
        (0..3).for_each(|member| group.start(member));
        group
    }

    fn start(&mut self, member: usize) {
        let limits = WalLimits {
            segment_bytes: 1000,
            zero_ahead_bytes: 500,
        };
        let (log, _) = Wal::open(self.disks[member].directory("raft"), limits).unwrap();
        let snapshots = SnapshotFiles::open(self.disks[member].directory("snapshots")).unwrap();
        let voters = (1..=3).map(MemberId).collect();
        let mut config = NodeConfig::member(MemberId(member as u64 + 1), voters);
        config.trailing_entries = 2;
        let (node, recovered) = Node::open(&config, log, snapshots).unwrap();
        self.applied[member] = recovered.snapshot.data;
        self.nodes[member] = Some(node);
    }

    fn crash(&mut self, member: usize) {
        self.nodes[member] = None;
        self.disks[member].crash();
        self.disks[member].restart();
    }

    /// One tick of everybody, then all messages that it causes, shuffled, some lost or doubled.
    fn tick(&mut self) {
        self.nodes.iter_mut().flatten().for_each(Consensus::tick);
        (0..3).for_each(|member| self.poll(member));
        for _ in 0..200 {
            if self.wires.is_empty() {
                return;
            }
            let place = self.seed.below(self.wires.len() as u64) as usize;
            let (from, message) = self.wires.swap_remove(place);
            if self.seed.chance(self.loss, 100) {
                continue;
            }
            if self.seed.chance(self.loss, 200) {
                self.wires.push((from, message.clone()));
            }
            let to = message.to.0 as usize - 1;
            if let Some(node) = &mut self.nodes[to] {
                node.step(&message.frame).unwrap();
                self.poll(to);
            }
        }
    }

    fn poll(&mut self, member: usize) {
        let Some(node) = &mut self.nodes[member] else {
            return;
        };
        let mut events = Vec::new();
        node.poll(&mut events).unwrap();
        self.wires.extend(
            node.take_outgoing()
                .into_iter()
                .map(|message| (member, message)),
        );
        for event in events {
            match event {
                ConsensusEvent::Committed { data, .. } => self.applied[member].push(data[0]),
                ConsensusEvent::Install(snapshot) => self.applied[member] = snapshot.data,
                _ => {}
            }
        }
    }

    fn leader(&self) -> Option<usize> {
        let leads = |node: &Option<TestNode>| node.as_ref().is_some_and(|n| n.status().is_leading);
        self.nodes.iter().position(leads)
    }

    fn await_leader(&mut self) -> usize {
        for _ in 0..300 {
            if let Some(leader) = self.leader() {
                return leader;
            }
            self.tick();
        }
        unreachable!("no leader after 300 ticks");
    }

    fn propose(&mut self, command: u8) -> Result<(), ProposeError> {
        let leader = self.await_leader();
        self.nodes[leader]
            .as_mut()
            .unwrap()
            .propose(vec![command])
            .map(drop)
    }

    fn settle(&mut self) {
        self.loss = 0;
        self.await_leader();
        (0..60).for_each(|_| self.tick());
    }
}

#[test]
fn the_member_with_the_shortest_election_time_leads_and_all_apply_the_same() {
    let mut group = Group::new(1);
    assert_eq!(group.await_leader(), 0);
    (1..=9).for_each(|command| group.propose(command).unwrap());
    group.settle();
    let wanted: Applied = (1..=9).collect();
    assert_eq!(group.applied, vec![wanted; 3]);
}

#[test]
fn a_follower_names_the_leader_and_refuses_proposals() {
    let mut group = Group::new(1);
    group.await_leader();
    group.settle();
    let refused = group.nodes[2]
        .as_mut()
        .unwrap()
        .propose(vec![1])
        .unwrap_err();
    assert_eq!(
        refused,
        ProposeError::NotLeader {
            leader: Some(MemberId(1))
        }
    );
}

#[test]
fn a_member_that_was_away_long_gets_a_snapshot() {
    let mut group = Group::new(2);
    group.await_leader();
    group.settle();
    group.crash(2);
    for command in 1..=30 {
        group.propose(command).unwrap();
        group.tick();
    }
    group.settle();
    for member in 0..2 {
        let applied = group.applied[member].clone();
        let node = group.nodes[member].as_mut().unwrap();
        let committed = node.status().committed;
        node.take_snapshot(committed, applied).unwrap();
    }
    group.start(2);
    group.settle();
    let wanted: Applied = (1..=30).collect();
    assert_eq!(group.applied[2], wanted);
    assert!(group.nodes[2].as_ref().unwrap().status().snapshot.0 > 1);
}

#[test]
fn members_agree_through_crashes_and_a_bad_network() {
    for seed in 0..20 {
        let mut group = Group::new(seed);
        group.loss = 15;
        for round in 0..40_u8 {
            let _ = group.propose(round);
            for _ in 0..group.seed.below(4) {
                group.tick();
            }
            if group.seed.chance(1, 6) {
                let member = group.seed.below(3) as usize;
                group.crash(member);
                (0..group.seed.below(40)).for_each(|_| group.tick());
                group.start(member);
            }
        }
        group.settle();
        assert_eq!(group.applied[0], group.applied[1], "seed {seed}");
        assert_eq!(group.applied[0], group.applied[2], "seed {seed}");
        assert!(group.applied[0].len() > 5, "seed {seed}");
    }
}

#[test]
fn a_message_for_somebody_else_or_garbage_is_refused() {
    let mut group = Group::new(1);
    (0..11).for_each(|_| group.nodes[0].as_mut().unwrap().tick());
    group.poll(0);
    let (_, message) = group.wires.first().cloned().unwrap();
    let sender = group.nodes[0].as_mut().unwrap();
    assert!(matches!(
        sender.step(&message.frame),
        Err(FrameError::Misdirected { .. })
    ));
    assert!(matches!(
        sender.step(b"garbage"),
        Err(FrameError::Undecodable(_))
    ));
}
