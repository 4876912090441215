//! The world: one server, three clients, operators, and what happens between them.

use std::collections::BTreeMap;

use nomad_client::agent::{CallFailure, CallId, Input as ClientInput};
use nomad_core::seed::Seed;
use nomad_core::sim::faults::Faults;
use nomad_core::sim::network::Network;
use nomad_core::sim::trace::Trace;
use nomad_core::sim::world::World;
use nomad_core::units::{Span, Timestamp};
use nomad_core::wire::node::{NodeAnswer, Refusal};
use nomad_sched::server::{Input as ServerInput, Ticket};

use crate::client::{ClientHost, Deeds, effort, exited, handle, refused_start};
use crate::event::{Deed, Event, Life};
use crate::invariants::Invariants;
use crate::server::{Done, ServerHost};
use crate::settle::complaints;
use crate::workload::{Workload, draw};

const CLIENTS: usize = 3;
const START: Timestamp = Timestamp::from_unix_secs(1_760_000_000);
/// How long things break.
const CHAOS: Span = Span::from_secs(150);
/// How long the cluster may take until everything is as wanted.
const SETTLE: Span = Span::from_mins(5);
/// How often that is looked at.
const LOOK: Span = Span::from_secs(10);

/// More events than any seed needs: some tens of thousands.
const EVENTS_MAX: u64 = 100_000;

pub(crate) struct Cluster {
    world: World<Event>,
    network: Network,
    faults: Faults,
    trace: Trace,
    server: ServerHost,
    clients: Vec<ClientHost>,
    callers: BTreeMap<Ticket, (usize, Life, CallId)>,
    workload: Workload,
    invariants: Invariants,
    last_ticket: u64,
    events: u64,
    chaos: bool,
    /// One sequence per concern, so that one more draw here moves nothing there.
    chance: Seed,
    drivers: Seed,
    operators: Seed,
    server_wake: Option<Timestamp>,
    client_wake: Vec<Option<Timestamp>>,
}

impl Cluster {
    pub(crate) fn new(seed: u64, echo: bool) -> Self {
        let mut seed = Seed::new(seed);
        let faults = Faults::draw(&mut seed);
        let dies = if faults.client_restart_every.is_zero() {
            0
        } else {
            5
        };
        let network = Network::new(faults.network.clone(), seed.fork());
        let server = ServerHost::new(&mut seed, faults.disk_crash_every);
        let clients = (1..=CLIENTS)
            .map(|number| ClientHost::new(number, &mut seed, dies))
            .collect();
        Self {
            world: World::starting(START),
            network,
            trace: Trace::starting(START, echo),
            server,
            clients,
            callers: BTreeMap::new(),
            workload: Workload::default(),
            invariants: Invariants::default(),
            last_ticket: 0,
            events: 0,
            chaos: true,
            chance: seed.fork(),
            drivers: seed.fork(),
            operators: seed.fork(),
            faults,
            server_wake: None,
            client_wake: vec![None; CLIENTS],
        }
    }

    /// Runs the seed and answers its trace; panics when an invariant is broken.
    pub(crate) fn run(mut self) -> String {
        let faults = self.faults.to_string();
        self.say("world", "faults", &faults);
        self.world.after(Span::ZERO, Event::ServerBoot);
        for client in 0..CLIENTS {
            self.world
                .after(Span::from_millis(5), Event::ClientBoot(client));
            self.plan_kill(client);
            self.plan_partition(client);
        }
        self.world.after(Span::from_millis(500), Event::Operate);
        self.run_until(START.plus(CHAOS));
        self.heal();
        self.settle();
        let checked = self.invariants.checked;
        self.say("world", "end", &format!("{checked} entries checked"));
        self.trace.text().to_owned()
    }

    fn run_until(&mut self, end: Timestamp) {
        while let Some(event) = self.world.step(end) {
            self.events += 1;
            if self.events + 20 > EVENTS_MAX {
                let kind = event.name();
                self.say("world", "restless", kind);
            }
            assert!(
                self.events < EVENTS_MAX,
                "I17: the world never comes to rest"
            );
            self.happen(event);
        }
    }

    /// The faults are over: everybody is up and can be reached.
    fn heal(&mut self) {
        self.chaos = false;
        self.network.heal();
        self.server.heal();
        for client in 0..CLIENTS {
            self.clients[client].unreachable = false;
            self.clients[client].die_per_mille = 0;
            if self.clients[client].agent.is_none() {
                self.world.after(Span::ZERO, Event::ClientBoot(client));
            }
        }
        self.say("world", "heal", "");
    }

