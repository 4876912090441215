//! Operators: they register, change, scale, stop and purge jobs, and stop allocations.

use std::collections::BTreeMap;

use nomad_core::id::JobKey;
use nomad_core::model::Job;
use nomad_core::model::node::NodeEligibility;
use nomad_core::seed::Seed;
use nomad_core::spec::{Inputs, Limits, admit, parse_hcl};
use nomad_core::state::State;
use nomad_core::units::Index;
use nomad_core::wire::operator::{OperatorAnswer, OperatorRequest};
use nomad_sched::server::Ticket;

/// What was asked, and what was promised.
#[derive(Default)]
pub(crate) struct Workload {
    asked: BTreeMap<Ticket, OperatorRequest>,
    /// The highest index that an operator was told.
    pub(crate) acknowledged: Index,
    /// Per job: `JobModifyIndex` that an operator was told; none when it may be gone.
    pub(crate) jobs: BTreeMap<JobKey, Index>,
}

impl Workload {
    pub(crate) fn ask(&mut self, ticket: Ticket, request: &OperatorRequest) {
        self.asked.insert(ticket, request.clone());
        if let OperatorRequest::DeregisterJob { job, .. } = request {
            // Whether it was removed is open until it is registered again.
            self.jobs.remove(job);
        }
        if let OperatorRequest::CollectGarbage = request {
            // Batch work that is done may go.
            self.jobs.clear();
        }
    }

    pub(crate) fn give_up(&mut self, ticket: Ticket) -> bool {
        self.asked.remove(&ticket).is_some()
    }

    pub(crate) fn answered(&mut self, ticket: Ticket, answer: &OperatorAnswer) {
        let Some(request) = self.asked.remove(&ticket) else {
            return;
        };
        let OperatorAnswer::Job {
            index,
            job_modify_index,
            ..
        } = answer
        else {
            return;
        };
        self.acknowledged = self.acknowledged.max(*index);
        if let OperatorRequest::RegisterJob { job, .. } = request {
            let later = self
                .asked
                .values()
                .any(|other| is_removal(other, &job.key()));
            if !later {
                self.jobs.insert(job.key(), *job_modify_index);
            }
        }
    }
}

fn is_removal(request: &OperatorRequest, key: &JobKey) -> bool {
    match request {
        OperatorRequest::DeregisterJob { job, .. } => job == key,
        OperatorRequest::CollectGarbage => true,
        _ => false,
    }
}

/// What an operator does next.
pub(crate) fn draw(seed: &mut Seed, state: Option<&State>) -> OperatorRequest {
    let number = seed.below(4);
    let key = JobKey::new(
        "default".parse().unwrap(),
        format!("job{number}").parse().unwrap(),
    );
    match seed.below(20) {
        0..=9 => register(job(seed, number)),
        10 | 11 => OperatorRequest::DeregisterJob {
            job: key,
            purge: seed.chance(1, 3),
            no_shutdown_delay: seed.chance(1, 2),
            eval_priority: 0,
        },
        12 | 13 => OperatorRequest::ScaleJob {
            job: key,
            group: "g".parse().unwrap(),
            count: Some(seed.below(5) as i64),
            override_policy: seed.chance(1, 2),
            job_modify_index: None,
            event: Default::default(),
        },
        14 => OperatorRequest::EvaluateJob {
            job: key,
            force_reschedule: seed.chance(1, 2),
        },
        15 => OperatorRequest::CollectGarbage,
        16 => eligibility(seed, state).unwrap_or(OperatorRequest::CollectGarbage),
        17 => OperatorRequest::RevertJob {
            job: key,
            version: nomad_core::units::JobVersion(seed.below(3)),
            enforce_prior_version: None,
        },
        _ => stop_alloc(seed, state).unwrap_or(OperatorRequest::CollectGarbage),
    }
}

fn eligibility(seed: &mut Seed, state: Option<&State>) -> Option<OperatorRequest> {
    let nodes: Vec<_> = state?.nodes().map(|node| node.id).collect();
    let node_id = *nodes.get(seed.below(nodes.len() as u64) as usize)?;
    let eligibility = if seed.chance(1, 2) {
        NodeEligibility::Eligible
    } else {
        NodeEligibility::Ineligible
    };
    Some(OperatorRequest::SetNodeEligibility {
        node_id,
        eligibility,
    })
}

fn stop_alloc(seed: &mut Seed, state: Option<&State>) -> Option<OperatorRequest> {
    let live = state?.allocs().filter(|alloc| !alloc.is_terminal());
    let live: Vec<_> = live.map(|alloc| alloc.id).collect();
    let alloc_id = *live.get(seed.below(live.len() as u64) as usize)?;
    Some(OperatorRequest::StopAlloc {
        alloc_id,
        no_shutdown_delay: false,
        reschedule: false,
    })
}

pub(crate) fn register(job: Job) -> OperatorRequest {
    OperatorRequest::RegisterJob {
        job: Box::new(job),
        submission: None,
        enforce_index: None,
        preserve_counts: false,
        eval_priority: 0,
    }
}

/// Jobs 0 and 1 are services with a deployment, 2 is a service without, 3 is batch work.
fn job(seed: &mut Seed, number: u64) -> Job {
    let kind = if number == 3 { "batch" } else { "service" };
    let count = 1 + seed.below(4);
    let cpu = 200 + 100 * seed.below(6);
    let memory = 128 + 64 * seed.below(8);
    let restart = seed.below(3);
    let port = if seed.chance(1, 2) {
        "network {\n port \"http\" {}\n }"
    } else if seed.chance(1, 3) {
        "network {\n port \"http\" {\n static = 8080\n }\n }"
    } else {
        ""
    };
    let update = match number {
        0 => {
            "update {\n max_parallel = 1\n min_healthy_time = \"2s\"\n healthy_deadline = \"30s\"\n \
             progress_deadline = \"60s\"\n auto_revert = true\n }"
        }
        1 => {
            "update {\n max_parallel = 2\n canary = 1\n auto_promote = true\n min_healthy_time = \
             \"1s\"\n healthy_deadline = \"30s\"\n progress_deadline = \"60s\"\n }"
        }
        2 => "update {\n max_parallel = 0\n }",
        _ => "",
    };
    let text = format!(
        "job \"job{number}\" {{\n type = \"{kind}\"\n datacenters = [\"dc1\"]\n group \"g\" {{\n \
         count = {count}\n {port}\n {update}\n restart {{\n attempts = {restart}\n interval = \
         \"1m\"\n delay = \"1s\"\n mode = \"fail\"\n }}\n task \"t\" {{\n driver = \
         \"mock_driver\"\n config {{\n run_for = \"1h\"\n }}\n resources {{\n cpu = {cpu}\n memory \
         = {memory}\n }}\n }}\n }}\n}}\n"
    );
    let spec = parse_hcl(&text, "job.nomad.hcl", &Inputs::default())
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    admit(spec, &Limits::default()).unwrap().job
}
