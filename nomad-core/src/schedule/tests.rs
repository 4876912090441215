use super::{Policy, schedule};
use crate::fit::verify;
use crate::model::{EvalStatus, Evaluation, Job, Node, NodeStatus, Task, TaskGroup};
use crate::seed::Seed;
use crate::state::State;
use crate::units::Timestamp;

fn node(seed: &mut Seed, memory: i64) -> Node {
    let mut node = Node {
        id: seed.node_id(),
        datacenter: "dc1".into(),
        status: NodeStatus::Ready,
        ..Node::default()
    };
    node.attributes.insert("driver.exec".into(), "1".into());
    node.node_resources.cpu.cpu_shares = 4000;
    node.node_resources.memory.memory_mb = memory;
    node.node_resources.disk.disk_mb = 10_000;
    node
}

fn job(count: i64, memory: i64) -> Job {
    let mut task = Task {
        driver: "exec".into(),
        ..Task::default()
    };
    task.resources.cpu = 100;
    task.resources.memory_mb = memory;
    let group = TaskGroup {
        count,
        tasks: vec![task].into(),
        ..TaskGroup::default()
    };
    Job {
        id: "web".parse().unwrap(),
        datacenters: vec!["*".to_owned()].into(),
        task_groups: vec![group].into(),
        ..Job::default()
    }
}

fn world(nodes: usize, job: &Job) -> (State, Evaluation) {
    let (mut state, mut seed) = (State::empty(), Seed::new(7));
    for _ in 0..nodes {
        state.load_node(node(&mut seed, 1000));
    }
    state.load_job(job.clone());
    let eval = Evaluation {
        id: seed.eval_id(),
        job_id: job.id.clone(),
        ..Evaluation::default()
    };
    (state, eval)
}

#[test]
fn what_fits_is_placed_and_the_rest_waits_for_room() {
    let (state, eval) = world(3, &job(7, 500));
    for policy in [Policy::full(), Policy::sampled(), Policy::dense()] {
        let decision = schedule(&state, &eval, &policy, Timestamp(1), &mut Seed::new(1));
        assert_eq!(decision.plan.placements.len(), 6);
        assert!(verify(&state, &decision.plan).is_full());
        assert_eq!(decision.eval.status, EvalStatus::Complete);
        assert_eq!(decision.eval.queued_allocations.values().sum::<u64>(), 1);
        let metric = decision.eval.failed_tg_allocs.values().next().unwrap();
        assert_eq!(metric.dimension_exhausted.get("memory"), Some(&3));
        assert_eq!(decision.created.len(), 1);
        assert_eq!(decision.created[0].status, EvalStatus::Blocked);
        assert_eq!(decision.eval.blocked_eval, Some(decision.created[0].id));
    }
}

#[test]
fn equal_input_gives_equal_output() {
    let (state, eval) = world(20, &job(30, 300));
    let decide = || {
        schedule(
            &state,
            &eval,
            &Policy::full(),
            Timestamp(1),
            &mut Seed::new(3),
        )
    };
    assert_eq!(decide(), decide());
}

#[test]
fn a_missing_driver_is_named() {
    let mut wanted = job(1, 10);
    wanted.task_groups[0].tasks[0].driver = "docker".into();
    let (state, eval) = world(2, &wanted);
    let decision = schedule(
        &state,
        &eval,
        &Policy::full(),
        Timestamp(1),
        &mut Seed::new(3),
    );
    let metric = decision.eval.failed_tg_allocs.values().next().unwrap();
    assert_eq!(metric.constraint_filtered.get("missing drivers"), Some(&2));
    assert_eq!((metric.nodes_evaluated, metric.nodes_filtered), (2, 2));
}
