//! When may a failed allocation be replaced (spec/scheduler 9.8)?

use crate::model::Allocation;
use crate::model::policy::{DelayFunction, ReschedulePolicy};
use crate::units::{Span, Timestamp};

/// When the allocation failed: the latest end of a task, else the last change; zero when neither
/// is known.
#[must_use]
pub fn fail_time(alloc: &Allocation) -> Timestamp {
    let ends = alloc.task_states.values().map(|state| state.finished_at);
    match ends.max().filter(|end| !end.is_zero()) {
        Some(end) => end,
        None => alloc.modify_time,
    }
}

/// The delay before the next reschedule of `alloc`.
#[must_use]
pub fn next_delay(policy: &ReschedulePolicy, alloc: &Allocation) -> Span {
    let events = alloc
        .reschedule_tracker
        .as_ref()
        .map_or(&[][..], |tracker| &tracker.events);
    let Some((last, before)) = events.split_last() else {
        return policy.delay;
    };
    let delay = match policy.delay_function {
        DelayFunction::Exponential => last.delay.times(2),
        DelayFunction::Fibonacci => match before.last() {
            None => policy.delay,
            // It started over.
            Some(older) if older.delay == policy.max_delay && last.delay == policy.delay => {
                last.delay
            }
            Some(older) => Span(older.delay.0.saturating_add(last.delay.0)),
        },
        DelayFunction::Constant | DelayFunction::Unset => return policy.delay,
    };
    if policy.max_delay.is_zero() || delay <= policy.max_delay {
        return delay;
    }
    match fail_time(alloc).since(last.reschedule_time) > policy.max_delay {
        true => policy.delay,
        false => policy.max_delay,
    }
}

/// Attempts are left for an allocation that failed at `failed`.
#[must_use]
pub fn is_eligible(policy: &ReschedulePolicy, alloc: &Allocation, failed: Timestamp) -> bool {
    if policy.unlimited {
        return true;
    }
    if policy.attempts <= 0 {
        return false;
    }
    let Some(tracker) = &alloc.reschedule_tracker else {
        return true;
    };
    let recent = tracker
        .events
        .iter()
        .filter(|event| failed.since(event.reschedule_time) < policy.interval);
    let attempted = i64::try_from(recent.count()).unwrap_or(i64::MAX);
    attempted < policy.attempts && next_delay(policy, alloc) < policy.interval
}
