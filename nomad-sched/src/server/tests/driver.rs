//! A tiny world: the log commits at once, a simple scheduler decides at once, time is a number.

use std::collections::{BTreeMap, VecDeque};

use nomad_core::command::AllocUpdate;
use nomad_core::id::{AllocId, EvalId, NodeId};
use nomad_core::model::alloc::{AllocDeploymentStatus, AllocatedResources};
use nomad_core::model::plan::AllocStop;
use nomad_core::model::policy::{ReschedulePolicy, UpdateStrategy};
use nomad_core::model::{
    AllocClientStatus, AllocDesiredStatus, Allocation, Deployment, DeploymentState, EvalStatus,
    Job, List, Node, NodeStatus, Plan, TaskGroup,
};
use nomad_core::schedule::Decision;
use nomad_core::seam::Machine;
use nomad_core::secret::Secret;
use nomad_core::seed::Seed;
use nomad_core::state::State;
use nomad_core::units::{Index, Span, Timestamp};
use nomad_core::wire::node::{NodeAnswer, NodeCall, NodeRequest, Refusal};
use nomad_core::wire::operator::{OperatorAnswer, OperatorRefusal, OperatorRequest};

use crate::server::{DecisionTask, Effect, Input, ProposalId, Server, ServerConfig, Ticket};

pub(super) struct Driver {
    pub(super) server: Server,
    pub(super) now: Timestamp,
    pub(super) seed: Seed,
    pub(super) entries: usize,
    /// While set, proposals wait in `held`.
    pub(super) hold: bool,
    held: VecDeque<(ProposalId, Box<nomad_core::command::Entry>)>,
    nodes: BTreeMap<Ticket, Result<NodeAnswer, Refusal>>,
    operators: BTreeMap<Ticket, Result<OperatorAnswer, OperatorRefusal>>,
    last_ticket: u64,
}

impl Driver {
    pub(super) fn new() -> Self {
        let mut driver = Self {
            server: Server::new(ServerConfig::default(), State::empty()),
            now: Timestamp::from_unix_secs(1_700_000_000),
            seed: Seed::new(7),
            entries: 0,
            hold: false,
            held: VecDeque::new(),
            nodes: BTreeMap::new(),
            operators: BTreeMap::new(),
            last_ticket: 0,
        };
        driver.feed(Input::Leading(true));
        driver
    }

