//! The broker hands out evaluations: one per job at a time, the most urgent first, again when
//! nobody finished it (spec/scheduler 4.3).
//!
//! In: evaluations, acknowledgements, the clock. Out: deliveries. Always true: at most one
//! evaluation of a job is ready or delivered (A33); a delivery is fenced by its token (A38); a
//! delayed evaluation is not delivered early (A40).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use nomad_core::id::{EvalId, JobKey};
use nomad_core::model::Evaluation;
use nomad_core::units::{Index, Span, Timestamp};

/// How long a delivery may take before it is handed out again.
pub const NACK_TIMEOUT: Span = Span::from_secs(60);
/// Deliveries after which an evaluation has failed.
pub const DELIVERY_LIMIT: u32 = 3;
/// Delay after the first failed delivery.
pub const INITIAL_NACK_DELAY: Span = Span::from_secs(1);
/// Delay after the n-th failed delivery: n - 1 times this.
pub const SUBSEQUENT_NACK_DELAY: Span = Span::from_secs(20);

/// Names one delivery of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);

/// The token does not name the outstanding delivery: somebody else has the evaluation by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("settle evaluation {eval}: the delivery is not outstanding any more")]
pub struct StaleToken {
    /// The evaluation.
    pub eval: EvalId,
}

/// Most urgent first; ties go to the older write.
type ReadyKey = (Reverse<i64>, Index, EvalId);
/// Most urgent first; ties go to the newer write.
type PendingKey = (Reverse<i64>, Reverse<Index>, EvalId);

struct Delivery {
    token: Token,
    /// None while the clock is stopped: its plan waits for the applier.
    deadline: Option<Timestamp>,
    /// Enqueued again meanwhile; goes on when this delivery is acknowledged.
    again: Option<Arc<Evaluation>>,
}

/// The broker. See the module's head.
#[derive(Default)]
pub struct Broker {
    evals: BTreeMap<EvalId, Arc<Evaluation>>,
    deliveries: BTreeMap<EvalId, u32>,
    job_slots: BTreeMap<JobKey, EvalId>,
    ready: BTreeSet<ReadyKey>,
    pending: BTreeMap<JobKey, BTreeSet<PendingKey>>,
    delayed: BTreeSet<(Timestamp, EvalId)>,
    outstanding: BTreeMap<EvalId, Delivery>,
    superseded: Vec<EvalId>,
    failed: Vec<EvalId>,
    last_token: u64,
}

impl Broker {
    /// A broker whose tokens differ from those of every earlier broker of this server.
    #[must_use]
    pub fn of_term(term: u32) -> Self {
        Self {
            last_token: u64::from(term) << 32,
            ..Self::default()
        }
    }

    /// Takes an evaluation in. One that is known already is ignored, unless it is outstanding: then
    /// it is handed out again once that delivery is acknowledged.
    pub fn enqueue(&mut self, now: Timestamp, eval: Arc<Evaluation>) {
        let id = eval.id;
        if let Some(delivery) = self.outstanding.get_mut(&id) {
            delivery.again = Some(eval);
            return;
        }
        if self.evals.contains_key(&id) {
            return;
        }
        let due = due(now, &eval);
        self.evals.insert(id, eval);
        self.deliveries.entry(id).or_insert(0);
        match due {
            Some(at) => {
                self.delayed.insert((at, id));
            }
            None => self.make_ready(id),
        }
    }

    /// Takes the evaluation as it stands now, without moving it: a plan of it was committed.
    pub fn refresh(&mut self, eval: &Arc<Evaluation>) {
        if let Some(delivery) = self.outstanding.get(&eval.id)
            && delivery.again.is_none()
        {
            self.evals.insert(eval.id, Arc::clone(eval));
        }
    }

