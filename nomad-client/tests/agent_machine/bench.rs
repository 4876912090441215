//! The world around the machine: everything works unless a test says otherwise.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use nomad_client::agent::{
    Agent, AgentConfig, CallFailure, CallId, Effect, Input, LocalRequest, RequestError,
    StartFailure, Ticket,
};
use nomad_client::alloc::AllocProgress;
use nomad_client::drivers::{ExitResult, TaskHandle, TaskRunId};
use nomad_client::store::AllocRecord;
use nomad_core::command::AllocUpdate;
use nomad_core::id::{AllocId, TaskName};
use nomad_core::model::alloc::{AllocClientStatus, AllocDesiredStatus};
use nomad_core::model::job::JobType;
use nomad_core::model::task::{Lifecycle, LifecycleHook, Task};
use nomad_core::model::{Allocation, Job, Node, TaskGroup, TaskState};
use nomad_core::seam::Machine;
use nomad_core::seed::Seed;
use nomad_core::units::{Index, Span, Timestamp};
use nomad_core::wire::node::{Assignment, NodeAnswer, NodeCall, Refusal};

pub(crate) fn task(name: &str) -> Task {
    Task {
        name: name.parse().unwrap(),
        driver: "sim".to_owned(),
        kill_timeout: Span::from_secs(5),
        ..Task::default()
    }
}

pub(crate) fn hooked(name: &str, hook: LifecycleHook, sidecar: bool) -> Task {
    Task {
        lifecycle: Some(Lifecycle { hook, sidecar }),
        ..task(name)
    }
}

/// A job of one group `g`; no restarts unless the test sets a policy.
pub(crate) fn job(kind: JobType, tasks: Vec<Task>) -> Job {
    Job {
        id: "j".parse().unwrap(),
        kind,
        task_groups: vec![TaskGroup {
            name: "g".parse().unwrap(),
            tasks: tasks.into(),
            ..TaskGroup::default()
        }]
        .into(),
        ..Job::default()
    }
}

pub(crate) fn alloc_id(number: u8) -> AllocId {
    AllocId::from_random([number; 16])
}

pub(crate) fn secs(count: i64) -> Span {
    Span::from_secs(count)
}

/// What the machine is in.
pub(crate) struct Bench {
    pub(crate) agent: Agent,
    pub(crate) now: Timestamp,
    queue: VecDeque<Effect>,
    /// The server answers.
    pub(crate) server_up: bool,
    pub(crate) index: u64,
    pub(crate) wanted: BTreeMap<AllocId, Assignment>,
    pulling: Option<(CallId, Index)>,
    /// What the server was told last.
    pub(crate) reported: BTreeMap<AllocId, AllocUpdate>,
    /// Each call to the server: when, and what.
    pub(crate) calls: Vec<(Timestamp, NodeCall)>,
    /// Names of tasks in the order in which they were started, and stopped.
    pub(crate) started: Vec<String>,
    pub(crate) stopped: Vec<String>,
    pub(crate) stop_timeouts: Vec<Span>,
    /// Tasks that do not end when stopped.
    pub(crate) deaf: BTreeSet<String>,
    /// Tasks that cannot be started.
    pub(crate) refused: BTreeMap<String, StartFailure>,
    /// What runs, also while the agent is away.
    pub(crate) running: BTreeSet<TaskRunId>,
    pub(crate) stored: BTreeMap<AllocId, (Option<Assignment>, AllocProgress)>,
    pub(crate) removed_dirs: Vec<AllocId>,
    pub(crate) replies: BTreeMap<u64, Result<(), RequestError>>,
    pub(crate) signals: Vec<(String, String)>,
    pub(crate) finished: bool,
}

impl Bench {
    /// A registered agent without allocations.
    pub(crate) fn new() -> Self {
        let mut bench = Self::unstarted(AgentConfig::default());
        bench.start(Vec::new());
        bench
    }

