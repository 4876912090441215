//! The machine itself: takes inputs, keeps the runners, appends effects.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use nomad_core::id::AllocId;
use nomad_core::model::Node;
use nomad_core::seam::Machine;
use nomad_core::seed::Seed;
use nomad_core::units::{Index, Span, Timestamp};
use nomad_core::wire::node::{Assignment, NodeAnswer};

use super::lane::Lane;
use super::link::Link;
use super::pull::{Pull, Pulled};
use super::push::Push;
use super::{AgentConfig, CallFailure, CallId, Effect, Input, RequestError, Shutdown, Turn};
use crate::alloc::{AllocRunner, Phase, Site};
use crate::drivers::TaskRunId;
use crate::store::AllocRecord;
use crate::task::TaskRunner;

/// The node agent without I/O. Its first input is [`Input::Started`].
#[derive(Debug)]
pub struct Agent {
    config: Arc<AgentConfig>,
    seed: Seed,
    now: Timestamp,
    link: Option<Link>,
    pull: Pull,
    push: Push,
    runners: BTreeMap<AllocId, AllocRunner>,
    /// Runners that something happened to.
    touched: BTreeSet<AllocId>,
    /// Allocations of this node that have ended and are not kept here.
    ignored: BTreeSet<AllocId>,
    saves: Vec<Effect>,
    shutdown: Option<Shutdown>,
    finished: bool,
}

impl Agent {
    /// An agent that has not started; `seed` feeds jitter and the names of starts.
    #[must_use]
    pub fn new(config: AgentConfig, seed: Seed) -> Self {
        Self {
            config: Arc::new(config),
            seed,
            now: Timestamp::ZERO,
            link: None,
            pull: Pull::new(Timestamp::ZERO),
            push: Push::new(),
            runners: BTreeMap::new(),
            touched: BTreeSet::new(),
            ignored: BTreeSet::new(),
            saves: Vec::new(),
            shutdown: None,
            finished: false,
        }
    }

    /// The node as it was last registered or is about to be.
    #[must_use]
    pub fn node(&self) -> Option<&Node> {
        self.link.as_ref().map(Link::node)
    }

    /// A server has answered with this node's allocations once.
    #[must_use]
    pub fn contacted(&self) -> bool {
        self.pull.contacted()
    }

    /// Every change has been told to a server.
    #[must_use]
    pub fn has_told_all(&self) -> bool {
        self.push.is_idle()
    }

    pub(super) fn runners(&self) -> impl Iterator<Item = (&AllocId, &AllocRunner)> {
        self.runners.iter()
    }

    /// The runner, marked as touched.
    pub(super) fn touch(&mut self, id: AllocId) -> Option<&mut AllocRunner> {
        let runner = self.runners.get_mut(&id);
        if runner.is_some() {
            self.touched.insert(id);
        }
        runner
    }

    fn touch_all(&mut self) {
        self.touched.extend(self.runners.keys());
    }

    fn take(&mut self, input: Input, turn: &mut Turn<'_>) {
        match input {
            Input::Started { node, restored } => self.started(node, restored, turn),
            Input::NodeChanged(node) => {
                if let Some(link) = &mut self.link {
                    link.change(node, turn.now);
                }
            }
            Input::Answered { id, result } => self.answered(id, result, turn),
            Input::AllocHookDone {
                alloc,
                hook,
                result,
            } => {
                if let Some(runner) = self.touch(alloc) {
                    runner.hook_done(hook, result, turn);
                }
            }
            Input::TaskHookDone {
                alloc,
                task,
                hook,
                result,
            } => {
                if let Some(runner) = self.touch(alloc) {
                    runner.with_task(task.as_str(), |task, site| {
                        task.hook_done(hook, result, site, turn);
                    });
                }
            }
            Input::Request { ticket, .. } if self.shutdown.is_some() => {
                let result = Err(RequestError::Stopping);
                turn.out.push(Effect::Reply { ticket, result });
            }
            Input::Request { ticket, request } => self.request(ticket, request, turn),
            Input::Shutdown(kind) => self.shut_down(kind, turn),
            Input::Wake => {}
            of_driver => self.driver_answered(of_driver, turn),
        }
    }

    fn driver_answered(&mut self, input: Input, turn: &mut Turn<'_>) {
        match input {
            Input::TaskStarted { run, result } => self.with_run(&run, |task, site| {
                task.started(&run, result, site, turn);
            }),
            Input::DriverTold { run, message } => self.with_run(&run, |task, _| {
                task.driver_told(&run, &message, turn.now);
            }),
            Input::TaskRecovered { run, result } => self.with_run(&run, |task, site| {
                task.recovered(&run, result, site, turn);
            }),
            Input::TaskExited { run, exit } => self.with_run(&run, |task, site| {
                task.exited(&run, &exit, site, turn);
            }),
            Input::TaskStopped { run, result } => self.with_run(&run, |task, _| {
                task.stopped(&run, result, turn.now);
            }),
            Input::TaskCleared { run, result } => self.with_run(&run, |task, _| {
                task.cleared(&run, result, turn);
            }),
            _ => {}
        }
    }

