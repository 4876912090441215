//! The nodes that a version of a job may go to, in a drawn order.

use std::collections::BTreeMap;

use super::seat::Seats;
use crate::expr::glob;
use crate::model::{Job, Node};
use crate::seed::Seed;

/// The pool that stands for all pools.
const ALL_POOLS: &str = "all";

/// The candidates for a version of a job (spec/scheduler 6.1).
#[derive(Debug)]
pub(super) struct Field {
    /// Positions of the seats, in a drawn order.
    pub(super) order: Vec<u32>,
    /// Where the sampled search goes on.
    pub(super) cursor: usize,
    /// Candidates per datacenter.
    pub(super) available: BTreeMap<String, u64>,
}

/// The node is in the job's pool and datacenters.
pub(super) fn is_in_reach(job: &Job, node: &Node) -> bool {
    let pool = job.node_pool.as_str();
    let in_pool = pool == ALL_POOLS || node.node_pool == job.node_pool;
    in_pool
        && job
            .datacenters
            .iter()
            .any(|pattern| glob::matches(pattern, &node.datacenter))
}

impl Field {
    pub(super) fn of(job: &Job, seats: &Seats<'_>, order_seed: u64) -> Self {
        let mut order = Vec::new();
        let mut available: BTreeMap<String, u64> = BTreeMap::new();
        for (at, seat) in seats.0.iter().enumerate() {
            if seat.node.is_ready() && is_in_reach(job, seat.node) {
                order.push(u32::try_from(at).unwrap_or(u32::MAX));
                match available.get_mut(&seat.node.datacenter) {
                    Some(count) => *count += 1,
                    None => {
                        available.insert(seat.node.datacenter.clone(), 1);
                    }
                }
            }
        }
        shuffle(&mut order, order_seed);
        Self {
            order,
            cursor: 0,
            available,
        }
    }
}

/// Fisher and Yates.
fn shuffle(order: &mut [u32], seed: u64) {
    let mut seed = Seed::new(seed);
    for last in (1..order.len()).rev() {
        let other = seed.below(last as u64 + 1) as usize;
        order.swap(last, other);
    }
}
