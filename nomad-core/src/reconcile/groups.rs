//! The reconciler: group by group.

use super::outcome::{Placement, Reconciled, Stop};
use super::situation::Situation;
use crate::units::JobVersion;

/// Why an allocation of a node that is gone stops.
pub const LOST: &str = "alloc is lost since its node is down";

/// Decides what should happen to the allocations of a job.
#[must_use]
pub fn reconcile<'a>(mut situation: Situation<'a, '_>) -> Reconciled<'a> {
    let mut out = Reconciled::default();
    let allocs = std::mem::take(&mut situation.allocs);
    let Some(job) = situation.job.filter(|job| !job.stop) else {
        for alloc in allocs.into_iter().filter(|alloc| !alloc.is_terminal()) {
            out.stop.push(Stop {
                alloc,
                client_status: None,
                description: "alloc not needed due to job update",
                followup: None,
            });
        }
        return out;
    };
    for group in &job.task_groups {
        let desired = out.desired.entry(group.name.clone()).or_default();
        let live: Vec<u64> = allocs
            .iter()
            .filter(|alloc| alloc.task_group == group.name && !alloc.is_terminal())
            .map(|alloc| alloc.name_index())
            .collect();
        desired.ignore = live.len() as u64;
        let count = u64::try_from(group.count).unwrap_or(0);
        for index in (0..count).filter(|index| !live.contains(index)) {
            desired.place += 1;
            out.place.push(Placement {
                name: format!("{}.{}[{index}]", job.id, group.name),
                group: group.name.clone(),
                previous: None,
                canary: false,
                reschedule: false,
                lost: false,
                downgrade: false,
                min_version: JobVersion(0),
                destructive: false,
            });
        }
    }
    out
}
