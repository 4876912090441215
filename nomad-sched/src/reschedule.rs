//! May a failed allocation be replaced at all? (spec/scheduler 9.8)

use nomad_core::model::Allocation;
use nomad_core::model::alloc::RescheduleEvent;
use nomad_core::model::policy::{DelayFunction, ReschedulePolicy};
use nomad_core::units::{Span, Timestamp};

/// When an allocation failed: the latest end of a task, else its last change.
#[must_use]
pub fn fail_time(alloc: &Allocation) -> Timestamp {
    let ends = alloc.task_states.values().map(|task| task.finished_at);
    let last = ends.max().unwrap_or_default();
    if last.is_zero() {
        alloc.modify_time
    } else {
        last
    }
}

/// True when the policy still allows a replacement.
#[must_use]
pub fn is_eligible(alloc: &Allocation, policy: &ReschedulePolicy) -> bool {
    if policy.unlimited {
        return true;
    }
    if policy.attempts <= 0 {
        return false;
    }
    let events = events(alloc);
    if events.is_empty() {
        return true;
    }
    let failed_at = fail_time(alloc);
    let recent =
        |event: &&RescheduleEvent| failed_at.since(event.reschedule_time) < policy.interval;
    let attempted = events.iter().filter(recent).count();
    let attempted = i64::try_from(attempted).unwrap_or(i64::MAX);
    attempted < policy.attempts && next_delay(alloc, policy) < policy.interval
}

/// The delay before the next replacement.
#[must_use]
pub fn next_delay(alloc: &Allocation, policy: &ReschedulePolicy) -> Span {
    let events = events(alloc);
    let Some(last) = events.last() else {
        return policy.delay;
    };
    let before = events.len().checked_sub(2).and_then(|at| events.get(at));
    let delay = match (policy.delay_function, before) {
        (DelayFunction::Exponential, _) => last.delay.times(2),
        (DelayFunction::Fibonacci, Some(before)) => {
            let was_reset = before.delay == policy.max_delay && last.delay == policy.delay;
            if was_reset {
                last.delay
            } else {
                Span(before.delay.0.saturating_add(last.delay.0))
            }
        }
        _ => policy.delay,
    };
    if policy.max_delay.is_zero() || delay <= policy.max_delay {
        return delay;
    }
    let ran = fail_time(alloc).since(last.reschedule_time);
    if ran > policy.max_delay {
        policy.delay
    } else {
        policy.max_delay
    }
}

fn events(alloc: &Allocation) -> &[RescheduleEvent] {
    let tracker = alloc.reschedule_tracker.as_ref();
    tracker.map_or(&[], |tracker| &tracker.events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nomad_core::model::alloc::RescheduleTracker;

    fn failed(delays: &[i64]) -> Allocation {
        let events = delays.iter().enumerate().map(|(at, secs)| RescheduleEvent {
            reschedule_time: Timestamp::from_unix_secs(100 + at as i64),
            delay: Span::from_secs(*secs),
            ..RescheduleEvent::default()
        });
        Allocation {
            modify_time: Timestamp::from_unix_secs(110),
            reschedule_tracker: Some(RescheduleTracker {
                events: events.collect(),
                last_reschedule: "ok".to_owned(),
            }),
            ..Allocation::default()
        }
    }

    fn policy(delay_function: DelayFunction) -> ReschedulePolicy {
        ReschedulePolicy {
            attempts: 3,
            interval: Span::from_hours(1),
            delay: Span::from_secs(5),
            max_delay: Span::from_mins(1),
            delay_function,
            unlimited: false,
        }
    }

    #[test]
    fn delays_grow_as_the_function_says_up_to_the_maximum() {
        let delay = |function, delays: &[i64]| next_delay(&failed(delays), &policy(function));
        assert_eq!(delay(DelayFunction::Constant, &[5, 5]), Span::from_secs(5));
        assert_eq!(
            delay(DelayFunction::Exponential, &[5, 10]),
            Span::from_secs(20)
        );
        assert_eq!(
            delay(DelayFunction::Fibonacci, &[5, 5, 10]),
            Span::from_secs(15)
        );
        assert_eq!(
            delay(DelayFunction::Exponential, &[5, 40]),
            Span::from_mins(1)
        );
    }

    #[test]
    fn attempts_within_the_interval_are_limited() {
        let policy = policy(DelayFunction::Constant);
        assert!(is_eligible(&failed(&[5, 5]), &policy));
        assert!(!is_eligible(&failed(&[5, 5, 5]), &policy));
    }
}