    /// Forgets an evaluation that became terminal elsewhere.
    pub fn remove(&mut self, id: EvalId) {
        if self.outstanding.contains_key(&id) {
            return;
        }
        let Some(eval) = self.evals.remove(&id) else {
            return;
        };
        self.deliveries.remove(&id);
        self.delayed.retain(|(_, other)| *other != id);
        self.ready.remove(&ready_key(&eval));
        let key = eval.job_key();
        if let Some(waiting) = self.pending.get_mut(&key) {
            waiting.remove(&pending_key(&eval));
        }
        if self.job_slots.get(&key) == Some(&id) {
            self.job_slots.remove(&key);
            self.next_of_job(&key, false);
        }
    }

    /// Hands out the most urgent evaluation.
    pub fn dequeue(&mut self, now: Timestamp) -> Option<(Arc<Evaluation>, Token)> {
        let (_, _, id) = self.ready.pop_first()?;
        let eval = Arc::clone(self.evals.get(&id)?);
        self.last_token = self.last_token.saturating_add(1);
        let token = Token(self.last_token);
        *self.deliveries.entry(id).or_insert(0) += 1;
        let deadline = Some(now.plus(NACK_TIMEOUT));
        let again = None;
        self.outstanding.insert(
            id,
            Delivery {
                token,
                deadline,
                again,
            },
        );
        Some((eval, token))
    }

    /// True when `token` names the outstanding delivery of the evaluation.
    #[must_use]
    pub fn is_outstanding(&self, id: EvalId, token: Token) -> bool {
        self.outstanding
            .get(&id)
            .is_some_and(|delivery| delivery.token == token)
    }

    /// Stops the clock of a delivery while its plan waits for the applier.
    ///
    /// # Errors
    ///
    /// [`StaleToken`].
    pub fn pause(&mut self, id: EvalId, token: Token) -> Result<(), StaleToken> {
        self.delivery(id, token)?.deadline = None;
        Ok(())
    }

    /// Starts the clock of a delivery anew.
    ///
    /// # Errors
    ///
    /// [`StaleToken`].
    pub fn resume(&mut self, now: Timestamp, id: EvalId, token: Token) -> Result<(), StaleToken> {
        self.delivery(id, token)?.deadline = Some(now.plus(NACK_TIMEOUT));
        Ok(())
    }

    /// The evaluation is done. Of those that wait for the same job only the best stays; the others
    /// are superseded.
    ///
    /// # Errors
    ///
    /// [`StaleToken`].
    pub fn ack(&mut self, now: Timestamp, id: EvalId, token: Token) -> Result<(), StaleToken> {
        self.delivery(id, token)?;
        let again = self.outstanding.remove(&id).and_then(|it| it.again);
        self.deliveries.remove(&id);
        if let Some(eval) = self.evals.remove(&id) {
            let key = eval.job_key();
            self.job_slots.remove(&key);
            self.next_of_job(&key, true);
        }
        if let Some(again) = again {
            self.enqueue(now, again);
        }
        Ok(())
    }

    /// The evaluation is not done: it is handed out again after a delay, or has failed after
    /// [`DELIVERY_LIMIT`] deliveries. It keeps its job's slot.
    ///
    /// # Errors
    ///
    /// [`StaleToken`].
    pub fn nack(&mut self, now: Timestamp, id: EvalId, token: Token) -> Result<(), StaleToken> {
        self.delivery(id, token)?;
        self.outstanding.remove(&id);
        let delivered = self.deliveries.get(&id).copied().unwrap_or(1);
        if delivered >= DELIVERY_LIMIT {
            self.failed.push(id);
            return Ok(());
        }
        let delay = match delivered {
            0 | 1 => INITIAL_NACK_DELAY,
            n => SUBSEQUENT_NACK_DELAY.times(i64::from(n) - 1),
        };
        self.delayed.insert((now.plus(delay), id));
        Ok(())
    }

