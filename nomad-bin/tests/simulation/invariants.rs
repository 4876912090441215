//! What must be true after every applied entry (design/reliability 3, spec/scheduler Appendix A).

use std::collections::{BTreeMap, BTreeSet};

use nomad_core::fit::{available, occupied};
use nomad_core::id::{AllocId, DeploymentId, EvalId, JobKey, NodeId};
use nomad_core::model::{
    AllocClientStatus as Status, AllocDesiredStatus, Allocation, Job, JobStatus,
};
use nomad_core::state::{Digest, Snapshot, State, Topic};
use nomad_core::units::Index;

#[derive(Default)]
pub(crate) struct Invariants {
    before: Option<Snapshot>,
    digests: BTreeMap<Index, Digest>,
    pub(crate) checked: u64,
}

/// Digests are compared at every so many entries.
const DIGEST_EVERY: u64 = 8;

impl Invariants {
    /// The server starts again: what it replays must come to the same.
    pub(crate) fn restart(&mut self) {
        self.before = None;
    }

    pub(crate) fn check(&mut self, state: &Snapshot, touched: &[Topic]) {
        self.checked += 1;
        if state.index().0.is_multiple_of(DIGEST_EVERY) {
            let digest = state.digest();
            let known = self.digests.entry(state.index()).or_insert(digest);
            assert_eq!(*known, digest, "I1: index {} has one state", state.index());
        }
        let empty = Snapshot::default();
        let before = self.before.as_ref().unwrap_or(&empty);
        assert!(before.index() < state.index(), "A29: the index grows");
        for topic in touched {
            match topic {
                Topic::NodeAllocs(id) => room(state, *id),
                Topic::Alloc(id) => status(before, state, *id),
                Topic::Eval(id) => evaluation(before, state, *id),
                Topic::Deployment(id) => deployment(before, state, *id),
                Topic::JobAllocs(key) => names(state, key),
                Topic::JobDeployments(key) => one_deployment(state, key),
                Topic::Job(key) | Topic::JobSummary(key) => job(state, key),
                _ => {}
            }
        }
        self.before = Some(state.clone());
    }
}

/// I2, I3: what is wanted on a node fits, and a port has one holder.
fn room(state: &State, id: NodeId) {
    let Some(node) = state.node(&id) else { return };
    let (mut cpu, mut memory) = (0, 0);
    let mut ports = BTreeSet::new();
    for alloc in state.allocs_of_node(&id).filter(|it| !it.is_terminal()) {
        let (amounts, _) = occupied(&alloc.resources);
        cpu += amounts.cpu;
        memory += amounts.memory;
        for port in alloc.resources.shared.ports.iter() {
            let is_free = ports.insert((port.host_ip.clone(), port.value));
            assert!(
                is_free,
                "I3: port {} of {} has two holders",
                port.value, node.name
            );
        }
    }
    let has = available(node);
    assert!(cpu <= has.cpu, "I2: {cpu} MHz on {}", node.name);
    assert!(memory <= has.memory, "I2: {memory} MiB on {}", node.name);
}

/// I7, A19, A20, I9: statuses move along the legal graph, and the job's version is there.
fn status(before: &State, state: &State, id: AllocId) {
    let Some(now) = state.alloc(&id) else { return };
    assert!(
        state.job_of(now).is_some(),
        "I9: the version that {id} runs is kept"
    );
    assert!(now.alloc_modify_index <= now.modify_index, "A29: {id}");
    let Some(was) = before.alloc(&id) else { return };
    if was.desired_status != AllocDesiredStatus::Run {
        assert_ne!(
            now.desired_status,
            AllocDesiredStatus::Run,
            "A19: {id} runs again"
        );
    }
    let (from, to) = (was.client_status, now.client_status);
    let legal = from == to
        || match from {
            Status::Pending => true,
            Status::Running => to != Status::Pending,
            Status::Unknown => to != Status::Pending,
            Status::Complete | Status::Failed | Status::Lost => false,
        };
    assert!(legal, "I7: {id} went from {from} to {to}");
}

