//! A client: the agent's machine, its store, and a driver whose tasks outlive it.

use nomad_client::agent::{Agent, AgentConfig, CallId, Effect, Input, StartFailure};
use nomad_client::drivers::{ExitResult, TaskHandle, TaskRunId};
use nomad_client::store::{MemoryStore, StateStore, Write};
use nomad_core::id::NodeId;
use nomad_core::model::node::{DriverInfo, NodeAddress, NodeNetwork};
use nomad_core::model::{JobType, Node};
use nomad_core::seam::Machine;
use nomad_core::secret::Secret;
use nomad_core::seed::Seed;
use nomad_core::sim::driver::{SimDriver, TaskFate};
use nomad_core::units::{Span, Timestamp};
use nomad_core::wire::node::{NodeCall, NodeRequest};

use crate::event::{Deed, Life};

/// Shorter than usual: a message that the network loses is noticed after this.
const PULL_WAIT: Span = Span::from_secs(30);

pub(crate) struct ClientHost {
    pub(crate) node: Node,
    pub(crate) life: Life,
    pub(crate) agent: Option<Agent>,
    pub(crate) driver: SimDriver,
    pub(crate) unreachable: bool,
    store: MemoryStore,
    seed: Seed,
    /// Chance in a thousand that the agent dies between its saves and the rest of a batch.
    pub(crate) die_per_mille: u64,
}

/// What a client did, for the world to carry on.
pub(crate) enum Deeds {
    Send(CallId, Vec<u8>),
    /// The agent hears this after a while.
    Later(Box<Input>),
    Drive(Box<Deed>),
    Warned(String),
    Died,
}

impl ClientHost {
    pub(crate) fn new(number: usize, seed: &mut Seed, die_per_mille: u64) -> Self {
        let id = seed.node_id();
        Self {
            node: machine(number, id),
            life: 0,
            agent: None,
            driver: SimDriver::default(),
            unreachable: false,
            store: MemoryStore::new(),
            seed: seed.fork(),
            die_per_mille,
        }
    }

    pub(crate) fn next_wakeup(&self) -> Option<Timestamp> {
        self.agent.as_ref()?.next_wakeup()
    }

    /// The agent starts on what its store has.
    pub(crate) fn boot(&mut self, now: Timestamp) -> Vec<Deeds> {
        self.life += 1;
        let config = AgentConfig {
            pull_wait: PULL_WAIT,
            ..AgentConfig::default()
        };
        self.agent = Some(Agent::new(config, self.seed.fork()));
        let restored = self.store.load().unwrap().records;
        let node = Box::new(self.node.clone());
        self.input(now, Input::Started { node, restored })
    }

    pub(crate) fn kill(&mut self) {
        self.life += 1;
        self.agent = None;
    }

    pub(crate) fn input(&mut self, now: Timestamp, input: Input) -> Vec<Deeds> {
        let Some(agent) = &mut self.agent else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        agent.handle(now, input, &mut effects);
        let (saves, rest): (Vec<Effect>, Vec<Effect>) = effects.into_iter().partition(is_save);
        let writes: Vec<Write> = saves.into_iter().filter_map(write).collect();
        self.store.write(&writes).unwrap();
        let mut deeds = Vec::new();
        for effect in rest {
            if self.seed.chance(self.die_per_mille, 1000) {
                self.kill();
                deeds.push(Deeds::Died);
                break;
            }
            deeds.extend(self.perform(effect));
        }
        deeds
    }

    fn perform(&mut self, effect: Effect) -> Option<Deeds> {
        match effect {
            Effect::Send { id, call } => Some(Deeds::Send(id, self.request(call))),
            Effect::RunAllocHook { assignment, hook } => later(Input::AllocHookDone {
                alloc: assignment.alloc.id,
                hook,
                result: Ok(()),
            }),
            Effect::RunTaskHook {
                assignment,
                task,
                hook,
            } => later(Input::TaskHookDone {
                alloc: assignment.alloc.id,
                task,
                hook,
                result: Ok(()),
            }),
            Effect::Start {
                run,
                driver,
                assignment,
            } => {
                let batch = assignment.job.kind == JobType::Batch;
                drive(Deed::Start { run, driver, batch })
            }
            Effect::Recover { run, driver, .. } => self.recover(run, driver),
            Effect::Stop { handle, .. } => drive(Deed::Stop { run: handle.run }),
            Effect::Destroy { run, .. } => drive(Deed::Clear { run }),
            Effect::Warn { text } => Some(Deeds::Warned(text)),
            _ => None,
        }
    }

