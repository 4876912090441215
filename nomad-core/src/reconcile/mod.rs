//! What should happen to the allocations of a service or batch job (spec/scheduler 9)?
//!
//! In: the job as it is wanted, its allocations, its latest deployment, the nodes that are not fine.
//! Out: a [`Reconciled`]. What is always true: nothing else is read, and every allocation ends in
//! one bucket. Where the original leaves a choice to chance, the order is (index, create index, id).

mod classify;
mod delay;
mod disconnect;
mod followup;
mod group;
mod groups;
mod names;
mod outcome;
mod reconnect;
mod replace;
mod reschedule;
mod situation;
mod surplus;
mod texts;

pub use delay::{fail_time, is_eligible, next_delay};
pub use groups::reconcile;
pub use outcome::{AttributeUpdate, Placement, Reconciled, StatusUpdate, Stop};
pub use situation::{Needs, Situation};
pub use texts::{JOB_UPDATE, LOST};