    pub(crate) fn unstarted(config: AgentConfig) -> Self {
        Self {
            agent: Agent::new(config, Seed::new(7)),
            now: Timestamp::from_unix_secs(1_760_000_000),
            queue: VecDeque::new(),
            server_up: true,
            index: 10,
            wanted: BTreeMap::new(),
            pulling: None,
            reported: BTreeMap::new(),
            calls: Vec::new(),
            started: Vec::new(),
            stopped: Vec::new(),
            stop_timeouts: Vec::new(),
            deaf: BTreeSet::new(),
            refused: BTreeMap::new(),
            running: BTreeSet::new(),
            stored: BTreeMap::new(),
            removed_dirs: Vec::new(),
            replies: BTreeMap::new(),
            signals: Vec::new(),
            finished: false,
        }
    }

    pub(crate) fn start(&mut self, restored: Vec<AllocRecord>) {
        let node = Box::new(Node::default());
        self.give(Input::Started { node, restored });
    }

    /// The agent dies; a new one reads what was stored.
    pub(crate) fn crash_and_restart(&mut self) {
        self.agent = Agent::new(AgentConfig::default(), Seed::new(8));
        self.queue.clear();
        self.pulling = None;
        let records = self.stored.values().filter_map(|(assignment, progress)| {
            Some(AllocRecord {
                assignment: assignment.clone()?,
                progress: progress.clone(),
            })
        });
        let records = records.collect();
        self.start(records);
    }

    /// An input, and everything that follows from it at this instant.
    pub(crate) fn give(&mut self, input: Input) {
        let mut out = Vec::new();
        self.agent.handle(self.now, input, &mut out);
        self.queue.extend(out);
        while let Some(effect) = self.queue.pop_front() {
            for input in self.perform(effect) {
                let mut out = Vec::new();
                self.agent.handle(self.now, input, &mut out);
                self.queue.extend(out);
            }
        }
    }

    /// Lets time pass, waking the machine whenever it asks.
    pub(crate) fn pass(&mut self, span: Span) {
        let end = self.now.plus(span);
        for _ in 0..10_000 {
            match self.agent.next_wakeup() {
                Some(at) if at <= end => {
                    self.now = self.now.max(at);
                    self.give(Input::Wake);
                }
                _ => {
                    self.now = end;
                    return;
                }
            }
        }
        panic!("the machine wakes without end");
    }

    /// The server wants this allocation of `job` here.
    pub(crate) fn want(&mut self, number: u8, job: &Job) -> AllocId {
        self.want_with(number, job, |_| ())
    }

    pub(crate) fn want_with(
        &mut self,
        number: u8,
        job: &Job,
        change: impl FnOnce(&mut Allocation),
    ) -> AllocId {
        let id = alloc_id(number);
        let mut alloc = Allocation {
            id,
            name: format!("j.g[{number}]"),
            job_id: job.id.clone(),
            task_group: "g".parse().unwrap(),
            ..Allocation::default()
        };
        change(&mut alloc);
        let assignment = Assignment {
            alloc: Arc::new(alloc),
            job: Arc::new(job.clone()),
        };
        self.wanted.insert(id, assignment);
        self.change(id, |_| ());
        id
    }

    /// The server changes an allocation.
    pub(crate) fn change(&mut self, id: AllocId, change: impl FnOnce(&mut Allocation)) {
        self.index += 1;
        let index = Index(self.index);
        let assignment = self.wanted.get_mut(&id).unwrap();
        let alloc = Arc::make_mut(&mut assignment.alloc);
        change(alloc);
        alloc.alloc_modify_index = index;
        alloc.modify_index = index;
        self.answer_pull();
    }

    pub(crate) fn stop_alloc(&mut self, id: AllocId) {
        self.change(id, |alloc| alloc.desired_status = AllocDesiredStatus::Stop);
    }

    /// The server has collected an allocation.
    pub(crate) fn forget(&mut self, id: AllocId) {
        self.index += 1;
        self.wanted.remove(&id);
        self.answer_pull();
    }