    /// Moves on what is due by `now`: delayed evaluations become ready, deliveries that took too
    /// long are handed out again. Answers the evaluations whose delivery ran out.
    pub fn advance(&mut self, now: Timestamp) -> Vec<EvalId> {
        while let Some((at, id)) = self.delayed.first().copied()
            && at <= now
        {
            self.delayed.pop_first();
            self.make_ready(id);
        }
        let late: Vec<(EvalId, Token)> = self
            .outstanding
            .iter()
            .filter(|(_, it)| it.deadline.is_some_and(|at| at <= now))
            .map(|(id, it)| (*id, it.token))
            .collect();
        let mut expired = Vec::new();
        for (id, token) in late {
            if self.nack(now, id, token).is_ok() {
                expired.push(id);
            }
        }
        expired
    }

    /// When [`Broker::advance`] must be called next.
    #[must_use]
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        let delayed = self.delayed.first().map(|(at, _)| *at);
        let deadlines = self.outstanding.values().filter_map(|it| it.deadline);
        deadlines.chain(delayed).min()
    }

    /// Evaluations that a later one of their job made needless; they are to be canceled.
    pub fn take_superseded(&mut self, limit: usize) -> Vec<EvalId> {
        let keep = self.superseded.len().saturating_sub(limit);
        self.superseded.split_off(keep)
    }

    /// Evaluations that were handed out too often; they are to be marked failed.
    pub fn take_failed(&mut self) -> Vec<EvalId> {
        let failed = std::mem::take(&mut self.failed);
        for id in &failed {
            if let Some(eval) = self.evals.remove(id) {
                self.deliveries.remove(id);
                let key = eval.job_key();
                self.job_slots.remove(&key);
                self.next_of_job(&key, false);
            }
        }
        failed
    }

    /// How many evaluations are ready to be handed out.
    #[must_use]
    pub fn ready_count(&self) -> usize {
        self.ready.len()
    }

    /// True when the broker holds the evaluation in whatever place.
    #[must_use]
    pub fn holds(&self, id: EvalId) -> bool {
        self.evals.contains_key(&id)
    }

    /// The evaluation of each job that is ready, delayed after a failed delivery, or outstanding.
    pub fn slots(&self) -> impl Iterator<Item = (&JobKey, &EvalId)> {
        self.job_slots.iter()
    }

    fn delivery(&mut self, id: EvalId, token: Token) -> Result<&mut Delivery, StaleToken> {
        let found = self.outstanding.get_mut(&id);
        found
            .filter(|delivery| delivery.token == token)
            .ok_or(StaleToken { eval: id })
    }

    /// Gives the evaluation its job's slot, or lets it wait for it.
    fn make_ready(&mut self, id: EvalId) {
        let Some(eval) = self.evals.get(&id) else {
            return;
        };
        let key = eval.job_key();
        match self.job_slots.get(&key) {
            Some(holder) if *holder != id => {
                let waiting = self.pending.entry(key).or_default();
                waiting.insert(pending_key(eval));
            }
            _ => {
                self.ready.insert(ready_key(eval));
                self.job_slots.insert(key, id);
            }
        }
    }

    fn next_of_job(&mut self, key: &JobKey, supersede: bool) {
        let Some(waiting) = self.pending.get_mut(key) else {
            return;
        };
        let next = waiting.pop_first();
        let rest = if supersede {
            std::mem::take(waiting)
        } else {
            BTreeSet::new()
        };
        if waiting.is_empty() {
            self.pending.remove(key);
        }
        for (_, _, id) in rest {
            self.evals.remove(&id);
            self.deliveries.remove(&id);
            self.superseded.push(id);
        }
        if let Some((_, _, id)) = next {
            self.make_ready(id);
        }
    }
}

fn ready_key(eval: &Evaluation) -> ReadyKey {
    (Reverse(eval.priority), eval.create_index, eval.id)
}

fn pending_key(eval: &Evaluation) -> PendingKey {
    (Reverse(eval.priority), Reverse(eval.modify_index), eval.id)
}

/// When the evaluation may be handed out, if not now.
fn due(now: Timestamp, eval: &Evaluation) -> Option<Timestamp> {
    let at = if eval.wait.is_zero() {
        eval.wait_until
    } else {
        eval.create_time.plus(eval.wait)
    };
    (at > now).then_some(at)
}

#[cfg(test)]
mod tests;