    fn request(&self, call: NodeCall) -> Vec<u8> {
        let request = NodeRequest {
            node_id: self.node.id,
            secret: Secret::new(format!("secret of {}", self.node.name)),
            call,
        };
        rmp_serde::to_vec_named(&request).unwrap()
    }

    fn recover(&mut self, run: TaskRunId, driver: String) -> Option<Deeds> {
        let result = match self.driver.fate(&run.to_string()) {
            Some(_) => Ok(handle(&run, driver)),
            None => Err("there is no such task".to_owned()),
        };
        later(Input::TaskRecovered { run, result })
    }

    /// A task that was found again may have ended meanwhile.
    pub(crate) fn exit_after(&self, input: &Input) -> Option<Input> {
        let Input::TaskRecovered { run, result: Ok(_) } = input else {
            return None;
        };
        match self.driver.fate(&run.to_string()) {
            Some(TaskFate::Ended { code, at }) => Some(exited(run.clone(), code, at)),
            _ => None,
        }
    }
}

fn later(input: Input) -> Option<Deeds> {
    Some(Deeds::Later(Box::new(input)))
}

fn drive(deed: Deed) -> Option<Deeds> {
    Some(Deeds::Drive(Box::new(deed)))
}

fn is_save(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::SaveAssignment(_) | Effect::SaveProgress { .. } | Effect::Forget(_)
    )
}

fn write(effect: Effect) -> Option<Write> {
    match effect {
        Effect::SaveAssignment(assignment) => Some(Write::Assignment(assignment)),
        Effect::SaveProgress { alloc, progress } => Some(Write::Progress(alloc, progress)),
        Effect::Forget(alloc) => Some(Write::Forget(alloc)),
        _ => None,
    }
}

pub(crate) fn handle(run: &TaskRunId, driver: String) -> TaskHandle {
    TaskHandle {
        driver,
        version: 1,
        run: run.clone(),
        state: serde_json::Value::Null,
    }
}

pub(crate) fn exited(run: TaskRunId, code: i32, at: Timestamp) -> Input {
    let exit = ExitResult {
        code,
        signal: 0,
        oom_killed: false,
        at,
        error: None,
    };
    Input::TaskExited { run, exit }
}

pub(crate) fn refused_start(run: TaskRunId) -> Input {
    let result = Err(StartFailure::Driver {
        message: "the driver is out of sorts".to_owned(),
        recoverable: true,
    });
    Input::TaskStarted { run, result }
}

fn machine(number: usize, id: NodeId) -> Node {
    let mut node = Node {
        id,
        name: format!("c{number}"),
        datacenter: "dc1".to_owned(),
        computed_class: "v1:0000000000000001".to_owned(),
        ..Node::default()
    };
    let healthy = DriverInfo {
        detected: true,
        healthy: true,
        ..DriverInfo::default()
    };
    node.drivers.insert("mock_driver".to_owned(), healthy);
    for (key, value) in [("driver.mock_driver", "1"), ("kernel.name", "linux")] {
        node.attributes.insert(key.to_owned(), value.to_owned());
    }
    let resources = &mut node.node_resources;
    resources.cpu.cpu_shares = 4_000;
    resources.cpu.total_cpu_cores = 4;
    resources.memory.memory_mb = 4_096;
    resources.disk.disk_mb = 50_000;
    resources.min_dynamic_port = 20_000;
    resources.max_dynamic_port = 20_020;
    resources.node_networks.push(NodeNetwork {
        mode: "host".to_owned(),
        device: "eth0".to_owned(),
        addresses: vec![NodeAddress {
            family: "ipv4".to_owned(),
            alias: "default".to_owned(),
            address: format!("10.0.0.{number}"),
            ..NodeAddress::default()
        }]
        .into(),
        ..NodeNetwork::default()
    });
    node
}

/// How long a hook or a driver takes.
pub(crate) fn effort(seed: &mut Seed) -> Span {
    Span(100_000 + seed.below(20_000_000) as i64)
}