/// A21: what is over stays as it is.
fn evaluation(before: &State, state: &State, id: EvalId) {
    let (Some(was), Some(now)) = (before.eval(&id), state.eval(&id)) else {
        return;
    };
    if was.status.is_terminal() {
        assert_eq!(was.status, now.status, "A21: evaluation {id}");
    }
    assert!(
        now.modify_time >= now.create_time,
        "evaluation {id} is older than itself"
    );
}

/// A22, A25: an end is final, a promotion is not taken back, health is counted once.
fn deployment(before: &State, state: &State, id: DeploymentId) {
    let Some(now) = state.deployment(&id) else {
        return;
    };
    for (name, group) in &now.task_groups {
        let known = group.healthy_allocs + group.unhealthy_allocs;
        assert!(
            known <= group.placed_allocs + group.unhealthy_allocs,
            "A25: group {name} of {id}: {group:?}"
        );
    }
    let Some(was) = before.deployment(&id) else {
        return;
    };
    if !was.status.is_active() {
        assert_eq!(was.status, now.status, "A22: deployment {id}");
    }
    for (name, group) in &was.task_groups {
        let kept = now.task_groups.get(name).is_some_and(|it| it.promoted);
        assert!(
            !group.promoted || kept,
            "A22: the promotion of {name} in {id}"
        );
    }
}

/// I6: a name has one live holder, what is out of sight aside. Groups with canaries are not looked
/// at: a promoted canary and the allocation it stands beside share a name for a while.
fn names(state: &State, key: &JobKey) {
    let Some(job) = state.job(key) else { return };
    let has_canaries = |job: &Job| {
        let mut updates = job.task_groups.iter().filter_map(|it| it.update.as_ref());
        updates.any(|update| update.canary > 0)
    };
    if state.job_versions(key).any(|job| has_canaries(job)) {
        return;
    }
    let counts = |alloc: &Allocation| {
        alloc.desired_status == AllocDesiredStatus::Run
            && !alloc.is_client_terminal()
            && alloc.client_status != Status::Unknown
            && alloc.job_create_index == job.create_index
            && !alloc.deployment_status.is_some_and(|status| status.canary)
    };
    let mut held = BTreeMap::new();
    for alloc in state.allocs_of_job(key).filter(|it| counts(it)) {
        let other = held.insert((&alloc.name, alloc.job_version), alloc.id);
        assert_eq!(
            other, None,
            "I6: {} has two holders, the second {}",
            alloc.name, alloc.id
        );
    }
}

/// A23.
fn one_deployment(state: &State, key: &JobKey) {
    let active = state
        .deployments_of_job(key)
        .filter(|it| it.status.is_active());
    assert!(active.count() <= 1, "A23: {key} has two active deployments");
}

/// A26, A27: status and summary follow from what is there.
fn job(state: &State, key: &JobKey) {
    let Some(record) = state.job_record(key) else {
        return;
    };
    let live = state.allocs_of_job(key).any(|it| !it.is_terminal())
        || state
            .deployments_of_job(key)
            .any(|it| it.status.is_active());
    let open = state.evals_of_job(key).any(|it| !it.status.is_terminal());
    match record.job.status {
        JobStatus::Running => assert!(live, "A26: {key} runs nothing"),
        JobStatus::Pending => assert!(!live, "A26: {key} runs"),
        JobStatus::Dead => assert!(!live && !open, "A26: {key} is not dead"),
        JobStatus::Unset => panic!("A26: {key} has no status"),
    }
    for (name, summary) in &record.summary {
        let of_group = state.allocs_of_job(key).filter(|alloc| {
            alloc.task_group == *name && alloc.job_create_index == record.job.create_index
        });
        let of_group: Vec<_> = of_group.collect();
        let count = |status| {
            let such = of_group.iter().filter(|it| it.client_status == status);
            such.count() as u64
        };
        let running = (summary.running, summary.starting);
        let counted = (count(Status::Running), count(Status::Pending));
        assert_eq!(running, counted, "A27: {key} {name}");
        assert_eq!(summary.lost, count(Status::Lost), "A27: {key} {name}: lost");
    }
}
