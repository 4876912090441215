//! The whole path in one thread: a server with its log on a disk that tears, three clients with
//! tasks that die, a network that loses and repeats. Invariants are checked at every step; the same
//! seed gives the same run, byte for byte.
//!
//! `NOMAD_SEEDS=1000` runs more seeds than the usual 200. A failing seed prints how to replay it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod client;
mod cluster;
mod event;
mod invariants;
mod server;
mod settle;
mod workload;

use std::panic::{AssertUnwindSafe, catch_unwind};

use cluster::Cluster;

const SEEDS: u64 = 200;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Runs one seed; a failure says how to see it again.
fn run(seed: u64) -> Option<String> {
    let outcome = catch_unwind(AssertUnwindSafe(|| Cluster::new(seed, false).run()));
    if outcome.is_err() {
        eprintln!(
            "seed {seed} failed; replay it with\n  NOMAD_SEED={seed} cargo test -p nomad-bin --test \
             simulation -- replay --nocapture"
        );
    }
    outcome.ok()
}

#[test]
fn the_invariants_hold_under_two_hundred_seeds_of_faults() {
    let seeds = number("NOMAD_SEEDS").unwrap_or(SEEDS);
    let first = number("NOMAD_FIRST_SEED").unwrap_or(1);
    let workers = std::thread::available_parallelism().map_or(1, |it| it.get() as u64);
    let failed: Vec<u64> = std::thread::scope(|scope| {
        let work = |worker| {
            let mine = (first..first + seeds).filter(move |seed| seed % workers == worker);
            scope.spawn(move || mine.filter(|seed| run(*seed).is_none()).collect::<Vec<_>>())
        };
        let threads: Vec<_> = (0..workers).map(work).collect();
        let found = threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap());
        found.collect()
    });
    assert!(failed.is_empty(), "these seeds failed: {failed:?}");
}

#[test]
fn the_same_seed_gives_the_same_trace_byte_for_byte() {
    for seed in [3, 14, 15, 92] {
        let (first, second) = (run(seed).unwrap(), run(seed).unwrap());
        let differs = first.lines().zip(second.lines()).find(|(a, b)| a != b);
        assert_eq!(differs, None, "seed {seed}");
        assert_eq!(first.len(), second.len(), "seed {seed}");
    }
}

#[test]
fn replay() {
    match number("NOMAD_SEED") {
        None => println!("set NOMAD_SEED to replay a seed with its trace"),
        Some(seed) => drop(Cluster::new(seed, true).run()),
    }
}
