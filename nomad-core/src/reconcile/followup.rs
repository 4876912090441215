//! Evaluations for later, a few seconds' worth in one (spec/scheduler 4.6).

use std::collections::BTreeMap;

use super::outcome::Reconciled;
use super::situation::Situation;
use crate::id::{AllocId, EvalId, GroupName};
use crate::model::{Allocation, EvalStatus, Evaluation, Trigger};
use crate::units::{Span, Timestamp};

/// What is due within this span of the first goes into one evaluation.
const BATCH_WINDOW: Span = Span::from_secs(5);

/// Makes evaluations for the allocations at their times; tells which allocation waits for which.
pub(super) fn follow<'a>(
    situation: &mut Situation<'a, '_>,
    out: &mut Reconciled<'a>,
    group: &GroupName,
    mut due: Vec<(&'a Allocation, Timestamp)>,
    (trigger, description): (Trigger, &str),
) -> BTreeMap<AllocId, EvalId> {
    due.sort_by_key(|(alloc, at)| (*at, alloc.id));
    let mut waits = BTreeMap::new();
    let mut batch: Option<(Timestamp, EvalId)> = None;
    for (alloc, at) in due {
        let id = match batch {
            Some((first, id)) if at.since(first) < BATCH_WINDOW => id,
            _ => {
                let eval = new_eval(situation, trigger, description, at);
                let id = eval.id;
                out.followups.push((group.clone(), eval));
                batch = Some((at, id));
                id
            }
        };
        waits.insert(alloc.id, id);
    }
    waits
}

fn new_eval(
    situation: &mut Situation<'_, '_>,
    triggered_by: Trigger,
    description: &str,
    wait_until: Timestamp,
) -> Evaluation {
    let job = situation.job;
    Evaluation {
        id: situation.seed.eval_id(),
        namespace: situation.key.namespace.clone(),
        job_id: situation.key.id.clone(),
        priority: situation.eval_priority,
        kind: job.map(|job| job.kind).unwrap_or_default(),
        triggered_by,
        job_modify_index: job.map(|job| job.modify_index).unwrap_or_default(),
        status: EvalStatus::Pending,
        status_description: description.to_owned(),
        wait_until,
        previous_eval: Some(situation.eval_id),
        create_time: situation.now,
        modify_time: situation.now,
        ..Evaluation::default()
    }
}
