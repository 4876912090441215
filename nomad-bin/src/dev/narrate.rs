//! What happened between two looks at the state, in sentences.
//!
//! Pure: a snapshot in, lines out. Each fact is told once.

use std::collections::{BTreeMap, BTreeSet};

use nomad_core::id::{AllocId, DeploymentId, EvalId, JobKey, TaskName};
use nomad_core::model::{AllocMetric, Allocation, Deployment, EvalStatus, Evaluation};
use nomad_core::state::State;
use nomad_core::units::Timestamp;

/// What was told already.
#[derive(Debug, Default)]
pub(super) struct Narrator {
    evals: BTreeMap<EvalId, EvalStatus>,
    allocs: BTreeSet<AllocId>,
    events: BTreeMap<(AllocId, TaskName), Timestamp>,
    health: BTreeMap<AllocId, bool>,
    deployments: BTreeMap<DeploymentId, String>,
}

impl Narrator {
    /// What is new about `jobs`.
    pub(super) fn tell(&mut self, state: &State, jobs: &[JobKey]) -> Vec<String> {
        let mut lines = Vec::new();
        for job in jobs {
            let mut evals: Vec<_> = state.evals_of_job(job).collect();
            evals.sort_by_key(|eval| (eval.create_index, eval.create_time));
            for eval in evals {
                self.eval(eval, &mut lines);
            }
            let mut allocs: Vec<_> = state.allocs_of_job(job).collect();
            allocs.sort_by_key(|alloc| (alloc.create_index, alloc.name.clone()));
            for alloc in allocs {
                self.alloc(alloc, &mut lines);
            }
            for deployment in state.deployments_of_job(job) {
                self.deployment(deployment, &mut lines);
            }
        }
        lines
    }

    fn eval(&mut self, eval: &Evaluation, lines: &mut Vec<String>) {
        if self.evals.insert(eval.id, eval.status) == Some(eval.status) {
            return;
        }
        let (job, id) = (&eval.job_id, eval.id.short());
        let why = if eval.status_description.is_empty() {
            String::new()
        } else {
            format!(" ({})", eval.status_description)
        };
        lines.push(format!("{job}: evaluation {id} is {}{why}", eval.status));
        if eval.status == EvalStatus::Complete {
            for (group, metric) in &eval.failed_tg_allocs {
                let missing = metric.coalesced_failures + 1;
                lines.push(format!(
                    "{job}: group {group}: {missing} not placed: {}",
                    reasons(metric)
                ));
            }
        }
    }

    fn alloc(&mut self, alloc: &Allocation, lines: &mut Vec<String>) {
        let name = &alloc.name;
        if self.allocs.insert(alloc.id) {
            let ports: Vec<String> = alloc
                .resources
                .shared
                .ports
                .iter()
                .map(|port| format!(", port {} = {}:{}", port.label, port.host_ip, port.value))
                .collect();
            let (id, node) = (alloc.id.short(), &alloc.node_name);
            lines.push(format!(
                "{name}: allocation {id} placed on {node}{}",
                ports.concat()
            ));
        }
        for (task, state) in &alloc.task_states {
            let told = self.events.entry((alloc.id, task.clone())).or_default();
            for event in state.events.iter().filter(|event| event.time > *told) {
                lines.push(format!(
                    "{name}/{task}: {}: {}",
                    event.kind, event.display_message
                ));
            }
            *told = state
                .events
                .last()
                .map_or(*told, |event| event.time.max(*told));
        }
        let healthy = alloc
            .deployment_status
            .as_ref()
            .and_then(|status| status.healthy);
        if let Some(healthy) = healthy
            && self.health.insert(alloc.id, healthy) != Some(healthy)
        {
            lines.push(format!(
                "{name}: {}",
                if healthy { "healthy" } else { "unhealthy" }
            ));
        }
    }

    fn deployment(&mut self, deployment: &Deployment, lines: &mut Vec<String>) {
        let said = format!("{}: {}", deployment.status, deployment.status_description);
        if self
            .deployments
            .insert(deployment.id, said.clone())
            .as_ref()
            != Some(&said)
        {
            let (job, id) = (&deployment.job_id, deployment.id.short());
            lines.push(format!("{job}: deployment {id} is {said}"));
        }
    }
}

/// Why a placement failed, in one line.
fn reasons(metric: &AllocMetric) -> String {
    let mut reasons = Vec::new();
    if metric.nodes_evaluated == 0 {
        reasons.push("no node is eligible".to_owned());
    }
    for (constraint, count) in metric.constraint_filtered.iter() {
        reasons.push(format!(
            "constraint {constraint:?} filtered {count} node(s)"
        ));
    }
    for (class, count) in metric.class_filtered.iter() {
        reasons.push(format!("class {class:?} filtered {count} node(s)"));
    }
    for (dimension, count) in metric.dimension_exhausted.iter() {
        reasons.push(format!("{dimension:?} exhausted on {count} node(s)"));
    }
    if reasons.is_empty() {
        reasons.push(format!("{} node(s) evaluated", metric.nodes_evaluated));
    }
    reasons.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_placement_names_what_was_short() {
        let mut metric = AllocMetric {
            nodes_evaluated: 2,
            ..AllocMetric::default()
        };
        metric.dimension_exhausted.insert("memory".to_owned(), 2);
        assert_eq!(reasons(&metric), "\"memory\" exhausted on 2 node(s)");
    }

    #[test]
    fn each_fact_is_told_once() {
        let mut narrator = Narrator::default();
        let eval = Evaluation {
            status: EvalStatus::Complete,
            ..Evaluation::default()
        };
        let mut lines = Vec::new();
        narrator.eval(&eval, &mut lines);
        narrator.eval(&eval, &mut lines);
        assert_eq!(lines.len(), 1);
    }
}
