//! Evaluations (spec/scheduler 4.2).

use std::sync::Arc;

use super::applied::Topic;
use super::write::Write;
use crate::id::{EvalId, JobKey};
use crate::model::{EvalStatus, Evaluation};
use crate::state::TableName;
use crate::units::{Index, Timestamp};

impl Write<'_> {
    /// Makes or replaces evaluations, in order.
    pub(super) fn put_evals(&mut self, evals: &[Evaluation]) {
        evals.iter().for_each(|eval| self.put_eval(eval.clone()));
    }

    /// Makes the evaluation that goes with a write of its job; `written` is the job's
    /// `JobModifyIndex` then.
    pub(super) fn put_job_eval(&mut self, eval: Option<&Evaluation>, written: Option<Index>) {
        if let Some(eval) = eval {
            self.put_eval(Evaluation {
                job_modify_index: written.unwrap_or(eval.job_modify_index),
                ..eval.clone()
            });
        }
    }

    /// Makes or replaces one evaluation. A terminal one never changes (invariant A21).
    pub(super) fn put_eval(&mut self, mut eval: Evaluation) {
        let old = self.state.evals.get(&eval.id).cloned();
        if old.as_ref().is_some_and(|old| old.status.is_terminal()) {
            return;
        }
        match &old {
            Some(old) => {
                eval.create_index = old.create_index;
                eval.create_time = old.create_time;
            }
            None => {
                eval.create_index = self.index;
                if eval.create_time.is_zero() {
                    eval.create_time = self.now;
                }
            }
        }
        eval.modify_index = self.index;
        eval.modify_time = match old {
            Some(_) => self
                .now
                .max(Timestamp(eval.create_time.0.saturating_add(1))),
            None => self.now.max(eval.create_time),
        };
        let key = eval.job_key();
        let was_open = old.is_some();
        let is_open = !eval.status.is_terminal();
        self.change_record(&key, |record| {
            record.open.evals_ever = true;
            count(&mut record.open.evals, was_open, is_open);
        });
        self.summarize_queued(&key, &eval);
        self.store_eval(&key, eval);
    }

    fn store_eval(&mut self, key: &JobKey, eval: Evaluation) {
        let settled = eval.status == EvalStatus::Complete && eval.failed_tg_allocs.is_empty();
        let id = eval.id;
        let eval = Arc::new(eval);
        self.state.evals.insert(id, Arc::clone(&eval));
        self.state.evals_by_job.insert((key.clone(), id));
        self.applied.evals.push(eval);
        self.touch(
            TableName::Evals,
            [Topic::Eval(id), Topic::JobEvals(key.clone())],
        );
        self.status_is_stale(key);
        if settled {
            self.cancel_blocked(key, &format!("evaluation \"{id}\" successful"));
        }
    }

    fn cancel_blocked(&mut self, key: &JobKey, description: &str) {
        let open = self.state.jobs.get(key).map(|record| record.open.evals);
        if open != Some(0) {
            self.end_evals(key, EvalStatus::Canceled, description, |eval| {
                eval.status == EvalStatus::Blocked
            });
        }
    }

    /// Gives the evaluations of a job that `which` names a terminal status.
    pub(super) fn end_evals(
        &mut self,
        key: &JobKey,
        status: EvalStatus,
        description: &str,
        which: impl Fn(&Evaluation) -> bool,
    ) {
        let open: Vec<Evaluation> = self
            .state
            .evals_of_job(key)
            .filter(|eval| !eval.status.is_terminal() && which(eval))
            .map(|eval| (**eval).clone())
            .collect();
        for mut eval in open {
            eval.status = status;
            description.clone_into(&mut eval.status_description);
            self.put_eval(eval);
        }
    }

    /// A plan of the evaluation was committed: a later delivery must see it (spec/scheduler 4.4).
    pub(super) fn bump_eval(&mut self, id: EvalId) {
        let index = self.index;
        if let Some(eval) = self.state.evals.get_mut(&id) {
            let eval = Arc::make_mut(eval);
            eval.modify_index = index;
            let key = eval.job_key();
            self.touch(TableName::Evals, [Topic::Eval(id), Topic::JobEvals(key)]);
        }
    }

    /// Removes an evaluation.
    pub(super) fn remove_eval(&mut self, id: EvalId) {
        let Some(eval) = self.state.evals.remove(&id) else {
            return;
        };
        let key = eval.job_key();
        self.state.evals_by_job.remove(&(key.clone(), id));
        let was_open = !eval.status.is_terminal();
        self.change_record(&key, |record| {
            count(&mut record.open.evals, was_open, false);
        });
        self.status_is_stale(&key);
        self.touch(TableName::Evals, [Topic::Eval(id), Topic::JobEvals(key)]);
    }
}

/// Moves a counter when something that counted no longer does, or the other way round.
pub(super) fn count(counter: &mut u64, before: bool, after: bool) {
    match (before, after) {
        (false, true) => *counter = counter.saturating_add(1),
        (true, false) => *counter = counter.saturating_sub(1),
        _ => {}
    }
}
