//! Making evaluations (spec/scheduler 4.1).

use std::collections::BTreeSet;

use nomad_core::id::{JobKey, NodeId};
use nomad_core::model::{Allocation, Evaluation, Job, JobType, Node, Trigger};

use super::machine::Server;

/// Priority of the evaluation of a job that is not there any more.
pub(super) const PRIORITY_DEFAULT: i64 = 50;

impl Server {
    /// An evaluation of a job as it stands.
    pub(super) fn job_eval(&mut self, job: &Job, triggered_by: Trigger) -> Evaluation {
        Evaluation {
            id: self.seed.eval_id(),
            namespace: job.namespace.clone(),
            job_id: job.id.clone(),
            priority: job.priority,
            kind: job.kind,
            triggered_by,
            job_modify_index: job.job_modify_index,
            create_time: self.now,
            modify_time: self.now,
            ..Evaluation::default()
        }
    }

    /// An evaluation of a job that may be gone.
    pub(super) fn key_eval(&mut self, key: &JobKey, triggered_by: Trigger) -> Evaluation {
        match self.state.job(key).cloned() {
            Some(job) => self.job_eval(&job, triggered_by),
            None => Evaluation {
                id: self.seed.eval_id(),
                namespace: key.namespace.clone(),
                job_id: key.id.clone(),
                priority: PRIORITY_DEFAULT,
                triggered_by,
                create_time: self.now,
                modify_time: self.now,
                ..Evaluation::default()
            },
        }
    }

    /// An evaluation of the same job that follows another one.
    pub(super) fn next_eval(&mut self, eval: &Evaluation, triggered_by: Trigger) -> Evaluation {
        Evaluation {
            id: self.seed.eval_id(),
            namespace: eval.namespace.clone(),
            job_id: eval.job_id.clone(),
            priority: eval.priority,
            kind: eval.kind,
            triggered_by,
            job_modify_index: eval.job_modify_index,
            previous_eval: Some(eval.id),
            create_time: self.now,
            modify_time: self.now,
            ..Evaluation::default()
        }
    }

    /// One evaluation per job that a change of the node concerns: those with something on it that
    /// is not over, and the system jobs that belong there (spec/scheduler 15.1).
    pub(super) fn node_evals(&mut self, node: &Node) -> Vec<Evaluation> {
        let on_it: BTreeSet<JobKey> = self
            .state
            .allocs_of_node(&node.id)
            .filter(|alloc| self.concerns(alloc))
            .map(|alloc| alloc.job_key())
            .collect();
        let system = self.state.job_records().filter(|(_, record)| {
            record.job.kind == JobType::System && !record.job.stop && may_host(node, &record.job)
        });
        let keys: BTreeSet<JobKey> = system.map(|(key, _)| key.clone()).chain(on_it).collect();
        keys.iter()
            .map(|key| self.node_eval(key, node.id, node.modify_index))
            .collect()
    }

    fn node_eval(
        &mut self,
        key: &JobKey,
        node: NodeId,
        index: nomad_core::units::Index,
    ) -> Evaluation {
        Evaluation {
            node_id: Some(node),
            node_modify_index: index,
            ..self.key_eval(key, Trigger::NodeUpdate)
        }
    }

    fn concerns(&self, alloc: &Allocation) -> bool {
        let kind = self.state.job(&alloc.job_key()).map(|job| job.kind);
        match kind.unwrap_or_default() {
            JobType::Service => !(alloc.is_server_terminal() && alloc.is_client_terminal()),
            JobType::Batch => !alloc.is_client_terminal(),
            JobType::System | JobType::Sysbatch => false,
        }
    }
}

/// The node's pool and datacenter are among those that the job names.
fn may_host(node: &Node, job: &Job) -> bool {
    let pool = job.node_pool == "all" || job.node_pool == node.node_pool;
    let mut globs = job.datacenters.iter();
    pool && globs.any(|glob| glob_matches(glob, &node.datacenter))
}

/// `*` stands for any text, also none.
fn glob_matches(glob: &str, text: &str) -> bool {
    let mut parts = glob.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::glob_matches;

    #[test]
    fn globs_match_datacenters() {
        for (glob, text) in [
            ("*", "dc1"),
            ("dc1", "dc1"),
            ("dc*", "dc1"),
            ("*-eu-*", "a-eu-b"),
        ] {
            assert!(glob_matches(glob, text), "{glob} {text}");
        }
        for (glob, text) in [("dc1", "dc2"), ("dc*", "eu"), ("", "dc1"), ("a*a", "a")] {
            assert!(!glob_matches(glob, text), "{glob} {text}");
        }
    }
}