    fn settle(&mut self) {
        let end = self.world.now().plus(SETTLE);
        let mut found = Vec::new();
        while self.world.now() < end {
            self.run_until(self.world.now().plus(LOOK));
            let Some(state) = self.server.state() else {
                continue;
            };
            found = complaints(state, &self.clients, self.world.now());
            if found.is_empty() {
                return;
            }
        }
        let list = found.join("\n  ");
        panic!("after {SETTLE} without faults:\n  {list}");
    }

    fn say(&mut self, who: &str, what: &str, detail: &str) {
        let now = self.world.now();
        let line = self.trace.line(now, who, what, format_args!("{detail}"));
        if let Some(line) = line {
            print!("{line}");
        }
    }

    fn happen(&mut self, event: Event) {
        let now = self.world.now();
        match event {
            Event::ServerBoot => {
                self.invariants.restart();
                let done = self.server.boot(now);
                self.say("server", "boot", "");
                self.server_did(done);
            }
            Event::ServerWake(at) if self.server_wake == Some(at) => {
                self.server_wake = None;
                let done = self.server.input(now, ServerInput::Wake);
                self.server_did(done);
            }
            Event::Decide(life, task) if life == self.server.life => {
                let done = self.server.decide(now, &task);
                self.server_did(done);
            }
            Event::ToServer {
                client,
                life,
                id,
                request,
            } => self.request_arrives(client, (life, id), &request),
            Event::ToClient {
                client,
                life,
                id,
                answer,
            } if life == self.clients[client].life => {
                self.client_hears(client, ClientInput::Answered { id, result: answer });
            }
            Event::ClientWake(client, at) if self.client_wake[client] == Some(at) => {
                self.client_wake[client] = None;
                self.client_hears(client, ClientInput::Wake);
            }
            Event::ClientBoot(client) if self.clients[client].agent.is_none() => {
                let deeds = self.clients[client].boot(now);
                self.say(&format!("c{}", client + 1), "boot", "");
                self.client_did(client, deeds);
            }
            Event::ClientKill(client) => self.kill(client),
            Event::ClientInput(client, life, input) if life == self.clients[client].life => {
                let exit = self.clients[client].exit_after(&input);
                self.client_hears(client, *input);
                if let Some(exit) = exit {
                    self.client_hears(client, exit);
                }
            }
            Event::Drive(client, life, deed) => self.drive(client, life, *deed),
            Event::TaskEnds(client, run, code) => self.task_ends(client, run, code),
            Event::Partition(client, cut) => self.partition(client, cut),
            Event::Operate => self.operate(),
            Event::OperatorGivesUp(ticket) if self.workload.give_up(ticket) => {
                self.say("operator", "gave up", &format!("{}", ticket.0));
            }
            // Of an earlier life, or a wake-up that was brought forward.
            _ => {}
        }
    }

    // --- the server ---

    fn server_did(&mut self, done: Vec<Done>) {
        for done in done {
            match done {
                Done::AnswerNode(ticket, answer) => self.answer_node(ticket, answer),
                Done::AnswerOperator(ticket, answer) => {
                    let text = match &answer {
                        Ok(_) => "written".to_owned(),
                        Err(refusal) => refusal.to_string(),
                    };
                    self.say("operator", "answer", &format!("{} {text}", ticket.0));
                    if let Ok(answer) = answer {
                        self.workload.answered(ticket, &answer);
                    }
                }
                Done::Decide(task) => {
                    let span = effort(&mut self.chance);
                    let life = self.server.life;
                    self.world.after(span, Event::Decide(life, task));
                }
                Done::Publish(snapshot, touched) => {
                    self.say("server", "applied", &format!("{}", snapshot.index()));
                    self.invariants.check(&snapshot, &touched);
                }
                Done::Leads => self.check_promises(),
                Done::Crashed => {
                    self.say("server", "crash", "");
                    self.callers.clear();
                    self.server_wake = None;
                    let span = Span::from_millis(50 + self.chance.below(3_000) as i64);
                    self.world.after(span, Event::ServerBoot);
                }
            }
        }
        self.wake_server();
    }

    /// I13: what an operator was told survives every crash.
    fn check_promises(&mut self) {
        let Some(state) = self.server.state() else {
            return;
        };
        let (index, promised) = (state.index(), self.workload.acknowledged);
        assert!(
            index >= promised,
            "I13: {promised} was acknowledged, {index} is there"
        );
        for (key, promised) in &self.workload.jobs {
            let found = state.job(key).map(|job| job.job_modify_index);
            assert!(
                found >= Some(*promised),
                "I13: {key} at {promised}, found {found:?}"
            );
        }
        self.say("server", "leads", &format!("at {index}"));
    }

