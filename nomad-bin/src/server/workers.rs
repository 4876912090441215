//! Worker threads: they decide evaluations on snapshots, beside the server thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use nomad_core::schedule::{Policy, schedule};
use nomad_core::seed::Seed;
use nomad_sched::server::{DecideError, Decision, DecisionTask};

use super::handle::Event;

/// Decisions handed to the workers and not yet taken up; the server machine keeps below it.
const TASKS_WAITING_MAX: usize = 1024;

/// Hands out decisions to make.
pub(super) struct Workers {
    tasks: SyncSender<Box<DecisionTask>>,
}

impl Workers {
    /// Starts `count` threads that send what they decide to `events`.
    ///
    /// # Errors
    ///
    /// When the system has no thread left.
    pub(super) fn start(count: usize, events: &SyncSender<Event>) -> std::io::Result<Self> {
        let (tasks, waiting) = sync_channel(TASKS_WAITING_MAX);
        let waiting = Arc::new(Mutex::new(waiting));
        for number in 0..count {
            let (waiting, events) = (waiting.clone(), events.clone());
            std::thread::Builder::new()
                .name(format!("scheduler-{number}"))
                .spawn(move || work(&waiting, &events))?;
        }
        Ok(Self { tasks })
    }

    /// Has `task` decided; the answer comes as an event.
    pub(super) fn decide(&self, task: Box<DecisionTask>) {
        if self.tasks.send(task).is_err() {
            tracing::error!("every scheduler thread is gone");
        }
    }
}

fn work(waiting: &Mutex<Receiver<Box<DecisionTask>>>, events: &SyncSender<Event>) {
    loop {
        let next = waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(task) = next else { return };
        let (eval, token) = (task.eval.id, task.token);
        let decision = catch_unwind(AssertUnwindSafe(|| decide(&task))).map_err(|panic| {
            DecideError::Panicked {
                message: text_of(&*panic),
            }
        });
        if events.send(Event::Decided(eval, token, decision)).is_err() {
            return;
        }
    }
}

fn decide(task: &DecisionTask) -> Box<Decision> {
    let mut seed = Seed::new(task.seed);
    Box::new(schedule(
        &task.snapshot,
        &task.eval,
        &Policy::default(),
        task.now,
        &mut seed,
    ))
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "?".to_owned())
}