    pub(super) fn feed(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let mut effects = Vec::new();
            self.server.handle(self.now, input, &mut effects);
            for effect in effects {
                inputs.extend(self.perform(effect));
            }
        }
    }

    fn perform(&mut self, effect: Effect) -> Option<Input> {
        match effect {
            Effect::Propose { proposal, entry } if self.hold => {
                self.held.push_back((proposal, entry));
                None
            }
            Effect::Propose { proposal, entry } => Some(self.commit(proposal, entry)),
            Effect::AnswerNode { ticket, answer } => {
                self.nodes.insert(ticket, answer);
                None
            }
            Effect::AnswerOperator { ticket, answer } => {
                self.operators.insert(ticket, answer);
                None
            }
            Effect::Decide(task) => Some(Input::Decided {
                eval: task.eval.id,
                token: task.token,
                decision: Ok(Box::new(decide(&task))),
            }),
            Effect::Publish { .. } => None,
        }
    }

    fn commit(&mut self, proposal: ProposalId, entry: Box<nomad_core::command::Entry>) -> Input {
        self.entries += 1;
        Input::Committed {
            index: Index(self.entries as u64),
            entry,
            proposal: Some(proposal),
        }
    }

    pub(super) fn release(&mut self) {
        self.hold = false;
        while let Some((proposal, entry)) = self.held.pop_front() {
            let input = self.commit(proposal, entry);
            self.feed(input);
        }
    }

    pub(super) fn held(&self) -> usize {
        self.held.len()
    }

    /// Lets time pass, waking the machine when it asks for it.
    pub(super) fn pass(&mut self, span: Span) {
        let end = self.now.plus(span);
        while let Some(at) = self.server.next_wakeup()
            && at <= end
        {
            assert!(at >= self.now || self.now == end, "a wake-up in the past");
            self.now = self.now.max(at);
            self.feed(Input::Wake);
            assert_ne!(
                self.server.next_wakeup(),
                Some(at),
                "it asks for the same wake-up again"
            );
        }
        self.now = end;
        self.feed(Input::Wake);
    }

    fn ticket(&mut self) -> Ticket {
        self.last_ticket += 1;
        Ticket(self.last_ticket)
    }

    pub(super) fn ask(&mut self, node_id: NodeId, call: NodeCall) -> Ticket {
        let ticket = self.ticket();
        let secret = Secret::new(node_id.to_string());
        let request = Box::new(NodeRequest {
            node_id,
            secret,
            call,
        });
        self.feed(Input::Node { ticket, request });
        ticket
    }

    pub(super) fn heard(&mut self, ticket: Ticket) -> Option<Result<NodeAnswer, Refusal>> {
        self.nodes.remove(&ticket)
    }

    pub(super) fn call(&mut self, node: NodeId, call: NodeCall) -> Result<NodeAnswer, Refusal> {
        let ticket = self.ask(node, call);
        self.heard(ticket).expect("answered at once")
    }

    pub(super) fn operate(
        &mut self,
        request: OperatorRequest,
    ) -> Result<OperatorAnswer, OperatorRefusal> {
        let ticket = self.ticket();
        let request = Box::new(request);
        self.feed(Input::Operator { ticket, request });
        self.operators.remove(&ticket).expect("answered at once")
    }

    pub(super) fn node(&mut self) -> NodeId {
        let id = self.seed.node_id();
        self.register(id).unwrap();
        self.beat(id);
        id
    }

    pub(super) fn register(&mut self, id: NodeId) -> Result<NodeAnswer, Refusal> {
        let node = Box::new(machine(id));
        self.call(id, NodeCall::Register { node })
    }

    pub(super) fn beat(&mut self, id: NodeId) {
        let status = NodeStatus::Ready;
        self.call(id, NodeCall::Heartbeat { status }).unwrap();
    }

    pub(super) fn run(&mut self, job: Job) -> EvalId {
        let answer = self.operate(OperatorRequest::RegisterJob {
            job: Box::new(job),
            submission: None,
            enforce_index: None,
            preserve_counts: false,
            eval_priority: 0,
        });
        match answer.unwrap() {
            OperatorAnswer::Job { eval_id, .. } => eval_id.unwrap(),
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn pull(&mut self, node: NodeId) -> Vec<AllocId> {
        let call = NodeCall::PullAllocs {
            seen: Index(0),
            wait: Span::ZERO,
        };
        match self.call(node, call).unwrap() {
            NodeAnswer::Assigned { all, .. } => all.into_iter().map(|(id, _)| id).collect(),
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn report(&mut self, id: AllocId, status: AllocClientStatus) {
        let node = self.server.state().alloc(&id).unwrap().node_id;
        self.call(node, report(id, status, None)).unwrap();
    }

    pub(super) fn report_health(&mut self, id: AllocId, healthy: bool) {
        let node = self.server.state().alloc(&id).unwrap().node_id;
        let call = report(id, AllocClientStatus::Running, Some(healthy));
        self.call(node, call).unwrap();
    }

    pub(super) fn live(&self, job: &Job) -> Vec<AllocId> {
        let allocs = self.server.state().allocs_of_job(&job.key());
        allocs
            .filter(|it| !it.is_terminal())
            .map(|it| it.id)
            .collect()
    }

    pub(super) fn eval_status(&self, id: EvalId) -> EvalStatus {
        self.server.state().eval(&id).unwrap().status
    }
}

pub(super) fn report(
    id: AllocId,
    client_status: AllocClientStatus,
    healthy: Option<bool>,
) -> NodeCall {
    NodeCall::UpdateAllocs {
        updates: vec![AllocUpdate {
            id,
            client_status,
            deployment_status: healthy.map(|healthy| AllocDeploymentStatus {
                healthy: Some(healthy),
                ..AllocDeploymentStatus::default()
            }),
            ..AllocUpdate::default()
        }],
    }
}

pub(super) fn machine(id: NodeId) -> Node {
    let mut node = Node {
        id,
        datacenter: "dc1".to_owned(),
        computed_class: "v1:1".to_owned(),
        ..Node::default()
    };
    node.node_resources.cpu.cpu_shares = 1000;
    node.node_resources.memory.memory_mb = 1000;
    node.node_resources.disk.disk_mb = 1000;
    node
}

pub(super) fn job(id: &str, count: i64) -> Job {
    Job {
        id: id.parse().unwrap(),
        priority: 50,
        task_groups: List(vec![TaskGroup {
            name: "g".parse().unwrap(),
            count,
            reschedule_policy: Some(ReschedulePolicy {
                unlimited: true,
                ..ReschedulePolicy::default()
            }),
            ..TaskGroup::default()
        }]),
        ..Job::default()
    }
}

pub(super) fn deployed(id: &str, count: i64) -> Job {
    let mut job = job(id, count);
    job.task_groups[0].update = Some(UpdateStrategy {
        max_parallel: 1,
        auto_revert: true,
        progress_deadline: Span::from_mins(10),
        ..UpdateStrategy::default()
    });
    job
}

/// Stops what is not wanted, then places what is missing: each allocation takes half a node.
fn decide(task: &DecisionTask) -> Decision {
    let state = &task.snapshot;
    let mut seed = Seed::new(task.seed);
    let mut decision = Decision {
        plan: Plan::default(),
        eval: (*task.eval).clone(),
        created: Vec::new(),
        reblocked: false,
    };
    decision.eval.status = EvalStatus::Complete;
    decision.eval.snapshot_index = state.index();
    let key = task.eval.job_key();
    let job = state.job(&key).filter(|job| !job.stop);
    let count = job.map_or(0, |job| job.task_groups[0].count) as usize;
    let mut live = Vec::new();
    for alloc in state.allocs_of_job(&key).filter(|it| !it.is_terminal()) {
        let node = state.node(&alloc.node_id);
        let lost = node.is_none_or(|node| node.status == NodeStatus::Down);
        let old = job.is_none_or(|job| job.version != alloc.job_version);
        if lost || old || live.len() >= count {
            decision.plan.stops.push(AllocStop {
                id: alloc.id,
                node_id: alloc.node_id,
                client_status: lost.then_some(AllocClientStatus::Lost),
                desired_status: AllocDesiredStatus::Stop,
                ..AllocStop::default()
            });
        } else {
            live.push(alloc.id);
        }
    }
    let Some(job) = job else { return decision };
    place(task, job, count - live.len(), &mut decision, &mut seed);
    deploy(task, job, &mut decision.plan, &mut seed);
    decision
}

fn place(task: &DecisionTask, job: &Job, missing: usize, decision: &mut Decision, seed: &mut Seed) {
    let state = &task.snapshot;
    let mut room: Vec<NodeId> = Vec::new();
    for node in state.nodes().filter(|node| node.is_ready()) {
        let leaving = |id| decision.plan.stops.iter().any(|stop| stop.id == id);
        let held = state
            .allocs_of_node(&node.id)
            .filter(|it| !it.is_client_terminal() && !leaving(it.id));
        room.extend(std::iter::repeat_n(
            node.id,
            2usize.saturating_sub(held.count()),
        ));
    }
    for at in 0..missing {
        let Some(node) = room.pop() else {
            decision.eval.status = EvalStatus::Blocked;
            decision.eval.class_eligibility = [("v1:1".to_owned(), true)].into();
            return;
        };
        decision.plan.placements.push(half_of(node, job, at, seed));
    }
}

fn half_of(node: NodeId, job: &Job, at: usize, seed: &mut Seed) -> Allocation {
    let mut resources = AllocatedResources::default();
    let task = resources.tasks.entry("t".parse().unwrap()).or_default();
    task.cpu.cpu_shares = 500;
    task.memory.memory_mb = 500;
    Allocation {
        id: seed.alloc_id(),
        name: format!("{}.g[{at}]", job.id),
        job_id: job.id.clone(),
        job_version: job.version,
        job_create_index: job.create_index,
        task_group: "g".parse().unwrap(),
        node_id: node,
        resources: resources.into(),
        ..Allocation::default()
    }
}

fn deploy(task: &DecisionTask, job: &Job, plan: &mut Plan, seed: &mut Seed) {
    let Some(update) = &job.task_groups[0].update else {
        return;
    };
    let latest = task.snapshot.latest_deployment(&job.key());
    let current = latest.filter(|it| it.job_version == job.version);
    let id = current.map_or_else(|| seed.deployment_id(), |it| it.id);
    if current.is_none() {
        let group = DeploymentState {
            desired_total: job.task_groups[0].count,
            auto_revert: update.auto_revert,
            progress_deadline: update.progress_deadline,
            ..DeploymentState::default()
        };
        plan.deployment = Some(Deployment {
            id,
            job_id: job.id.clone(),
            job_version: job.version,
            job_create_index: job.create_index,
            task_groups: [("g".parse().unwrap(), group)].into(),
            ..Deployment::default()
        });
    } else if let Some(done) = current.filter(|it| {
        it.status.is_active()
            && it
                .task_groups
                .values()
                .all(|g| g.healthy_allocs >= g.desired_total)
    }) {
        plan.deployment_updates
            .push(nomad_core::model::plan::DeploymentUpdate {
                id: done.id,
                status: nomad_core::model::DeploymentStatus::Successful,
                status_description: "Deployment completed successfully".to_owned(),
            });
    }
    for alloc in &mut plan.placements {
        alloc.deployment_id = Some(id);
    }
}