    fn assigned(&self, seen: Index) -> NodeAnswer {
        let all = self.wanted.values();
        let all = all.map(|one| (one.alloc.id, one.alloc.alloc_modify_index));
        let changed = self.wanted.values();
        let changed = changed.filter(|one| one.alloc.alloc_modify_index > seen);
        NodeAnswer::Assigned {
            index: Index(self.index),
            all: all.collect(),
            changed: changed.cloned().collect(),
        }
    }

    fn answer_pull(&mut self) {
        if let Some((id, seen)) = self.pulling.take_if(|_| self.server_up) {
            let result = Ok(self.assigned(seen));
            self.give(Input::Answered { id, result });
        }
    }

    fn answer(&mut self, id: CallId, call: NodeCall) -> Option<Input> {
        self.calls.push((self.now, call.clone()));
        if !self.server_up {
            let result = Err(CallFailure::Unreachable("it is down".to_owned()));
            return Some(Input::Answered { id, result });
        }
        let answer = match call {
            NodeCall::PullAllocs { seen, .. } if seen.0 >= self.index => {
                self.pulling = Some((id, seen));
                return None;
            }
            NodeCall::PullAllocs { seen, .. } => self.assigned(seen),
            NodeCall::UpdateAllocs { updates } => {
                for update in updates {
                    self.reported.insert(update.id, update);
                }
                NodeAnswer::Done {
                    index: Index(self.index),
                }
            }
            NodeCall::Register { .. } | NodeCall::Heartbeat { .. } => NodeAnswer::Lease {
                ttl: secs(10),
                servers: Vec::new(),
                index: Index(self.index),
                register_again: false,
            },
            _ => panic!("a call that is not known here"),
        };
        let result = Ok(answer);
        Some(Input::Answered { id, result })
    }

    fn perform(&mut self, effect: Effect) -> Vec<Input> {
        match effect {
            Effect::Send { id, call } => self.answer(id, call).into_iter().collect(),
            Effect::SaveAssignment(assignment) => {
                let slot = self.stored.entry(assignment.alloc.id).or_default();
                slot.0 = Some(assignment);
                Vec::new()
            }
            Effect::SaveProgress { alloc, progress } => {
                self.stored.entry(alloc).or_default().1 = *progress;
                Vec::new()
            }
            Effect::Forget(id) => {
                self.stored.remove(&id);
                Vec::new()
            }
            Effect::RunAllocHook { assignment, hook } => {
                let alloc = assignment.alloc.id;
                if hook == nomad_client::alloc::hooks::AllocHook::RemoveDir {
                    self.removed_dirs.push(alloc);
                }
                vec![Input::AllocHookDone {
                    alloc,
                    hook,
                    result: Ok(()),
                }]
            }
            Effect::RunTaskHook {
                assignment,
                task,
                hook,
            } => {
                let alloc = assignment.alloc.id;
                vec![Input::TaskHookDone {
                    alloc,
                    task,
                    hook,
                    result: Ok(()),
                }]
            }
            Effect::Reply { ticket, result } => {
                self.replies.insert(ticket.0, result);
                Vec::new()
            }
            Effect::Finished => {
                self.finished = true;
                Vec::new()
            }
            Effect::LearnServers(_) | Effect::Warn { .. } => Vec::new(),
            of_driver => self.drive(of_driver),
        }
    }