    fn wake_server(&mut self) {
        self.check_deadlines();
        let Some(at) = self.server.next_wakeup() else {
            return;
        };
        if self.server_wake.is_none_or(|known| at < known) {
            self.server_wake = Some(at);
            self.world.at(at, Event::ServerWake(at));
        }
    }

    /// I11: whoever has a deadline is looked at no later than it.
    fn check_deadlines(&self) {
        let Some(state) = self.server.state() else {
            return;
        };
        let now = self.world.now();
        let running = nomad_core::model::DeploymentStatus::Running;
        for deployment in state.deployments().filter(|it| it.status == running) {
            let open = deployment.task_groups.values().filter(|group| {
                let waits = group.desired_canaries > 0 && !group.promoted;
                !waits && group.healthy_allocs < group.desired_total
            });
            let deadline = open
                .map(|it| it.require_progress_by)
                .filter(|at| *at > now)
                .min();
            let wakeup = self.server.next_wakeup();
            if let Some(deadline) = deadline {
                assert!(
                    wakeup.is_some_and(|at| at <= deadline),
                    "I11: deployment {} has a deadline without a wake-up",
                    deployment.id
                );
            }
        }
    }

    fn answer_node(&mut self, ticket: Ticket, answer: Result<NodeAnswer, Refusal>) {
        let Some((client, life, id)) = self.callers.remove(&ticket) else {
            return;
        };
        if self.clients[client].unreachable {
            return;
        }
        for span in self.network.arrivals() {
            let answer = copy_of(&answer).map_err(CallFailure::from);
            let event = Event::ToClient {
                client,
                life,
                id,
                answer,
            };
            self.world.after(span, event);
        }
    }

    fn request_arrives(&mut self, client: usize, (life, id): (Life, CallId), request: &[u8]) {
        if self.server.running.is_none() || self.clients[client].unreachable {
            return;
        }
        let ticket = self.ticket();
        self.callers.insert(ticket, (client, life, id));
        let now = self.world.now();
        let done = self.server.node_request(now, ticket, request);
        self.server_did(done);
    }

    fn ticket(&mut self) -> Ticket {
        self.last_ticket += 1;
        Ticket(self.last_ticket)
    }

    // --- operators ---

    fn operate(&mut self) {
        if !self.chaos {
            return;
        }
        let span = Span::from_millis(200 + self.operators.below(8_000) as i64);
        self.world.after(span, Event::Operate);
        let request = draw(&mut self.operators, self.server.state());
        if self.server.running.is_none() {
            return;
        }
        let ticket = self.ticket();
        self.say(
            "operator",
            "asks",
            &format!("{} {}", ticket.0, name(&request)),
        );
        self.workload.ask(ticket, &request);
        self.world
            .after(Span::from_secs(30), Event::OperatorGivesUp(ticket));
        let now = self.world.now();
        let done = self.server.operate(now, ticket, request);
        self.server_did(done);
    }

    // --- clients ---

    fn client_hears(&mut self, client: usize, input: ClientInput) {
        let now = self.world.now();
        let deeds = self.clients[client].input(now, input);
        self.client_did(client, deeds);
    }

    fn client_did(&mut self, client: usize, deeds: Vec<Deeds>) {
        let who = format!("c{}", client + 1);
        for deed in deeds {
            let life = self.clients[client].life;
            match deed {
                Deeds::Send(id, request) => {
                    for span in self.network.arrivals() {
                        let request = request.clone();
                        let event = Event::ToServer {
                            client,
                            life,
                            id,
                            request,
                        };
                        self.world.after(span, event);
                    }
                }
                Deeds::Later(input) => {
                    let span = effort(&mut self.drivers);
                    self.world
                        .after(span, Event::ClientInput(client, life, input));
                }
                Deeds::Drive(deed) => {
                    let span = effort(&mut self.drivers);
                    self.world.after(span, Event::Drive(client, life, deed));
                }
                Deeds::Warned(text) => self.say(&who, "warns", &text),
                Deeds::Died => {
                    self.say(&who, "died", "");
                    self.plan_boot(client);
                }
            }
        }
        let wake = self.clients[client].next_wakeup();
        if let Some(at) = wake
            && self.client_wake[client].is_none_or(|known| at < known)
        {
            self.client_wake[client] = Some(at);
            self.world.at(at, Event::ClientWake(client, at));
        }
    }

