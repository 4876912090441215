//! Why and in which order the tasks of an allocation are stopped (spec/client 5.4, 5.5).

use nomad_core::id::TaskName;
use nomad_core::model::TaskEvent;
use nomad_core::units::Timestamp;

use super::Site;
use super::lifecycle::Place;
use super::runner::{AllocRunner, Phase};
use crate::agent::Turn;
use crate::task::{TaskRunner, event};

/// Why all tasks are stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KillReason {
    /// The server, or the agent's end, wants it.
    Stop,
    /// This task failed.
    Sibling(TaskName),
    /// The leader ended.
    Leader,
    /// Only sidecars are left.
    MainDead,
}

/// The tasks that are stopped next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Wave {
    /// Nobody yet: the group's `shutdown_delay`.
    Delay,
    Leader,
    Others,
    Sidecars,
    Done,
}

/// An allocation that is being stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ending {
    wave: Wave,
    /// End of the group's `shutdown_delay`.
    until: Timestamp,
    skip_delay: bool,
}

impl Ending {
    /// The instant at which it must be looked at again.
    pub(crate) fn next_wakeup(&self) -> Option<Timestamp> {
        (self.wave == Wave::Delay).then_some(self.until)
    }
}

impl KillReason {
    fn event(&self, now: Timestamp) -> Option<TaskEvent> {
        match self {
            Self::Stop => None,
            Self::Sibling(name) => Some(event::sibling_failed(name.as_str(), now)),
            Self::Leader => Some(event::leader_dead(now)),
            Self::MainDead => Some(event::main_dead(now)),
        }
    }
}

impl AllocRunner {
    /// Stops the tasks and removes every trace afterwards.
    pub(crate) fn destroy(&mut self, turn: &mut Turn<'_>) {
        self.destroyed = true;
        self.begin_ending(&KillReason::Stop, true, turn);
    }

    /// Stops the tasks; their files stay.
    pub(crate) fn stop(&mut self, turn: &mut Turn<'_>) {
        self.begin_ending(&KillReason::Stop, false, turn);
    }

    /// It is being removed.
    pub(crate) fn is_destroyed(&self) -> bool {
        self.destroyed
    }

    /// True when its end was asked for.
    pub(crate) fn is_ending(&self) -> bool {
        self.ending.is_some() || self.is_over()
    }

    /// Stops when the server says so; skips delays when it says so.
    pub(crate) fn heed_server(&mut self, turn: &mut Turn<'_>) {
        if !self.assignment.alloc.is_terminal() || self.is_over() {
            return;
        }
        let skip = self.assignment.alloc.desired_transition.no_shutdown_delay == Some(true);
        self.begin_ending(&KillReason::Stop, skip, turn);
    }

    /// Stops all tasks in their order.
    pub(crate) fn begin_ending(
        &mut self,
        reason: &KillReason,
        skip_delay: bool,
        turn: &mut Turn<'_>,
    ) {
        if self.is_over() {
            return;
        }
        if let Some(ending) = &mut self.ending {
            ending.skip_delay |= skip_delay;
            return self.cut_delays(turn);
        }
        let places = self.places();
        let others = places
            .iter()
            .filter(|(_, place, task)| *place != Place::Poststop && !task.is_dead());
        let live: Vec<TaskName> = others.map(|(name, _, _)| (*name).clone()).collect();
        for name in &live {
            let told = self.tasks.get_mut(name).zip(reason.event(turn.now));
            if let Some((task, event)) = told {
                task.tell(event);
            }
        }
        let group = self
            .assignment
            .job
            .group(self.assignment.alloc.task_group.as_str());
        let delay = group
            .and_then(|group| group.shutdown_delay)
            .unwrap_or_default();
        let ran = self.tasks.values().any(|task| task.running().is_some());
        self.ending = Some(Ending {
            wave: Wave::Delay,
            until: if ran { turn.now.plus(delay) } else { turn.now },
            skip_delay,
        });
    }

    fn cut_delays(&mut self, turn: &mut Turn<'_>) {
        if !self.ending.as_ref().is_some_and(|ending| ending.skip_delay) {
            return;
        }
        let killed = self.tasks.iter().filter(|(_, task)| task.is_killed());
        let names: Vec<TaskName> = killed.map(|(name, _)| name.clone()).collect();
        for name in names {
            self.with_task(name.as_str(), |task, site| task.kill(true, site, turn));
        }
    }

    /// Stops the tasks when one of them decides the fate of the others (spec/client 5.4).
    pub(super) fn react(&mut self, turn: &mut Turn<'_>) -> bool {
        if self.ending.is_some() || self.phase != Phase::Running {
            return false;
        }
        let places = self.places();
        let mut live = places
            .iter()
            .filter(|(_, place, task)| *place != Place::Poststop && !task.is_dead())
            .peekable();
        if live.peek().is_none() {
            return false;
        }
        let only_sidecars = live.all(|(_, place, _)| place.is_sidecar());
        let failed = places.iter().find(|(_, place, task)| {
            *place != Place::Poststop && task.is_dead() && task.record().state.failed
        });
        let is_leader = |name: &TaskName| {
            Site::find(&self.assignment, name.as_str()).is_some_and(|site| site.task.leader)
        };
        let led = places.iter().any(|(name, _, task)| {
            task.is_dead() && !task.record().state.failed && is_leader(name)
        });
        let reason = match failed {
            _ if led => KillReason::Leader,
            Some((name, _, _)) => KillReason::Sibling((*name).clone()),
            None if only_sidecars => KillReason::MainDead,
            None => return false,
        };
        self.begin_ending(&reason, false, turn);
        true
    }

    /// Goes through the waves: delay, leader, others, sidecars.
    pub(super) fn advance_ending(&mut self, turn: &mut Turn<'_>) -> bool {
        let Some(ending) = self.ending.clone() else {
            return false;
        };
        let wave = match ending.wave {
            Wave::Delay if ending.skip_delay || turn.now >= ending.until => Wave::Leader,
            Wave::Leader if self.kill_wave(Wave::Leader, ending.skip_delay, turn) => Wave::Others,
            Wave::Others if self.kill_wave(Wave::Others, ending.skip_delay, turn) => Wave::Sidecars,
            Wave::Sidecars if self.kill_wave(Wave::Sidecars, ending.skip_delay, turn) => Wave::Done,
            _ => return false,
        };
        self.ending = Some(Ending { wave, ..ending });
        true
    }

    /// Stops the tasks of a wave; true when all of them are dead.
    fn kill_wave(&mut self, wave: Wave, skip_delay: bool, turn: &mut Turn<'_>) -> bool {
        let assignment = self.assignment.clone();
        let mut all_dead = true;
        for (name, task) in &mut self.tasks {
            let Some(site) = Site::find(&assignment, name.as_str()) else {
                continue;
            };
            if !belongs(wave, &site, self.destroyed || !self.set_up) {
                continue;
            }
            if !task.is_killed() {
                TaskRunner::kill(task, skip_delay, &site, turn);
            }
            all_dead &= task.is_dead();
        }
        all_dead
    }
}

/// Poststop tasks run after the others ended, unless the allocation is removed or was never set up.
fn belongs(wave: Wave, site: &Site<'_>, with_poststop: bool) -> bool {
    let place = Place::of(site.task);
    match wave {
        Wave::Delay | Wave::Done => false,
        Wave::Leader => site.task.leader,
        Wave::Others => place != Place::Poststop && !place.is_sidecar(),
        Wave::Sidecars => place.is_sidecar() || (with_poststop && place == Place::Poststop),
    }
}
