//! Stopping, restarting and signaling a task (spec/client 11.5, 11.8).

use nomad_core::model::TaskLifeState;
use nomad_core::units::{Span, Timestamp};

use super::restart::Ending;
use super::runner::{RestartWish, TaskRunner};
use super::{Step, event};
use crate::agent::{Effect, Turn};
use crate::alloc::Site;
use crate::drivers::{ExitResult, TaskRunId};

/// How often the driver is asked to stop a task before it is given up.
const STOP_TRIES: u32 = 5;
/// Pause before the second call; four times as long before each next one.
const STOP_PAUSE: Span = Span::from_secs(5);
/// Longest pause.
const STOP_PAUSE_MAX: Span = Span::from_secs(120);
/// How long after a successful stop the exit may take to be seen.
const EXIT_WAIT: Span = Span::from_secs(15);

impl TaskRunner {
    /// Stops the task for good. With `skip_delay` its `shutdown_delay` does not apply.
    pub(crate) fn kill(&mut self, skip_delay: bool, site: &Site<'_>, turn: &mut Turn<'_>) {
        if self.is_dead() {
            return;
        }
        if self.killed {
            return self.cut_delay(skip_delay, site, turn);
        }
        self.killed = true;
        let timeout = kill_timeout(site, turn);
        self.tell(event::killing(timeout, turn.now));
        match self.step {
            Step::Waiting | Step::Backoff { .. } | Step::Held => self.die(turn.now),
            Step::Running => self.delay_or_stop(skip_delay, site, turn),
            // Whatever is under way ends first; its result is then met with `killed`.
            _ => {}
        }
    }

    /// True when it is being stopped for good.
    pub(crate) fn is_killed(&self) -> bool {
        self.killed
    }

    fn cut_delay(&mut self, skip_delay: bool, site: &Site<'_>, turn: &mut Turn<'_>) {
        if skip_delay && matches!(self.step, Step::Delayed { .. }) {
            self.tell(event::shutdown_delay_skipped(turn.now));
            self.stop(0, site, turn);
        }
    }

    fn delay_or_stop(&mut self, skip_delay: bool, site: &Site<'_>, turn: &mut Turn<'_>) {
        let delay = site.task.shutdown_delay;
        if delay.as_nanos() <= 0 {
            return self.stop(0, site, turn);
        }
        if skip_delay {
            self.tell(event::shutdown_delay_skipped(turn.now));
            return self.stop(0, site, turn);
        }
        self.tell(event::shutdown_delay(delay, turn.now));
        self.step = Step::Delayed {
            until: turn.now.plus(delay),
        };
    }

    pub(super) fn stop(&mut self, tries: u32, site: &Site<'_>, turn: &mut Turn<'_>) {
        let Some(handle) = self.record.handle.clone() else {
            return self.clear_or_go(super::step::Next::Die, site, turn);
        };
        self.step = Step::Stopping {
            tries: tries + 1,
            due: None,
            stopped: false,
        };
        turn.out.push(Effect::Stop {
            handle,
            signal: Some(site.task.kill_signal.clone()).filter(|name| !name.is_empty()),
            timeout: kill_timeout(site, turn),
        });
    }

    /// The driver has stopped the task, or could not.
    pub(crate) fn stopped(&mut self, run: &TaskRunId, result: Result<(), String>, now: Timestamp) {
        if self.record.run.as_ref() != Some(run) {
            return;
        }
        let Step::Stopping {
            tries,
            due,
            stopped,
        } = &mut self.step
        else {
            return;
        };
        *stopped = result.is_ok();
        *due = Some(now.plus(match result {
            Ok(()) => EXIT_WAIT,
            Err(_) => pause_before(*tries),
        }));
    }

    /// The stop has failed, or its exit was never seen.
    pub(super) fn stop_again(&mut self, site: &Site<'_>, turn: &mut Turn<'_>) {
        let Step::Stopping { tries, stopped, .. } = self.step else {
            return;
        };
        if !stopped && tries < STOP_TRIES {
            return self.stop(tries, site, turn);
        }
        let error = if stopped {
            "the task was stopped and nobody saw its end"
        } else {
            "the task could not be stopped; something of it may be left"
        };
        let exit = ExitResult {
            error: Some(error.to_owned()),
            at: turn.now,
            ..ExitResult::default()
        };
        self.tell(event::terminated(&exit, turn.now));
        self.finish(Ending::Exited { success: false }, site, turn);
    }

    /// Restarts the running task; false when it does not run. `counted`: against the policy.
    pub(crate) fn restart(
        &mut self,
        reason: &str,
        counted: bool,
        site: &Site<'_>,
        turn: &mut Turn<'_>,
    ) -> bool {
        if self.step != Step::Running || self.killed {
            return false;
        }
        self.tell(event::restart_signaled(reason, turn.now));
        self.restart = Some(RestartWish { counted });
        self.stop(0, site, turn);
        true
    }

    /// Lets a dead task run once more, as a part of restarting all tasks.
    pub(crate) fn revive(&mut self, now: Timestamp) {
        if !self.is_dead() {
            return;
        }
        self.record.complete = false;
        self.record.state.failed = false;
        self.record.state.finished_at = Timestamp::ZERO;
        self.record.state.restarts += 1;
        self.record.state.last_restart = now;
        self.enter(TaskLifeState::Pending, now);
        self.step = Step::Waiting;
    }

    /// Marks the task failed because its allocation could not be set up.
    pub(crate) fn setup_failed(&mut self, error: &str, now: Timestamp) {
        self.tell(event::setup_failure(error, now));
        self.killed = true;
        if self.step != Step::Lost {
            self.die(now);
        }
    }
}

fn kill_timeout(site: &Site<'_>, turn: &Turn<'_>) -> Span {
    site.task.kill_timeout.min(turn.config.max_kill_timeout)
}

fn pause_before(tries: u32) -> Span {
    let factor = 4i64.saturating_pow(tries.saturating_sub(1));
    STOP_PAUSE.times(factor).min(STOP_PAUSE_MAX)
}