    fn kill(&mut self, client: usize) {
        if !self.chaos {
            return;
        }
        self.plan_kill(client);
        if self.clients[client].agent.is_some() {
            self.clients[client].kill();
            self.say(&format!("c{}", client + 1), "killed", "");
            self.plan_boot(client);
        }
    }

    fn plan_boot(&mut self, client: usize) {
        self.client_wake[client] = None;
        let span = Span::from_millis(50 + self.chance.below(10_000) as i64);
        self.world.after(span, Event::ClientBoot(client));
    }

    fn plan_kill(&mut self, client: usize) {
        if let Some(span) = around(self.faults.client_restart_every, &mut self.chance) {
            self.world.after(span, Event::ClientKill(client));
        }
    }

    fn plan_partition(&mut self, client: usize) {
        if let Some(span) = around(self.faults.partition_every, &mut self.chance) {
            self.world.after(span, Event::Partition(client, true));
        }
    }

    fn partition(&mut self, client: usize, cut: bool) {
        if !self.chaos {
            return;
        }
        self.clients[client].unreachable = cut;
        let text = if cut { "cut off" } else { "back" };
        self.say(&format!("c{}", client + 1), text, "");
        if cut {
            let span = Span::from_millis(self.chance.below(60_000) as i64);
            self.world.after(span, Event::Partition(client, false));
        } else {
            self.plan_partition(client);
        }
    }

    // --- drivers ---

    fn drive(&mut self, client: usize, life: Life, deed: Deed) {
        let now = self.world.now();
        let who = format!("c{}", client + 1);
        let is_heard = self.clients[client].life == life;
        match deed {
            Deed::Start { run, driver, batch } => {
                // The agent died after it asked: the task may have been started or not.
                if !is_heard && self.drivers.chance(1, 2) {
                    return;
                }
                let fails = self.chaos
                    && self
                        .drivers
                        .chance(self.faults.start_failure_per_mille, 1000);
                if fails {
                    self.hear(client, life, refused_start(run));
                    return;
                }
                self.say(&who, "starts", &run.to_string());
                self.clients[client].driver.start(&run.to_string());
                self.plan_end(client, &run, batch);
                let result = Ok(handle(&run, driver));
                self.hear(client, life, ClientInput::TaskStarted { run, result });
            }
            Deed::Stop { run } => {
                let ended = self.clients[client].driver.end(&run.to_string(), 0, now);
                let stopped = ClientInput::TaskStopped {
                    run: run.clone(),
                    result: Ok(()),
                };
                if ended {
                    self.say(&who, "stops", &run.to_string());
                    self.hear(client, life, exited(run, 0, now));
                }
                self.hear(client, life, stopped);
            }
            Deed::Clear { run } => {
                self.clients[client].driver.clear(&run.to_string());
                let result = Ok(());
                self.hear(client, life, ClientInput::TaskCleared { run, result });
            }
        }
    }

    fn hear(&mut self, client: usize, life: Life, input: ClientInput) {
        if self.clients[client].life == life {
            self.client_hears(client, input);
        }
    }

    fn plan_end(&mut self, client: usize, run: &nomad_client::drivers::TaskRunId, batch: bool) {
        let crashes = self.chaos && self.drivers.chance(self.faults.task_crash_per_mille, 1000);
        if !(crashes || batch) {
            return;
        }
        let span = Span::from_millis(1 + self.drivers.below(30_000) as i64);
        let code = i32::from(crashes);
        self.world
            .after(span, Event::TaskEnds(client, run.clone(), code));
    }

    fn task_ends(&mut self, client: usize, run: nomad_client::drivers::TaskRunId, code: i32) {
        let now = self.world.now();
        if self.clients[client].driver.end(&run.to_string(), code, now) {
            self.say(
                &format!("c{}", client + 1),
                "ends",
                &format!("{run} {code}"),
            );
            let life = self.clients[client].life;
            self.hear(client, life, exited(run, code, now));
        }
    }
}

/// Answers travel as bytes, as they do in the real thing.
fn copy_of(answer: &Result<NodeAnswer, Refusal>) -> Result<NodeAnswer, Refusal> {
    let bytes = rmp_serde::to_vec_named(answer).unwrap();
    rmp_serde::from_slice(&bytes).unwrap()
}

/// A span around `mean`, none when that is zero.
fn around(mean: Span, seed: &mut Seed) -> Option<Span> {
    let twice = mean.0.unsigned_abs().saturating_mul(2);
    (twice > 0).then(|| Span(1_000_000 + seed.below(twice) as i64))
}

fn name(request: &nomad_core::wire::operator::OperatorRequest) -> String {
    let text = format!("{request:?}");
    text.chars().take(60).collect()
}