    fn drive(&mut self, effect: Effect) -> Vec<Input> {
        match effect {
            Effect::Start { run, .. } => {
                let stored = &self.stored[&run.alloc].1.tasks[&run.task];
                assert_eq!(stored.run.as_ref(), Some(&run), "intent before start");
                self.started.push(run.task.to_string());
                let result = match self.refused.get(run.task.as_str()) {
                    Some(failure) => Err(failure.clone()),
                    None => {
                        self.running.insert(run.clone());
                        Ok(handle(&run))
                    }
                };
                vec![Input::TaskStarted { run, result }]
            }
            Effect::Recover { run, .. } => {
                let found = self.running.contains(&run);
                let result = found.then(|| handle(&run)).ok_or("it is gone".to_owned());
                vec![Input::TaskRecovered { run, result }]
            }
            Effect::Stop {
                handle, timeout, ..
            } => {
                let run = handle.run;
                self.stopped.push(run.task.to_string());
                self.stop_timeouts.push(timeout);
                if self.deaf.contains(run.task.as_str()) {
                    return Vec::new();
                }
                self.running.remove(&run);
                vec![
                    Input::TaskStopped {
                        run: run.clone(),
                        result: Ok(()),
                    },
                    Input::TaskExited {
                        run,
                        exit: ExitResult::default(),
                    },
                ]
            }
            Effect::Destroy { run, .. } => {
                self.running.remove(&run);
                vec![Input::TaskCleared {
                    run,
                    result: Ok(()),
                }]
            }
            Effect::Signal {
                ticket: _,
                handles,
                signal,
            } => {
                let named = |handle: TaskHandle| (handle.run.task.to_string(), signal.clone());
                self.signals.extend(handles.into_iter().map(named));
                Vec::new()
            }
            other => panic!("nobody performs {other:?}"),
        }
    }

    fn run_of(&self, id: AllocId, task: &str) -> TaskRunId {
        let mut running = self.running.iter();
        let found = running.find(|run| run.alloc == id && run.task == *task);
        found
            .unwrap_or_else(|| panic!("{task} does not run"))
            .clone()
    }

    /// The task ends by itself.
    pub(crate) fn exit(&mut self, id: AllocId, task: &str, code: i32) {
        let run = self.run_of(id, task);
        self.running.remove(&run);
        let exit = ExitResult {
            code,
            ..ExitResult::default()
        };
        self.give(Input::TaskExited { run, exit });
    }

    pub(crate) fn ask(
        &mut self,
        ticket: u64,
        request: LocalRequest,
    ) -> Option<Result<(), RequestError>> {
        self.give(Input::Request {
            ticket: Ticket(ticket),
            request,
        });
        self.replies.get(&ticket).cloned()
    }

    pub(crate) fn is_running(&self, id: AllocId, task: &str) -> bool {
        self.running
            .iter()
            .any(|run| run.alloc == id && run.task == *task)
    }

    pub(crate) fn state(&self, id: AllocId, task: &str) -> TaskState {
        let snapshot = self.agent.snapshot(id).unwrap();
        let mut tasks = snapshot.tasks.into_iter();
        let name: TaskName = task.parse().unwrap();
        tasks.find(|task| task.name == name).unwrap().state
    }

    /// Types of the task's events, in order.
    pub(crate) fn events(&self, id: AllocId, task: &str) -> Vec<String> {
        let events = self.state(id, task).events.into_iter();
        events.map(|event| event.kind).collect()
    }

    pub(crate) fn messages(&self, id: AllocId, task: &str) -> Vec<String> {
        let events = self.state(id, task).events.into_iter();
        events.map(|event| event.display_message).collect()
    }

    /// The status that the server was told.
    pub(crate) fn told(&self, id: AllocId) -> AllocClientStatus {
        self.reported[&id].client_status
    }

    pub(crate) fn times_called(&self, is_it: impl Fn(&NodeCall) -> bool) -> usize {
        self.calls.iter().filter(|(_, call)| is_it(call)).count()
    }
}

pub(crate) fn unknown_node() -> CallFailure {
    let node_id = nomad_core::id::NodeId::default();
    CallFailure::Refused(Refusal::UnknownNode { node_id })
}

fn handle(run: &TaskRunId) -> TaskHandle {
    TaskHandle {
        driver: "sim".to_owned(),
        version: 1,
        run: run.clone(),
        state: serde_json::Value::Null,
    }
}
