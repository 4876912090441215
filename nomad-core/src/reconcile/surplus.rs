//! Which allocations are too many (spec/scheduler 9.10).

use std::collections::BTreeSet;

use super::disconnect::Lost;
use super::group::{Work, ids, without};
use super::names::Names;
use super::outcome::Stop;
use super::replace::Replacing;
use super::texts::{JOB_UPDATE, LOST};
use crate::id::AllocId;
use crate::model::{AllocClientStatus, Allocation};

/// Stops what is lost and what is too many.
pub(super) fn stop<'a>(
    work: &Work<'_, 'a>,
    names: &mut Names,
    replacing: &mut Replacing<'a>,
    lost: &Lost,
) -> Vec<Stop<'a>> {
    let mut stops: Vec<Stop<'a>> = replacing
        .lost
        .iter()
        .map(|alloc| Stop {
            alloc,
            client_status: Some(AllocClientStatus::Lost),
            description: LOST,
            followup: lost.followup(alloc),
        })
        .collect();
    let unneeded = unneeded(work, names, replacing);
    let gone = ids(&unneeded);
    replacing.untainted = without(std::mem::take(&mut replacing.untainted), &gone);
    replacing.migrate = without(std::mem::take(&mut replacing.migrate), &gone);
    stops.extend(unneeded.into_iter().map(|alloc| Stop {
        alloc,
        client_status: None,
        description: JOB_UPDATE,
        followup: None,
    }));
    stops
}

fn unneeded<'a>(
    work: &Work<'_, 'a>,
    names: &mut Names,
    replacing: &Replacing<'a>,
) -> Vec<&'a Allocation> {
    let canarying = work.is_canarying();
    let working: Vec<&'a Allocation> = replacing
        .untainted
        .iter()
        .copied()
        .filter(|alloc| !canarying || !work.is_canary(alloc))
        .collect();
    let known = working
        .iter()
        .filter(|alloc| alloc.client_status != AllocClientStatus::Unknown);
    let have = known.count() + replacing.migrate.len();
    let remove = have.saturating_sub(usize::try_from(work.count()).unwrap_or(usize::MAX));
    let mut chosen = Chosen {
        left: remove,
        ..Chosen::default()
    };
    let can_stop: Vec<_> = working
        .into_iter()
        .filter(|alloc| !alloc.is_server_terminal())
        .collect();
    if !canarying && !work.canaries.is_empty() {
        let shared: BTreeSet<&str> = work.canaries.iter().map(|canary| &*canary.name).collect();
        for alloc in &can_stop {
            if shared.contains(&*alloc.name) && !work.is_canary(alloc) {
                chosen.take(alloc);
            }
        }
    }
    for alloc in replacing.migrate.iter().rev() {
        if chosen.take(alloc) {
            names.release(alloc.name_index());
        }
    }
    if chosen.left > 0 {
        let highest = names.highest(chosen.left as u64);
        for alloc in can_stop
            .iter()
            .rev()
            .filter(|alloc| highest.contains(&alloc.name))
        {
            chosen.take(alloc);
        }
        for alloc in can_stop.iter().rev() {
            chosen.take(alloc);
        }
    }
    chosen.allocs
}

#[derive(Default)]
struct Chosen<'a> {
    left: usize,
    ids: BTreeSet<AllocId>,
    allocs: Vec<&'a Allocation>,
}

impl<'a> Chosen<'a> {
    /// Takes an allocation if there are still too many.
    fn take(&mut self, alloc: &'a Allocation) -> bool {
        if self.left == 0 || !self.ids.insert(alloc.id) {
            return false;
        }
        self.left -= 1;
        self.allocs.push(alloc);
        true
    }
}
