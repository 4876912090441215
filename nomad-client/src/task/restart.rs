//! Whether a task that ended is started again, and when (spec/client 11.4).
//!
//! In: the policy, how the task ended, and now. Out: a [`Decision`]. The counter is stored with the
//! task, so that an agent restart gives no fresh interval (spec/client 33.12).

use nomad_core::model::job::JobType;
use nomad_core::model::policy::{RestartMode, RestartPolicy};
use nomad_core::model::task::{LifecycleHook, Task};
use nomad_core::seed::Seed;
use nomad_core::units::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Reason of a restart that the policy allows without more.
pub const WITHIN_POLICY: &str = "Restart within policy";
const NO_RESTARTS: &str = "Policy allows no restarts";
const UNRECOVERABLE: &str = "Error was unrecoverable";
const DELAYED: &str = "Exceeded allowed attempts, applying a delay";
const UNNECESSARY: &str = "Restart unnecessary as task terminated successfully";

/// How a task came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Somebody wanted it gone for good.
    Killed,
    /// Somebody wanted it restarted; not counted.
    RestartWished,
    /// A failing check wanted it restarted; counted.
    CheckFailed,
    /// It could not be started.
    StartFailed {
        /// The same start may work later.
        recoverable: bool,
    },
    /// It ended by itself.
    Exited {
        /// With code 0, no signal, no error.
        success: bool,
    },
}

/// What happens next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Gone, as somebody wanted.
    Killed,
    /// Done, and that is right so.
    Finished {
        /// Why there is no restart.
        reason: String,
    },
    /// Started again after `delay`.
    Restart {
        /// Empty when somebody wished it.
        reason: String,
        /// From now.
        delay: Span,
    },
    /// Not started again: the task has failed.
    GiveUp {
        /// Why.
        reason: String,
    },
}

/// Counts restarts within the policy's interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RestartTracker {
    /// Starts of the interval that runs.
    interval_start: Timestamp,
    /// Ends counted in it.
    count: i64,
}

/// True when a task of this kind is started again even after a success (spec/client 8).
#[must_use]
pub fn restarts_on_success(kind: JobType, task: &Task) -> bool {
    match &task.lifecycle {
        None => matches!(kind, JobType::Service | JobType::System),
        Some(place) => place.hook != LifecycleHook::Poststop && place.sidecar,
    }
}

impl RestartTracker {
    /// Begins the first interval.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            interval_start: now,
            count: 0,
        }
    }

    /// Ends counted in the interval that runs.
    #[must_use]
    pub fn count(&self) -> i64 {
        self.count
    }

    /// Decides (spec/client 11.4). `on_success` is [`restarts_on_success`]; jitter of up to a quarter
    /// of the delay comes from `seed`.
    pub fn decide(
        &mut self,
        policy: &RestartPolicy,
        on_success: bool,
        ending: Ending,
        now: Timestamp,
        seed: &mut Seed,
    ) -> Decision {
        match ending {
            Ending::Killed => return Decision::Killed,
            Ending::RestartWished => {
                return Decision::Restart {
                    reason: String::new(),
                    delay: Span::ZERO,
                };
            }
            _ => {}
        }
        let done = !on_success && ending == Ending::Exited { success: true };
        if policy.attempts <= 0 {
            let reason = NO_RESTARTS.to_owned();
            return if done {
                Decision::Finished { reason }
            } else {
                Decision::GiveUp { reason }
            };
        }
        self.count_one(policy, now);
        if done {
            let reason = UNNECESSARY.to_owned();
            return Decision::Finished { reason };
        }
        if ending == (Ending::StartFailed { recoverable: false }) {
            let reason = UNRECOVERABLE.to_owned();
            return Decision::GiveUp { reason };
        }
        self.within_policy(policy, now, seed)
    }

    fn count_one(&mut self, policy: &RestartPolicy, now: Timestamp) {
        if now > self.interval_start.plus(policy.interval) {
            self.interval_start = now;
            self.count = 0;
        }
        self.count = self.count.saturating_add(1);
    }

    fn within_policy(&self, policy: &RestartPolicy, now: Timestamp, seed: &mut Seed) -> Decision {
        if self.count <= policy.attempts {
            let quarter = u64::try_from(policy.delay.as_nanos() / 4).unwrap_or(0);
            let jitter = i64::try_from(seed.below(quarter)).unwrap_or(0);
            return Decision::Restart {
                reason: WITHIN_POLICY.to_owned(),
                delay: Span(policy.delay.as_nanos().max(1).saturating_add(jitter)),
            };
        }
        if policy.mode == RestartMode::Fail {
            let reason = format!(
                "Exceeded allowed attempts {} in interval {} and mode is \"fail\"",
                policy.attempts, policy.interval
            );
            return Decision::GiveUp { reason };
        }
        Decision::Restart {
            reason: DELAYED.to_owned(),
            delay: self.interval_start.plus(policy.interval).since(now),
        }
    }
}
