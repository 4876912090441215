//! A server in memory: takes what a node says and hands out what is placed on it.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use nomad_client::agent::CallFailure;
use nomad_client::shell::ServerLink;
use nomad_core::command::AllocUpdate;
use nomad_core::id::{AllocId, DeploymentId};
use nomad_core::model::alloc::{AllocClientStatus, AllocDesiredStatus};
use nomad_core::model::job::JobType;
use nomad_core::model::task::Task;
use nomad_core::model::{Allocation, Job, Node, TaskGroup};
use nomad_core::units::{Index, Span};
use nomad_core::wire::node::{Assignment, NodeAnswer, NodeCall, NodeRequest};
use serde_json::json;
use tokio::sync::watch;

pub(crate) fn command(name: &str, script: &str) -> Task {
    Task {
        name: name.parse().unwrap(),
        driver: "raw_exec".to_owned(),
        kill_timeout: Span::from_secs(2),
        config: Some(BTreeMap::from([
            ("command".to_owned(), json!("/bin/sh")),
            (
                "args".to_owned(),
                json!(["-c", script.replace("${", "$${")]),
            ),
        ])),
        ..Task::default()
    }
}

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

#[derive(Default)]
struct Tables {
    node: Option<Node>,
    wanted: BTreeMap<AllocId, Assignment>,
    updates: BTreeMap<AllocId, AllocUpdate>,
}

pub(crate) struct Server {
    tables: Mutex<Tables>,
    index: watch::Sender<u64>,
}

impl Server {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            tables: Mutex::default(),
            index: watch::Sender::new(1),
        })
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap()
    }

    pub(crate) fn place(&self, job: &Job) -> AllocId {
        self.place_with(job, |_| ())
    }

    /// As a part of a deployment.
    pub(crate) fn place_deployed(&self, job: &Job) -> AllocId {
        self.place_with(job, |alloc| {
            alloc.deployment_id = Some(DeploymentId::from_random([1; 16]));
        })
    }

    pub(crate) fn place_with(&self, job: &Job, change: impl FnOnce(&mut Allocation)) -> AllocId {
        let mut tables = self.tables();
        let number = tables.wanted.len() as u8 + 1;
        // Containers of tests that run at the same time must not share names.
        let word = || u128::from(RandomState::new().hash_one(number));
        let id = AllocId::from_random(((word() << 64) | word()).to_be_bytes());
        let alloc = Allocation {
            id,
            name: format!("j.g[{number}]"),
            job_id: job.id.clone(),
            task_group: job.task_groups.first().unwrap().name.clone(),
            ..Allocation::default()
        };
        let assignment = Assignment {
            alloc: Arc::new(alloc),
            job: Arc::new(job.clone()),
        };
        tables.wanted.insert(id, assignment);
        drop(tables);
        self.change(id, change);
        id
    }

    pub(crate) fn stop(&self, id: AllocId) {
        self.change(id, |alloc| alloc.desired_status = AllocDesiredStatus::Stop);
    }

    fn change(&self, id: AllocId, change: impl FnOnce(&mut Allocation)) {
        let index = *self.index.borrow() + 1;
        let mut tables = self.tables();
        let alloc = Arc::make_mut(&mut tables.wanted.get_mut(&id).unwrap().alloc);
        change(alloc);
        alloc.alloc_modify_index = Index(index);
        drop(tables);
        self.index.send_replace(index);
    }

    pub(crate) fn update(&self, id: AllocId) -> Option<AllocUpdate> {
        self.tables().updates.get(&id).cloned()
    }

    pub(crate) fn status(&self, id: AllocId) -> Option<AllocClientStatus> {
        self.update(id).map(|update| update.client_status)
    }

    pub(crate) fn node(&self) -> Option<Node> {
        self.tables().node.clone()
    }

    fn assigned(&self, seen: Index) -> NodeAnswer {
        let index = Index(*self.index.borrow());
        let tables = self.tables();
        let all = tables.wanted.values();
        let all = all.map(|one| (one.alloc.id, one.alloc.alloc_modify_index));
        let changed = tables.wanted.values();
        let changed = changed.filter(|one| one.alloc.alloc_modify_index > seen);
        NodeAnswer::Assigned {
            index,
            all: all.collect(),
            changed: changed.cloned().collect(),
        }
    }
}

#[async_trait]
impl ServerLink for Server {
    async fn request(&self, request: NodeRequest) -> Result<NodeAnswer, CallFailure> {
        Ok(match request.call {
            NodeCall::PullAllocs { seen, .. } => {
                let mut index = self.index.subscribe();
                let changed = index.wait_for(|index| *index > seen.0).await;
                drop(changed.unwrap());
                self.assigned(seen)
            }
            NodeCall::UpdateAllocs { updates } => {
                let mut tables = self.tables();
                for update in updates {
                    tables.updates.insert(update.id, update);
                }
                NodeAnswer::Done { index: Index(1) }
            }
            NodeCall::Register { node } => {
                self.tables().node = Some(*node);
                lease()
            }
            _ => lease(),
        })
    }

    fn learn(&self, _servers: Vec<String>) {}
}

fn lease() -> NodeAnswer {
    NodeAnswer::Lease {
        ttl: Span::from_secs(10),
        servers: Vec::new(),
        index: Index(1),
        register_again: false,
    }
}

pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "waited 30 s until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
