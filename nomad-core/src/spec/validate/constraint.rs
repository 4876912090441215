//! Rules for constraints, affinities and spreads.

use std::collections::BTreeSet;

use super::Collector;
use crate::model::constraint::{AffinitySpec, ConstraintSpec, SpreadSpec};

const NODE_TARGETS: [&str; 5] = [
    "${node.unique.id}",
    "${node.datacenter}",
    "${node.unique.name}",
    "${node.class}",
    "${node.pool}",
];

pub(super) fn check_all(c: &mut Collector, constraints: &Option<Vec<ConstraintSpec>>) {
    for (at, one) in constraints.iter().flatten().enumerate() {
        c.within(format!("constraint {}", at + 1), |c| check(c, one));
    }
}

fn check(c: &mut Collector, constraint: &ConstraintSpec) {
    let (left, right) = (constraint.ltarget.as_str(), constraint.rtarget.as_str());
    let operand = constraint.operand.as_str();
    match operand {
        "" => c.error("missing constraint operand"),
        "distinct_hosts" => check_bool(c, right),
        "distinct_property" => check_count(c, right),
        "is_set" | "is_not_set" => {
            check_left(c, left, operand);
            c.require(right.is_empty(), || {
                format!("operator {operand:?} does not take a value")
            });
        }
        _ => {
            check_comparison(c, operand, right);
            check_left(c, left, operand);
        }
    }
}

fn check_bool(c: &mut Collector, right: &str) {
    let known = matches!(
        right,
        "" | "1"
            | "t"
            | "T"
            | "TRUE"
            | "true"
            | "True"
            | "0"
            | "f"
            | "F"
            | "FALSE"
            | "false"
            | "False"
    );
    c.require(known, || {
        format!("distinct_hosts takes true or false, not {right:?}")
    });
}

fn check_count(c: &mut Collector, right: &str) {
    let known = right.is_empty() || right.parse::<u64>().is_ok_and(|count| count >= 1);
    c.require(known, || {
        format!("distinct_property must have an allowed count of 1 or greater, not {right:?}")
    });
}

/// Operands that affinities share with constraints.
fn check_comparison(c: &mut Collector, operand: &str, right: &str) {
    match operand {
        "=" | "==" | "is" | "!=" | "not" | "<" | "<=" | ">" | ">=" | "set_contains"
        | "set_contains_all" | "set_contains_any" | "version" | "semver" => {
            c.require(!right.is_empty(), || {
                format!("operator {operand:?} requires an RTarget")
            });
        }
        "regexp" => {
            if let Err(error) = regex::Regex::new(right) {
                let reason = error.to_string();
                let reason = reason.lines().last().unwrap_or_default();
                c.error(format!(
                    "regular expression {right:?} failed to compile: {reason}"
                ));
            }
        }
        _ => c.error(format!("unknown constraint type {operand:?}")),
    }
}

fn check_left(c: &mut Collector, left: &str, operand: &str) {
    if left.is_empty() {
        return c.error(format!(
            "no attribute provided but is required by operator {operand:?}"
        ));
    }
    if !left.starts_with('$') {
        return;
    }
    if !left.ends_with('}') {
        return c.error(format!("attribute {left:?} is missing a closing brace"));
    }
    let prefixes = ["${attr.", "${meta.", "${device."];
    let known = NODE_TARGETS.contains(&left) || prefixes.iter().any(|one| left.starts_with(one));
    c.require(known, || {
        format!("unsupported attribute {left:?}; ${{attr...}}, ${{meta...}}, ${{device...}} or one of {NODE_TARGETS:?} is needed")
    });
}

pub(super) fn check_affinities(c: &mut Collector, affinities: &Option<Vec<AffinitySpec>>) {
    for (at, one) in affinities.iter().flatten().enumerate() {
        c.within(format!("affinity {}", at + 1), |c| {
            check_comparison(c, &one.operand, &one.rtarget);
            check_left(c, &one.ltarget, &one.operand);
            let weight = one.weight.unwrap_or_default();
            c.require(weight != 0 && (-100..=100).contains(&weight), || {
                format!(
                    "affinity weight must be within the range [-100,100] and not 0, got {weight}"
                )
            });
        });
    }
}

pub(super) fn check_spreads(c: &mut Collector, spreads: &Option<Vec<SpreadSpec>>) {
    for (at, one) in spreads.iter().flatten().enumerate() {
        c.within(format!("spread {}", at + 1), |c| check_spread(c, one));
    }
}

fn check_spread(c: &mut Collector, spread: &SpreadSpec) {
    c.require(!spread.attribute.is_empty(), || {
        "missing spread attribute".into()
    });
    let weight = spread.weight.unwrap_or_default();
    c.require((1..=100).contains(&weight), || {
        format!("spread block must have a positive weight from 1 to 100, got {weight}")
    });
    let mut seen = BTreeSet::new();
    let mut sum = 0i64;
    for target in spread.targets.iter().flatten() {
        c.require(seen.insert(&target.value), || {
            format!("spread target value {:?} already defined", target.value)
        });
        c.require((0..=100).contains(&target.percent), || {
            format!(
                "spread target percentage for value {:?} must be between 0 and 100",
                target.value
            )
        });
        sum = sum.saturating_add(target.percent);
    }
    c.require(sum <= 100, || {
        format!("sum of spread target percentages must not be greater than 100%; got {sum}%")
    });
}
