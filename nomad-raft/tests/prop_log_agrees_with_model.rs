//! Any mix of changes, kills and crashes leaves the log in a state that its model went through.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod model;

use model::{Op, Run};
use nomad_core::sim::disk::SimDisk;
use proptest::prelude::*;

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        10 => (prop::bool::weighted(0.1), 0_usize..300).prop_map(|(new_term, bytes)| {
            Op::Append { new_term, bytes }
        }),
        1 => (700_usize..3000).prop_map(|bytes| Op::Append { new_term: false, bytes }),
        1 => (0_u64..8).prop_map(|entries| Op::Truncate { entries }),
        1 => (0_u64..8).prop_map(|but| Op::Compact { but }),
        1 => (1_u64..5).prop_map(|ahead| Op::Install { ahead }),
        2 => (0_u64..3).prop_map(|vote| Op::HardState { vote }),
        4 => Just(Op::Sync),
        1 => Just(Op::Kill),
        1 => Just(Op::Crash),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_log_agrees_with_its_model(
        seed in any::<u64>(),
        ops in prop::collection::vec(op(), 1..80),
    ) {
        let mut run = Run::begin(SimDisk::new(seed)).unwrap();
        for op in &ops {
            run.perform(op).unwrap();
        }
        run.crash();
    }
}
