//! One evaluation of 1,000 placements on 5,000 nodes, with and without spread; and of one.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use nomad_core::model::{Evaluation, Job, Node};
use nomad_core::schedule::{Policy, schedule};
use nomad_core::seed::Seed;
use nomad_core::state::{Snapshot, State};
use nomad_core::units::Timestamp;

const NODES: usize = 5_000;

fn job(count: i64, spread: bool) -> Job {
    let job = Job::service("web").group("api", |group| {
        let group = group.count(count);
        let group = if spread {
            group.spread("${meta.rack}")
        } else {
            group
        };
        group.task("srv", |task| {
            task.driver("exec")
                .config("command", "/bin/web")
                .cpu_mhz(100)
                .memory_mib(128)
        })
    });
    job.build()
        .unwrap_or_else(|error| unreachable!("a job that is valid: {error}"))
}

fn world(job: &Job) -> Snapshot {
    let mut state = State::empty();
    for at in 0..NODES {
        let rack = format!("r{}", at % 50);
        let node = Node::builder(&format!("node-{at}"))
            .meta("rack", &rack)
            .driver("exec");
        state.load_node(node.cpu_mhz(4_000).memory_mib(8_192).build());
    }
    state.load_job(job.clone());
    state.snapshot()
}

fn evaluations(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("schedule");
    group.sample_size(10);
    let cases = [
        ("one", 1, false),
        ("thousand", 1_000, false),
        ("thousand, spread", 1_000, true),
    ];
    for (name, count, spread) in cases {
        let job = job(count, spread);
        let state = world(&job);
        let eval = Evaluation::for_job(&job, Seed::new(1).eval_id());
        for (search, policy) in [("full", Policy::full()), ("sampled", Policy::sampled())] {
            group.bench_function(format!("{name}, {search}"), |bench| {
                bench.iter(|| {
                    let mut seed = Seed::new(2);
                    black_box(schedule(&state, &eval, &policy, Timestamp(1), &mut seed))
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, evaluations);
criterion_main!(benches);
