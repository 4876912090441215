//! Every plan that the scheduler makes is accepted whole by the applier at the same state.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use nomad_core::fit::verify;
use nomad_core::model::{AllocClientStatus, AllocDesiredStatus, Evaluation, Job, Node, NodeStatus};
use nomad_core::schedule::{Decision, Policy, schedule};
use nomad_core::seed::Seed;
use nomad_core::state::State;
use nomad_core::units::{Index, JobVersion, Timestamp};
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Case {
    nodes: Vec<(i64, i64, u16)>,
    steps: Vec<Step>,
    seed: u64,
    sampled: bool,
    batch: bool,
}

/// A change of the job, and what happens to the cluster before it.
#[derive(Debug, Clone)]
struct Step {
    count: i64,
    cpu: i64,
    memory: i64,
    static_port: bool,
    spread: bool,
    fails: Option<usize>,
    loses: Option<usize>,
}

fn step() -> impl Strategy<Value = Step> {
    (
        (0i64..9, 50i64..900, 32i64..700),
        (any::<bool>(), any::<bool>()),
        (
            proptest::option::of(0usize..8),
            proptest::option::of(0usize..6),
        ),
    )
        .prop_map(
            |((count, cpu, memory), (static_port, spread), (fails, loses))| Step {
                count,
                cpu,
                memory,
                static_port,
                spread,
                fails,
                loses,
            },
        )
}

fn case() -> impl Strategy<Value = Case> {
    let nodes = proptest::collection::vec((500i64..3000, 256i64..2048, 0u16..4), 1..7);
    let steps = proptest::collection::vec(step(), 1..5);
    (nodes, steps, any::<u64>(), any::<bool>(), any::<bool>()).prop_map(
        |(nodes, steps, seed, sampled, batch)| Case {
            nodes,
            steps,
            seed,
            sampled,
            batch,
        },
    )
}

fn job(step: &Step, batch: bool, version: u64) -> Job {
    let builder = if batch {
        Job::batch("shop")
    } else {
        Job::service("shop")
    };
    let mut job = builder
        .group("web", |group| {
            let group = group.count(step.count).port("http");
            let group = if step.spread {
                group.spread("${meta.rack}")
            } else {
                group
            };
            group.task("main", |task| {
                task.driver("exec")
                    .config("command", "/bin/true")
                    .cpu_mhz(step.cpu)
                    .memory_mib(step.memory)
            })
        })
        .build()
        .unwrap();
    if step.static_port {
        let network = &mut job.task_groups[0].networks[0];
        network.dynamic_ports[0].value = 8080;
        network.reserved_ports = std::mem::take(&mut network.dynamic_ports);
    }
    job.version = JobVersion(version);
    job.create_index = Index(1);
    job.modify_index = Index(10 + version);
    job.job_modify_index = Index(10 + version);
    job
}

/// What committing the plan in full would leave, with everything that was placed running.
fn commit(state: &mut State, decision: &Decision) {
    let plan = &decision.plan;
    for update in plan.updates.iter().chain(&plan.placements) {
        let mut alloc = update.clone();
        if alloc.client_status == AllocClientStatus::Pending {
            alloc.client_status = AllocClientStatus::Running;
        }
        state.load_alloc(alloc);
    }
    for stop in &plan.stops {
        let mut alloc = (**state.alloc(&stop.id).unwrap()).clone();
        alloc.desired_status = AllocDesiredStatus::Stop;
        alloc.client_status = stop.client_status.unwrap_or(AllocClientStatus::Complete);
        state.load_alloc(alloc);
    }
    if let Some(deployment) = &plan.deployment {
        state.load_deployment(deployment.clone());
    }
}

fn disturb(state: &mut State, step: &Step) {
    let running: Vec<_> = state
        .allocs()
        .filter(|alloc| alloc.client_status == AllocClientStatus::Running)
        .map(|alloc| (**alloc).clone())
        .collect();
    if let Some(mut alloc) = step.fails.and_then(|at| running.get(at).cloned()) {
        alloc.client_status = AllocClientStatus::Failed;
        state.load_alloc(alloc);
    }
    let nodes: Vec<Node> = state.nodes().map(|node| (**node).clone()).collect();
    if let Some(mut node) = step.loses.and_then(|at| nodes.get(at).cloned()) {
        node.status = NodeStatus::Down;
        state.load_node(node);
    }
}

fn run(case: &Case) -> Result<(), TestCaseError> {
    let (mut state, mut seed) = (State::empty(), Seed::new(case.seed));
    for (at, (cpu, memory, rack)) in case.nodes.iter().enumerate() {
        let node = Node::builder(&format!("n{at}")).meta("rack", &format!("r{rack}"));
        let node = node.cpu_mhz(*cpu).memory_mib(*memory).driver("exec");
        state.load_node(node.address(&format!("10.0.0.{at}")).build());
    }
    let policy = if case.sampled {
        Policy::sampled()
    } else {
        Policy::full()
    };
    for (version, step) in case.steps.iter().enumerate() {
        disturb(&mut state, step);
        let job = job(step, case.batch, version as u64);
        state.load_job(job.clone());
        let eval = Evaluation::for_job(&job, seed.eval_id());
        let now = Timestamp::from_unix_secs(1_000 + version as i64 * 60);
        let decision = schedule(&state, &eval, &policy, now, &mut seed);
        let verified = verify(&state, &decision.plan);
        prop_assert!(verified.is_full(), "refused: {:?}", verified.refused);
        prop_assert!(decision.plan.placements.len() as i64 <= 2 * step.count.max(1));
        commit(&mut state, &decision);
        let live = state.allocs().filter(|alloc| !alloc.is_terminal());
        let names: Vec<&str> = live
            .filter(|alloc| !alloc.deployment_status.is_some_and(|status| status.canary))
            .map(|alloc| alloc.name.as_str())
            .collect();
        let unique: BTreeSet<&str> = names.iter().copied().collect();
        prop_assert_eq!(unique.len(), names.len(), "names repeat: {:?}", names);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_plan_is_accepted_whole(case in case()) {
        run(&case)?;
    }
}