    fn with_run(&mut self, run: &TaskRunId, work: impl FnOnce(&mut TaskRunner, &Site<'_>)) {
        if let Some(runner) = self.touch(run.alloc) {
            runner.with_task(run.task.as_str(), work);
        }
    }

    fn started(&mut self, node: Box<Node>, restored: Vec<AllocRecord>, turn: &mut Turn<'_>) {
        self.link = Some(Link::new(node, turn.now));
        self.pull = Pull::new(turn.now);
        for record in restored {
            let id = record.assignment.alloc.id;
            if record.progress.tasks.is_empty() {
                // Nothing was begun: a server sends it again if it is still wanted.
                self.saves.push(Effect::Forget(id));
                continue;
            }
            let mut runner = AllocRunner::restored(record.assignment, record.progress);
            runner.heed_server(turn);
            self.runners.insert(id, runner);
            self.touched.insert(id);
        }
    }

    fn answered(
        &mut self,
        id: CallId,
        result: Result<NodeAnswer, CallFailure>,
        turn: &mut Turn<'_>,
    ) {
        let Some(link) = &mut self.link else { return };
        match id.lane {
            Lane::Lease => link.answered(id, result, turn),
            Lane::Push => self.push.answered(id, &result, turn),
            Lane::Pull => match self.pull.answered(id, result, turn) {
                Pulled::Nothing => {}
                Pulled::RegisterAgain => link.register_again(turn.now),
                Pulled::Assigned { all, changed } => self.assigned(&all, changed, turn),
            },
        }
    }

    /// Takes what should run: removals, then changes and additions (spec/client 2.6).
    fn assigned(
        &mut self,
        all: &[(AllocId, Index)],
        changed: Vec<Assignment>,
        turn: &mut Turn<'_>,
    ) {
        let listed: BTreeMap<AllocId, Index> = all.iter().copied().collect();
        let here = self.runners.keys();
        let gone: Vec<AllocId> = here
            .filter(|id| !listed.contains_key(id))
            .copied()
            .collect();
        for id in gone {
            if let Some(runner) = self.touch(id) {
                runner.destroy(turn);
            }
        }
        self.ignored.retain(|id| listed.contains_key(id));
        self.push.retain(|id| listed.contains_key(&id));
        for assignment in changed {
            self.assign(assignment, turn);
        }
        if listed.iter().any(|(id, index)| self.lacks(*id, *index)) {
            self.pull.ask_for_all(turn.now);
        }
        // Restored tasks may have waited for a server's word, and updates for its copy.
        self.touch_all();
    }

    fn lacks(&self, id: AllocId, index: Index) -> bool {
        match self.runners.get(&id) {
            Some(runner) => runner.assignment.alloc.alloc_modify_index < index,
            None => !self.ignored.contains(&id) && self.shutdown.is_none(),
        }
    }

    fn assign(&mut self, assignment: Assignment, turn: &mut Turn<'_>) {
        let id = assignment.alloc.id;
        self.push.learn(&assignment.alloc);
        if let Some(runner) = self.touch(id) {
            if assignment.alloc.alloc_modify_index > runner.assignment.alloc.alloc_modify_index {
                runner.assign(assignment, turn);
                runner.heed_server(turn);
                let save = Effect::SaveAssignment(runner.assignment.clone());
                self.saves.push(save);
            }
            return;
        }
        if assignment.alloc.is_client_terminal() {
            self.ignored.insert(id);
        }
        if self.ignored.contains(&id) || self.shutdown.is_some() {
            return;
        }
        self.saves.push(Effect::SaveAssignment(assignment.clone()));
        let mut runner = AllocRunner::new(assignment, turn.now);
        runner.heed_server(turn);
        self.runners.insert(id, runner);
        self.touched.insert(id);
    }

    fn shut_down(&mut self, kind: Shutdown, turn: &mut Turn<'_>) {
        self.shutdown = Some(kind);
        if kind == Shutdown::RemoveAll {
            for runner in self.runners.values_mut() {
                runner.destroy(turn);
            }
            self.touch_all();
        }
    }

    /// Works until nothing more follows from what happened.
    fn settle(&mut self, turn: &mut Turn<'_>) {
        self.stop_the_silent(turn);
        let due = |(_, runner): &(&AllocId, &AllocRunner)| {
            runner.next_wakeup().is_some_and(|at| turn.now >= at)
        };
        let due: Vec<AllocId> = self.runners.iter().filter(due).map(|(id, _)| *id).collect();
        self.touched.extend(due);
        while let Some(id) = self.touched.pop_first() {
            self.pump(id, turn);
        }
        let contacted = self.pull.contacted();
        if let Some(link) = &mut self.link {
            link.pump(turn);
            self.pull.pump(link.is_registered(), turn);
            self.push.pump(contacted, turn);
        }
        self.finish(turn);
    }

    fn pump(&mut self, id: AllocId, turn: &mut Turn<'_>) {
        let Some(mut runner) = self.runners.remove(&id) else {
            return;
        };
        let replaced_over = self.replaced_over(&runner);
        runner.pump(self.pull.contacted(), replaced_over, turn);
        self.push.note(runner.update(), turn.now);
        if let Some(progress) = runner.take_progress() {
            self.saves.push(Effect::SaveProgress {
                alloc: id,
                progress: Box::new(progress),
            });
        }
        let just_over = runner.take_just_over();
        if runner.phase() == Phase::Gone {
            self.saves.push(Effect::Forget(id));
            self.ignored.insert(id);
        } else {
            self.runners.insert(id, runner);
        }
        if just_over {
            self.wake_waiting();
            self.collect_ended(turn.config.gc_max_allocs, turn);
        }
    }

    /// Those that it replaces here have ended; those that are not here count as ended.
    fn replaced_over(&self, runner: &AllocRunner) -> bool {
        let alloc = &runner.assignment.alloc;
        let mut replaced = alloc
            .previous_allocation
            .iter()
            .chain(&alloc.preempted_allocations);
        replaced.all(|id| self.runners.get(id).is_none_or(AllocRunner::is_over))
    }

    fn wake_waiting(&mut self) {
        let waiting = self.runners.iter();
        let waiting = waiting.filter(|(_, runner)| runner.phase() == Phase::Waiting);
        self.touched.extend(waiting.map(|(id, _)| *id));
    }

    /// When each allocation must stop because no server has answered for so long.
    fn silence_ends(&self) -> impl Iterator<Item = (AllocId, Timestamp)> {
        let last_ok = self
            .link
            .as_ref()
            .map_or(Timestamp::ZERO, |link| link.last_ok);
        let known = !last_ok.is_zero();
        self.runners.iter().filter_map(move |(id, runner)| {
            let limit = silence_limit(runner).filter(|_| known && !runner.is_ending())?;
            Some((*id, last_ok.plus(limit)))
        })
    }

    fn stop_the_silent(&mut self, turn: &mut Turn<'_>) {
        let ends = self.silence_ends().filter(|(_, end)| turn.now >= *end);
        let ids: Vec<AllocId> = ends.map(|(id, _)| id).collect();
        for id in ids {
            if let Some(runner) = self.touch(id) {
                runner.stop(turn);
            }
        }
    }

    fn finish(&mut self, turn: &mut Turn<'_>) {
        let done = match self.shutdown {
            None => false,
            Some(Shutdown::KeepTasks) => true,
            Some(Shutdown::RemoveAll) => self.runners.is_empty(),
        };
        if done && !self.finished {
            self.finished = true;
            turn.out.push(Effect::Finished);
        }
    }
}

fn silence_limit(runner: &AllocRunner) -> Option<Span> {
    let alloc = &runner.assignment.alloc;
    let group = runner.assignment.job.group(alloc.task_group.as_str())?;
    let disconnect = group.disconnect.as_ref();
    disconnect
        .and_then(|disconnect| disconnect.stop_on_client_after)
        .or(group.stop_after_client_disconnect)
        .filter(|limit| limit.as_nanos() > 0)
}

impl Machine for Agent {
    type Input = Input;
    type Effect = Effect;

    fn handle(&mut self, now: Timestamp, input: Input, out: &mut Vec<Effect>) {
        self.now = self.now.max(now);
        let config = Arc::clone(&self.config);
        let mut seed = self.seed.clone();
        let mut effects = Vec::new();
        let mut turn = Turn {
            now: self.now,
            config: &config,
            seed: &mut seed,
            out: &mut effects,
        };
        self.take(input, &mut turn);
        self.settle(&mut turn);
        self.seed = seed;
        out.append(&mut self.saves);
        out.append(&mut effects);
    }

    fn next_wakeup(&self) -> Option<Timestamp> {
        let link = self.link.as_ref()?;
        let registered = link.is_registered();
        let runners = self.runners.values().filter_map(AllocRunner::next_wakeup);
        let silence = self.silence_ends().map(|(_, end)| end);
        [
            link.next_wakeup(),
            self.pull.next_wakeup(registered),
            self.push.next_wakeup(self.pull.contacted()),
        ]
        .into_iter()
        .flatten()
        .chain(runners)
        .chain(silence)
        .min()
    }
}
