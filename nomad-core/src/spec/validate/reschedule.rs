//! Rules for reschedule blocks: is the number of attempts reachable inside the interval?

use super::Collector;
use crate::model::policy::ReschedulePolicySpec;
use crate::units::Span;

const DELAY_MIN: Span = Span::from_secs(5);
const INTERVAL_MIN: Span = Span::from_secs(15);
/// Attempts beyond this are not walked through: no interval of sane length holds them.
const ATTEMPTS_WALKED_MAX: i64 = 100_000;

pub(super) fn check(c: &mut Collector, policy: Option<&ReschedulePolicySpec>, kind: &str) {
    match policy {
        Some(_) if matches!(kind, "system" | "sysbatch") => {
            c.error("system or sysbatch jobs should not have a reschedule policy");
        }
        Some(policy) => c.within("reschedule".into(), |c| check_policy(c, policy)),
        None => {}
    }
}

fn check_policy(c: &mut Collector, policy: &ReschedulePolicySpec) {
    let attempts = policy.attempts.unwrap_or_default();
    let unlimited = policy.unlimited.unwrap_or_default();
    if attempts <= 0 && !unlimited {
        return;
    }
    let interval = policy.interval.unwrap_or_default();
    let delay = policy.delay.unwrap_or_default();
    let max_delay = policy.max_delay.unwrap_or_default();
    let function = policy.delay_function.as_deref().unwrap_or_default();
    c.require(attempts <= 0 || interval > Span::ZERO, || {
        "interval must be a non zero value if attempts > 0".into()
    });
    if attempts > 0 && unlimited {
        return c.error(format!(
            "attempts = {attempts}, interval = {interval}, and unlimited = true is ambiguous: if attempts > 0, unlimited cannot also be set to true"
        ));
    }
    c.require(delay >= DELAY_MIN, || {
        format!("delay cannot be less than {DELAY_MIN} (got {delay})")
    });
    if !matches!(function, "constant" | "exponential" | "fibonacci") {
        return c.error(format!(
            "invalid delay function {function:?}, must be one of [\"constant\" \"exponential\" \"fibonacci\"]"
        ));
    }
    if function != "constant" {
        c.require(max_delay >= DELAY_MIN, || {
            format!("max delay cannot be less than {DELAY_MIN} (got {max_delay})")
        });
        c.require(max_delay >= delay, || {
            format!("max delay cannot be less than delay {delay} (got {max_delay})")
        });
    }
    if !unlimited {
        check_limited(
            c,
            &Limited {
                attempts,
                interval,
                delay,
                max_delay,
                function,
            },
        );
    }
}

/// A policy with a number of attempts in an interval.
struct Limited<'a> {
    attempts: i64,
    interval: Span,
    delay: Span,
    max_delay: Span,
    function: &'a str,
}

fn check_limited(c: &mut Collector, policy: &Limited<'_>) {
    let Limited {
        attempts,
        interval,
        delay,
        ..
    } = *policy;
    if interval < INTERVAL_MIN {
        return c.error(format!(
            "interval cannot be less than {INTERVAL_MIN} (got {interval})"
        ));
    }
    let reachable = match policy.function {
        "constant" => delay.times(attempts) <= interval,
        "exponential" => exponential_attempts(policy) == attempts,
        _ => last_fibonacci_slot(policy) <= interval,
    };
    c.require(reachable, || {
        format!(
            "cannot make {attempts} attempts within {interval} with initial delay {delay} and delay function {:?}; raise the interval or lower the attempts",
            policy.function
        )
    });
}

/// How many attempts fit (spec/scheduler 3.3).
fn exponential_attempts(policy: &Limited<'_>) -> i64 {
    let mut possible = 0;
    let mut step = policy.delay;
    let mut reached = Span::ZERO;
    for _ in 0..policy.attempts.min(ATTEMPTS_WALKED_MAX) {
        reached = if step <= policy.max_delay {
            step
        } else {
            Span(reached.0.saturating_add(policy.max_delay.0))
        };
        if reached >= policy.interval {
            break;
        }
        possible += 1;
        step = step.times(2);
    }
    possible
}

fn last_fibonacci_slot(policy: &Limited<'_>) -> Span {
    let (mut before, mut last) = (policy.delay, policy.delay);
    for _ in 2..policy.attempts.min(ATTEMPTS_WALKED_MAX) {
        let sum = Span(before.0.saturating_add(last.0));
        let next = if sum > policy.max_delay {
            Span(last.0.saturating_add(policy.max_delay.0))
        } else {
            sum
        };
        (before, last) = (last, next);
    }
    last
}
