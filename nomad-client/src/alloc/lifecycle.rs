//! Which tasks may start when (spec/client 8).

use nomad_core::model::task::{LifecycleHook, Task};
use nomad_core::model::{TaskLifeState, TaskState};

/// A task's place in its group's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before the main tasks, and ends.
    PrestartEphemeral,
    /// Before the main tasks, and stays.
    PrestartSidecar,
    /// A main task.
    Main,
    /// After the main tasks started, and ends.
    PoststartEphemeral,
    /// After the main tasks started, and stays.
    PoststartSidecar,
    /// After all others ended.
    Poststop,
}

impl Place {
    /// The place of `task`.
    #[must_use]
    pub fn of(task: &Task) -> Self {
        match &task.lifecycle {
            None => Self::Main,
            Some(place) => match (place.hook, place.sidecar) {
                (LifecycleHook::Prestart, false) => Self::PrestartEphemeral,
                (LifecycleHook::Prestart, true) => Self::PrestartSidecar,
                (LifecycleHook::Poststart, false) => Self::PoststartEphemeral,
                (LifecycleHook::Poststart, true) => Self::PoststartSidecar,
                (LifecycleHook::Poststop, _) => Self::Poststop,
            },
        }
    }

    /// True for tasks that run beside the main ones for as long as those do.
    #[must_use]
    pub fn is_sidecar(self) -> bool {
        matches!(self, Self::PrestartSidecar | Self::PoststartSidecar)
    }
}

/// How far the group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    /// Nothing may start.
    #[default]
    Init,
    /// Prestart tasks.
    Prestart,
    /// Main tasks.
    Main,
    /// Poststart tasks.
    Poststart,
    /// The tasks run; their end is awaited.
    WaitAlloc,
    /// Poststop tasks.
    Poststop,
}

impl Stage {
    /// May a task of this place start?
    #[must_use]
    pub fn opens(self, place: Place) -> bool {
        match place {
            Place::PrestartEphemeral => self == Self::Prestart,
            Place::PrestartSidecar => !matches!(self, Self::Init | Self::Poststop),
            Place::Main => matches!(self, Self::Main | Self::Poststart | Self::WaitAlloc),
            Place::PoststartEphemeral => self == Self::Poststart,
            Place::PoststartSidecar => matches!(self, Self::Poststart | Self::WaitAlloc),
            Place::Poststop => self == Self::Poststop,
        }
    }

    /// The stage that follows from the tasks' states; itself when nothing changed. Call until it
    /// settles: several steps may follow from one change.
    #[must_use]
    pub fn next(self, tasks: &[(Place, &TaskState)]) -> Self {
        let is_dead = |state: &TaskState| state.state == TaskLifeState::Dead;
        let all = |places: &[Place], holds: &dyn Fn(&TaskState) -> bool| {
            let mut of_places = tasks.iter().filter(|(place, _)| places.contains(place));
            of_places.all(|(_, state)| holds(state))
        };
        let mut others = tasks.iter().filter(|(place, _)| *place != Place::Poststop);
        if self != Self::Poststop && others.all(|(_, state)| is_dead(state)) {
            return Self::Poststop;
        }
        let leaves = match self {
            Self::Init => tasks
                .iter()
                .all(|(_, state)| state.state == TaskLifeState::Pending),
            Self::Prestart => {
                all(&[Place::PrestartEphemeral], &TaskState::succeeded)
                    && all(&[Place::PrestartSidecar], &|state| {
                        state.state == TaskLifeState::Running
                    })
            }
            Self::Main => all(&[Place::Main], &|state| {
                state.state != TaskLifeState::Pending
            }),
            Self::Poststart => all(&[Place::PoststartEphemeral], &is_dead),
            Self::WaitAlloc | Self::Poststop => false,
        };
        match self {
            _ if !leaves => self,
            Self::Init => Self::Prestart,
            Self::Prestart => Self::Main,
            Self::Main => Self::Poststart,
            Self::Poststart => Self::WaitAlloc,
            Self::WaitAlloc | Self::Poststop => self,
        }
    }
}
