//! What should happen to the allocations of a service or batch job (spec/scheduler 9)?
//!
//! In: the job as it is wanted, its allocations, its latest deployment, the nodes that are not fine.
//! Out: a [`Reconciled`]. What is always true: nothing else is read, and every allocation ends in
//! one bucket. Where the original leaves a choice to chance, the order is (index, create index, id).

mod delay;
mod groups;
mod outcome;
mod situation;

pub use delay::{fail_time, is_eligible, next_delay};
pub use groups::{LOST, reconcile};
pub use outcome::{AttributeUpdate, Placement, Reconciled, StatusUpdate, Stop};
pub use situation::{Needs, Situation};
