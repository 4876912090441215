//! A state with a clock that ticks a second per entry.

use std::sync::Arc;

use crate::command::{AllocUpdate, Command, ENTRY_VERSION, Entry};
use crate::id::{AllocId, EvalId, JobKey, NodeId};
use crate::model::plan::AllocStop;
use crate::model::{
    AllocClientStatus, Allocation, EvalStatus, Evaluation, Job, List, Node, NodeStatus, Plan,
    PlanResult, TaskGroup,
};
use crate::secret::Secret;
use crate::seed::Seed;
use crate::state::{Applied, ApplyError, State};
use crate::units::{Index, Timestamp};

pub(super) struct Fixture {
    pub(super) state: State,
    pub(super) seed: Seed,
}

impl Fixture {
    pub(super) fn new() -> Self {
        Self {
            state: State::empty(),
            seed: Seed::new(1),
        }
    }

    pub(super) fn try_apply(&mut self, command: Command) -> Result<Applied, ApplyError> {
        let index = self.state.index().next();
        let entry = Entry {
            version: ENTRY_VERSION,
            now: Timestamp::from_unix_secs(1_700_000_000 + index.0 as i64),
            command,
        };
        self.state.apply(index, &entry)
    }

    pub(super) fn apply(&mut self, command: Command) -> Applied {
        self.try_apply(command).unwrap()
    }

    pub(super) fn node(&mut self) -> NodeId {
        let id = self.seed.node_id();
        let node = Node {
            id,
            status: NodeStatus::Ready,
            ..Node::default()
        };
        self.apply(Command::RegisterNode {
            node: Box::new(node),
            secret: Secret::new("s".to_owned()),
            evals: Vec::new(),
        });
        id
    }

    pub(super) fn register(&mut self, job: &Job) -> Evaluation {
        let eval = self.eval(job);
        self.apply(register(job, Some(eval.clone())));
        (**self.state.eval(&eval.id).unwrap()).clone()
    }

    pub(super) fn eval(&mut self, job: &Job) -> Evaluation {
        Evaluation {
            id: self.seed.eval_id(),
            namespace: job.namespace.clone(),
            job_id: job.id.clone(),
            priority: 50,
            ..Evaluation::default()
        }
    }

    pub(super) fn place(&mut self, job: &Job, node: NodeId) -> AllocId {
        let alloc = self.planned(job, node);
        let id = alloc.id;
        self.commit(Plan {
            placements: vec![alloc],
            ..Plan::default()
        });
        id
    }

    pub(super) fn planned(&mut self, job: &Job, node: NodeId) -> Allocation {
        let stored = self.state.job(&job.key()).unwrap();
        Allocation {
            id: self.seed.alloc_id(),
            name: format!("{}.g[0]", job.id),
            job_id: job.id.clone(),
            job_version: stored.version,
            job_create_index: stored.create_index,
            task_group: job.task_groups[0].name.clone(),
            node_id: node,
            eval_id: EvalId::default(),
            ..Allocation::default()
        }
    }

    pub(super) fn commit(&mut self, plan: Plan) -> Applied {
        self.apply(Command::ApplyPlans {
            results: vec![PlanResult {
                plan,
                ..PlanResult::default()
            }],
            evals: Vec::new(),
        })
    }

    pub(super) fn report(&mut self, id: AllocId, status: AllocClientStatus) -> Applied {
        self.apply(Command::UpdateAllocsFromClient {
            updates: vec![AllocUpdate {
                id,
                client_status: status,
                ..AllocUpdate::default()
            }],
            evals: Vec::new(),
        })
    }

    pub(super) fn stop(&mut self, id: AllocId) -> Applied {
        self.commit(Plan {
            stops: vec![AllocStop {
                id,
                ..AllocStop::default()
            }],
            ..Plan::default()
        })
    }

    pub(super) fn finish(&mut self, eval: &Evaluation, status: EvalStatus) {
        self.apply(Command::UpdateEvals {
            evals: vec![Evaluation {
                status,
                ..eval.clone()
            }],
        });
    }

    pub(super) fn alloc(&self, id: AllocId) -> Arc<Allocation> {
        Arc::clone(self.state.alloc(&id).unwrap())
    }

    pub(super) fn job(&self, key: &JobKey) -> Arc<Job> {
        Arc::clone(self.state.job(key).unwrap())
    }
}

pub(super) fn job(id: &str) -> Job {
    Job {
        id: id.parse().unwrap(),
        priority: 50,
        task_groups: List(vec![TaskGroup {
            name: "g".parse().unwrap(),
            count: 1,
            ..TaskGroup::default()
        }]),
        ..Job::default()
    }
}

pub(super) fn counted(id: &str, count: i64) -> Job {
    let mut job = job(id);
    job.task_groups[0].count = count;
    job
}

pub(super) fn register(job: &Job, eval: Option<Evaluation>) -> Command {
    Command::RegisterJob {
        job: Box::new(job.clone()),
        submission: None,
        enforce_index: None,
        preserve_counts: false,
        eval,
    }
}

pub(super) fn enforcing(job: &Job, index: u64) -> Command {
    Command::RegisterJob {
        job: Box::new(job.clone()),
        submission: None,
        enforce_index: Some(Index(index)),
        preserve_counts: false,
        eval: None,
    }
}
