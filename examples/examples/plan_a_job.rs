//! Nodes and a job text become a plan, with the reason for each node.
use nomad_core::model::{Evaluation, Job, Node};
use nomad_core::schedule::{Policy, explain, schedule};
use nomad_core::{seed::Seed, state::State, units::Timestamp};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut state, mut seed, policy) = (State::empty(), Seed::new(1), Policy::full());
    for (name, memory) in [("n1", 2048), ("n2", 1024), ("n3", 512)] {
        let node = Node::builder(name).cpu_mhz(4000).memory_mib(memory);
        state.load_node(node.driver("exec").build());
    }
    let job = Job::from_hcl(include_str!("plan_a_job.nomad.hcl"))?;
    state.load_job(job.clone());
    for node in explain(&state, &job, &"api".parse()?, &policy, &[]) {
        println!("{}: {}", node.name, node.verdict);
    }
    let eval = Evaluation::for_job(&job, seed.eval_id());
    let decision = schedule(&state, &eval, &policy, Timestamp::ZERO, &mut seed);
    for placed in decision.placements() {
        println!("{} -> {}", placed.name, placed.node_name);
    }
    Ok(())
}
